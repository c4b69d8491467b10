use shape::{Optional, Required, RequiredSensitive};

use super::forms::{BooleanType, CiphertextType, GrantTokenList, KeyIdType, NullableBooleanType, PlaintextType};
use super::specs::MacAlgorithmSpec;

shape::structure! {
    pub struct VerifyMacRequest {
        message: RequiredSensitive<PlaintextType> = "Message",
        key_id: Required<KeyIdType> = "KeyId",
        mac_algorithm: Required<MacAlgorithmSpec> = "MacAlgorithm",
        mac: RequiredSensitive<CiphertextType> = "Mac",
        grant_tokens: Optional<GrantTokenList> = "GrantTokens",
        dry_run: Optional<NullableBooleanType> = "DryRun",
    }
}

shape::structure! {
    pub struct VerifyMacResponse {
        key_id: Optional<KeyIdType> = "KeyId",
        mac_valid: Optional<BooleanType> = "MacValid",
        mac_algorithm: Optional<MacAlgorithmSpec> = "MacAlgorithm",
    }
}

shape::operation! {
    pub VerifyMac(VerifyMacRequest) -> VerifyMacResponse,
    errors [
        NotFoundException, DisabledException, KeyUnavailableException, InvalidKeyUsageException,
        InvalidGrantTokenException, KMSInternalException, KMSInvalidMacException, KMSInvalidStateException,
        DryRunOperationException,
    ]
}
