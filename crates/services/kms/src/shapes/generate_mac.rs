use shape::{Optional, Required, RequiredSensitive, Sensitive};

use super::forms::{CiphertextType, GrantTokenList, KeyIdType, NullableBooleanType, PlaintextType};
use super::specs::MacAlgorithmSpec;

shape::structure! {
    pub struct GenerateMacRequest {
        message: RequiredSensitive<PlaintextType> = "Message",
        key_id: Required<KeyIdType> = "KeyId",
        mac_algorithm: Required<MacAlgorithmSpec> = "MacAlgorithm",
        grant_tokens: Optional<GrantTokenList> = "GrantTokens",
        dry_run: Optional<NullableBooleanType> = "DryRun",
    }
}

shape::structure! {
    pub struct GenerateMacResponse {
        mac: Sensitive<CiphertextType> = "Mac",
        mac_algorithm: Optional<MacAlgorithmSpec> = "MacAlgorithm",
        key_id: Optional<KeyIdType> = "KeyId",
    }
}

shape::operation! {
    pub GenerateMac(GenerateMacRequest) -> GenerateMacResponse,
    errors [
        NotFoundException, DisabledException, KeyUnavailableException, InvalidKeyUsageException,
        InvalidGrantTokenException, KMSInternalException, KMSInvalidStateException, DryRunOperationException,
    ]
}
