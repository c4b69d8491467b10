use shape::{Optional, Sensitive};

use super::forms::{
    BackingKeyIdType, CiphertextType, DryRunModifierList, EncryptionContextType, GrantTokenList, KeyIdType,
    NullableBooleanType, PlaintextType,
};
use super::recipient::RecipientInfo;
use super::specs::EncryptionAlgorithmSpec;

shape::structure! {
    pub struct DecryptRequest {
        ciphertext_blob: Sensitive<CiphertextType> = "CiphertextBlob",
        encryption_context: Optional<EncryptionContextType> = "EncryptionContext",
        grant_tokens: Optional<GrantTokenList> = "GrantTokens",
        key_id: Optional<KeyIdType> = "KeyId",
        encryption_algorithm: Optional<EncryptionAlgorithmSpec> = "EncryptionAlgorithm",
        recipient: Optional<RecipientInfo> = "Recipient",
        dry_run: Optional<NullableBooleanType> = "DryRun",
        dry_run_modifiers: Optional<DryRunModifierList> = "DryRunModifiers",
    }
}

shape::structure! {
    pub struct DecryptResponse {
        key_id: Optional<KeyIdType> = "KeyId",
        plaintext: Sensitive<PlaintextType> = "Plaintext",
        encryption_algorithm: Optional<EncryptionAlgorithmSpec> = "EncryptionAlgorithm",
        ciphertext_for_recipient: Sensitive<CiphertextType> = "CiphertextForRecipient",
        key_material_id: Optional<BackingKeyIdType> = "KeyMaterialId",
    }
}

shape::operation! {
    pub Decrypt(DecryptRequest) -> DecryptResponse,
    errors [
        NotFoundException, DisabledException, InvalidCiphertextException, KeyUnavailableException,
        IncorrectKeyException, InvalidKeyUsageException, DependencyTimeoutException, InvalidGrantTokenException,
        KMSInternalException, KMSInvalidStateException, DryRunOperationException,
    ]
}
