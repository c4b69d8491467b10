//! Custody by a KMS: AWS's own, or another that speaks its API.
//!
//! The KMS key encrypts a fresh key-encryption key, with the deployment's id as encryption context: policies of the key can
//! demand it, and its trail shows it. The settings say which key is asked, for sealing and for opening: a KMS refuses what
//! another key has encrypted, so that whoever can write to the store cannot bring in a key of his own.

mod call;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use seal::KeyMaterial;
use terms::{Clock, Entropy, Region, SecretBytes};
use zeroize::Zeroizing;

use crate::fields::{Fields, push_run};
use crate::sealed::Parameters;
use crate::{Custody, CustodyError, CustodyKind, FormatError, KmsError, SealedRootKey};
use call::{Decrypt, Decrypted, Encrypt, Encrypted, Kms};

/// Where the KMS is, which of its keys is meant, and who asks. The caller needs `kms:Encrypt` and `kms:Decrypt`.
pub struct AwsKmsSettings {
    /// The key's id or ARN, or an alias. It must be a symmetric encryption key.
    pub key_id: String,
    pub region: Region,
    /// AWS's own for the region, if there is none. Without TLS it may only be on this machine.
    pub endpoint: Option<String>,
    /// The CAs to trust in the place of this machine's.
    pub ca_bundle: Option<PathBuf>,
    pub access_key_id: String,
    pub secret_access_key: SecretBytes,
    pub session_token: Option<SecretBytes>,
}

#[derive(Clone, PartialEq, Eq)]
pub(crate) struct AwsKmsParameters {
    /// For the operator, if the settings name another.
    key_arn: String,
    encrypted: Vec<u8>,
}

impl AwsKmsParameters {
    pub(crate) fn read(fields: &mut Fields<'_>) -> Result<Self, FormatError> {
        Ok(Self { key_arn: fields.text()?, encrypted: fields.run()? })
    }

    pub(crate) fn key_arn(&self) -> &str {
        &self.key_arn
    }

    pub(crate) fn write(&self, out: &mut Vec<u8>) -> Result<(), FormatError> {
        push_run(out, self.key_arn.as_bytes())?;
        push_run(out, &self.encrypted)
    }
}

impl fmt::Display for AwsKmsParameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the KMS key {}", self.key_arn)
    }
}

/// Seals under a KMS key.
pub struct AwsKmsCustody {
    kms: Kms,
}

impl AwsKmsCustody {
    /// Nobody is asked yet.
    pub fn new(settings: AwsKmsSettings, clock: Arc<dyn Clock>) -> Result<Self, CustodyError> {
        Ok(Self { kms: Kms::new(settings, clock)? })
    }

    fn encrypt(&self, key: &KeyMaterial, deployment: &str) -> Result<AwsKmsParameters, CustodyError> {
        let mut plaintext = Zeroizing::new([0; 44]);
        // The room is exactly what it takes.
        let _ = STANDARD.encode_slice(key.expose(), plaintext.as_mut_slice());
        let request = Encrypt {
            key_id: self.kms.key_id(),
            plaintext: str::from_utf8(plaintext.as_slice()).map_err(|_| CustodyError::Library)?,
            encryption_context: deployment.into(),
        };
        let answer = self.kms.call("Encrypt", &request)?;
        let Encrypted { ciphertext_blob, key_id } = self.kms.read(&answer)?;
        let encrypted = STANDARD.decode(ciphertext_blob.as_bytes()).map_err(|_| self.kms.not_understood())?;
        Ok(AwsKmsParameters { key_arn: key_id.into_owned(), encrypted })
    }

    fn decrypt(&self, parameters: &AwsKmsParameters, deployment: &str) -> Result<KeyMaterial, CustodyError> {
        let request = Decrypt {
            key_id: self.kms.key_id(),
            ciphertext_blob: &STANDARD.encode(&parameters.encrypted),
            encryption_context: deployment.into(),
        };
        let answer = self.kms.call("Decrypt", &request).map_err(|error| match error {
            KmsError::InvalidCiphertext => CustodyError::DoesNotOpen { deployment: deployment.to_owned() },
            KmsError::IncorrectKey => {
                KmsError::OtherKey { asked: self.kms.key_id().to_owned(), sealed: parameters.key_arn.clone() }.into()
            }
            other => other.into(),
        })?;
        let Decrypted { plaintext } = self.kms.read(&answer)?;
        // 33 is what the decoder asks for to write 32.
        let mut key = Zeroizing::new([0; 33]);
        let length = STANDARD.decode_slice(plaintext.as_bytes(), key.as_mut_slice()).ok();
        let key = length.and_then(|length| key.get(..length)).map(SecretBytes::copy_of);
        let key = key.and_then(|key| KeyMaterial::from_bytes(&key).ok());
        Ok(key.ok_or_else(|| self.kms.not_understood())?)
    }
}

impl Custody for AwsKmsCustody {
    fn kind(&self) -> CustodyKind {
        CustodyKind::AwsKms
    }

    fn seal(
        &self,
        root_key: &SecretBytes,
        deployment: &str,
        entropy: &dyn Entropy,
    ) -> Result<SealedRootKey, CustodyError> {
        let key_encryption_key = KeyMaterial::generate(entropy);
        let parameters = self.encrypt(&key_encryption_key, deployment)?;
        let parameters = Parameters::AwsKms(parameters);
        let sealed = SealedRootKey::seal_under(&key_encryption_key, parameters, root_key, deployment, entropy)?;
        // Who may encrypt may still lack the right to decrypt.
        if self.open(&sealed, deployment)? == *root_key { Ok(sealed) } else { Err(self.kms.not_understood().into()) }
    }

    fn open(&self, sealed: &SealedRootKey, deployment: &str) -> Result<SecretBytes, CustodyError> {
        let Parameters::AwsKms(parameters) = sealed.parameters() else {
            return Err(sealed.is_not_for(self.kind()));
        };
        let key_encryption_key = self.decrypt(parameters, deployment)?;
        sealed
            .open_under(&key_encryption_key, deployment)
            .ok_or_else(|| CustodyError::DoesNotOpen { deployment: deployment.to_owned() })
    }
}

#[cfg(test)]
mod tests;
