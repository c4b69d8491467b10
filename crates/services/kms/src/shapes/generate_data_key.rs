use shape::{Optional, Required, Sensitive};

use super::forms::{
    BackingKeyIdType, CiphertextType, EncryptionContextType, GrantTokenList, KeyIdType, NullableBooleanType,
    NumberOfBytesType, PlaintextType,
};
use super::recipient::RecipientInfo;
use super::specs::DataKeySpec;

shape::structure! {
    pub struct GenerateDataKeyRequest {
        key_id: Required<KeyIdType> = "KeyId",
        encryption_context: Optional<EncryptionContextType> = "EncryptionContext",
        number_of_bytes: Optional<NumberOfBytesType> = "NumberOfBytes",
        key_spec: Optional<DataKeySpec> = "KeySpec",
        grant_tokens: Optional<GrantTokenList> = "GrantTokens",
        recipient: Optional<RecipientInfo> = "Recipient",
        dry_run: Optional<NullableBooleanType> = "DryRun",
    }
}

shape::structure! {
    pub struct GenerateDataKeyResponse {
        ciphertext_blob: Sensitive<CiphertextType> = "CiphertextBlob",
        plaintext: Sensitive<PlaintextType> = "Plaintext",
        key_id: Optional<KeyIdType> = "KeyId",
        ciphertext_for_recipient: Sensitive<CiphertextType> = "CiphertextForRecipient",
        key_material_id: Optional<BackingKeyIdType> = "KeyMaterialId",
    }
}

shape::operation! {
    pub GenerateDataKey(GenerateDataKeyRequest) -> GenerateDataKeyResponse,
    errors [
        NotFoundException, DisabledException, KeyUnavailableException, DependencyTimeoutException,
        InvalidKeyUsageException, InvalidGrantTokenException, KMSInternalException, KMSInvalidStateException,
        DryRunOperationException,
    ]
}
