use shape::{Optional, Required, Sensitive};

use super::forms::{
    BackingKeyIdType, CiphertextType, DryRunModifierList, EncryptionContextType, GrantTokenList, KeyIdType,
    NullableBooleanType,
};
use super::specs::EncryptionAlgorithmSpec;

shape::structure! {
    pub struct ReEncryptRequest {
        ciphertext_blob: Sensitive<CiphertextType> = "CiphertextBlob",
        source_encryption_context: Optional<EncryptionContextType> = "SourceEncryptionContext",
        source_key_id: Optional<KeyIdType> = "SourceKeyId",
        destination_key_id: Required<KeyIdType> = "DestinationKeyId",
        destination_encryption_context: Optional<EncryptionContextType> = "DestinationEncryptionContext",
        source_encryption_algorithm: Optional<EncryptionAlgorithmSpec> = "SourceEncryptionAlgorithm",
        destination_encryption_algorithm: Optional<EncryptionAlgorithmSpec> = "DestinationEncryptionAlgorithm",
        grant_tokens: Optional<GrantTokenList> = "GrantTokens",
        dry_run: Optional<NullableBooleanType> = "DryRun",
        dry_run_modifiers: Optional<DryRunModifierList> = "DryRunModifiers",
    }
}

shape::structure! {
    pub struct ReEncryptResponse {
        ciphertext_blob: Sensitive<CiphertextType> = "CiphertextBlob",
        source_key_id: Optional<KeyIdType> = "SourceKeyId",
        key_id: Optional<KeyIdType> = "KeyId",
        source_encryption_algorithm: Optional<EncryptionAlgorithmSpec> = "SourceEncryptionAlgorithm",
        destination_encryption_algorithm: Optional<EncryptionAlgorithmSpec> = "DestinationEncryptionAlgorithm",
        source_key_material_id: Optional<BackingKeyIdType> = "SourceKeyMaterialId",
        destination_key_material_id: Optional<BackingKeyIdType> = "DestinationKeyMaterialId",
    }
}

shape::operation! {
    pub ReEncrypt(ReEncryptRequest) -> ReEncryptResponse,
    errors [
        NotFoundException, DisabledException, InvalidCiphertextException, KeyUnavailableException,
        IncorrectKeyException, DependencyTimeoutException, InvalidKeyUsageException, InvalidGrantTokenException,
        KMSInternalException, KMSInvalidStateException, DryRunOperationException,
    ]
}
