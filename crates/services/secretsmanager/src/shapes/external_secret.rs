//! Secrets that a partner's service rotates.

use shape::{Optional, Text};

shape::forms! {
    pub ExternalSecretRotationMetadataItemKeyType: Text { min: 1, max: 256 }
    pub ExternalSecretRotationMetadataItemValueType: Text { min: 1, max: 2048 }
}

shape::structure! {
    /// What the partner needs to know to rotate the secret.
    pub struct ExternalSecretRotationMetadataItem {
        key: Optional<ExternalSecretRotationMetadataItemKeyType> = "Key",
        value: Optional<ExternalSecretRotationMetadataItemValueType> = "Value",
    }
}
