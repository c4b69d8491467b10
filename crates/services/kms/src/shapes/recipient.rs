use shape::{Optional, Sensitive};

use super::forms::AttestationDocumentType;
use super::specs::KeyEncryptionMechanism;

shape::structure! {
    pub struct RecipientInfo {
        key_encryption_algorithm: Optional<KeyEncryptionMechanism> = "KeyEncryptionAlgorithm",
        attestation_document: Sensitive<AttestationDocumentType> = "AttestationDocument",
    }
}
