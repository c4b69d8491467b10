//! Rotation tokens: by them PutSecretValue knows that its caller was sent by a rotation, whoever it has become since.

use contract::SecretRecord;
use seal::{KeyMaterial, SealError};
use terms::{SecretBytes, Uid};

pub(crate) struct RotationTokens(KeyMaterial);

impl RotationTokens {
    pub(crate) fn new(key: KeyMaterial) -> Self {
        Self(key)
    }

    /// The token of the rotation that makes this version. Every attempt has the same.
    pub(crate) fn of(&self, secret: &SecretRecord, version: &str) -> Result<SecretBytes, SealError> {
        let mac = self.0.derive(&format!("{} {version}", secret.uid))?.id()?;
        // Sixteen bytes, written as AWS writes such tokens.
        Ok(SecretBytes::new(Uid::from_bytes(mac).to_string().into_bytes()))
    }

    /// Is it the token of the rotation that goes on?
    pub(crate) fn is_of_run(&self, secret: &SecretRecord, token: &SecretBytes) -> Result<bool, SealError> {
        let run = secret.rotation.as_deref().and_then(|rotation| rotation.run.as_ref());
        run.map_or(Ok(false), |run| Ok(self.of(secret, &run.token)? == *token))
    }
}
