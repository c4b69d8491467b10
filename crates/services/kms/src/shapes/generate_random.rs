use shape::{Optional, Sensitive};

use super::forms::{CiphertextType, CustomKeyStoreIdType, NumberOfBytesType, PlaintextType};
use super::recipient::RecipientInfo;

shape::structure! {
    pub struct GenerateRandomRequest {
        number_of_bytes: Optional<NumberOfBytesType> = "NumberOfBytes",
        custom_key_store_id: Optional<CustomKeyStoreIdType> = "CustomKeyStoreId",
        recipient: Optional<RecipientInfo> = "Recipient",
    }
}

shape::structure! {
    pub struct GenerateRandomResponse {
        plaintext: Sensitive<PlaintextType> = "Plaintext",
        ciphertext_for_recipient: Sensitive<CiphertextType> = "CiphertextForRecipient",
    }
}

shape::operation! {
    pub GenerateRandom(GenerateRandomRequest) -> GenerateRandomResponse,
    errors [
        DependencyTimeoutException, KMSInternalException, UnsupportedOperationException,
        CustomKeyStoreNotFoundException, CustomKeyStoreInvalidStateException,
    ]
}
