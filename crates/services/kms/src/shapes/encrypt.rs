use shape::{Optional, Required, RequiredSensitive, Sensitive};

use super::forms::{
    CiphertextType, EncryptionContextType, GrantTokenList, KeyIdType, NullableBooleanType, PlaintextType,
};
use super::specs::EncryptionAlgorithmSpec;

shape::structure! {
    pub struct EncryptRequest {
        key_id: Required<KeyIdType> = "KeyId",
        plaintext: RequiredSensitive<PlaintextType> = "Plaintext",
        encryption_context: Optional<EncryptionContextType> = "EncryptionContext",
        grant_tokens: Optional<GrantTokenList> = "GrantTokens",
        encryption_algorithm: Optional<EncryptionAlgorithmSpec> = "EncryptionAlgorithm",
        dry_run: Optional<NullableBooleanType> = "DryRun",
    }
}

shape::structure! {
    pub struct EncryptResponse {
        ciphertext_blob: Sensitive<CiphertextType> = "CiphertextBlob",
        key_id: Optional<KeyIdType> = "KeyId",
        encryption_algorithm: Optional<EncryptionAlgorithmSpec> = "EncryptionAlgorithm",
    }
}

shape::operation! {
    pub Encrypt(EncryptRequest) -> EncryptResponse,
    errors [
        NotFoundException, DisabledException, KeyUnavailableException, DependencyTimeoutException,
        InvalidKeyUsageException, InvalidGrantTokenException, KMSInternalException, KMSInvalidStateException,
        DryRunOperationException,
    ]
}
