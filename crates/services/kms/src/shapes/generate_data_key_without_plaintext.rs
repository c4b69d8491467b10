use shape::{Optional, Required, Sensitive};

use super::forms::{
    BackingKeyIdType, CiphertextType, EncryptionContextType, GrantTokenList, KeyIdType, NullableBooleanType,
    NumberOfBytesType,
};
use super::specs::DataKeySpec;

shape::structure! {
    pub struct GenerateDataKeyWithoutPlaintextRequest {
        key_id: Required<KeyIdType> = "KeyId",
        encryption_context: Optional<EncryptionContextType> = "EncryptionContext",
        key_spec: Optional<DataKeySpec> = "KeySpec",
        number_of_bytes: Optional<NumberOfBytesType> = "NumberOfBytes",
        grant_tokens: Optional<GrantTokenList> = "GrantTokens",
        dry_run: Optional<NullableBooleanType> = "DryRun",
    }
}

shape::structure! {
    pub struct GenerateDataKeyWithoutPlaintextResponse {
        ciphertext_blob: Sensitive<CiphertextType> = "CiphertextBlob",
        key_id: Optional<KeyIdType> = "KeyId",
        key_material_id: Optional<BackingKeyIdType> = "KeyMaterialId",
    }
}

shape::operation! {
    pub GenerateDataKeyWithoutPlaintext(GenerateDataKeyWithoutPlaintextRequest)
        -> GenerateDataKeyWithoutPlaintextResponse,
    errors [
        NotFoundException, DisabledException, KeyUnavailableException, DependencyTimeoutException,
        InvalidKeyUsageException, InvalidGrantTokenException, KMSInternalException, KMSInvalidStateException,
        DryRunOperationException,
    ]
}
