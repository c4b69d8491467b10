//! Custody by a key that never leaves its token: an HSM, a smart card, a TPM behind its PKCS#11 module.
//!
//! The token's key wraps a fresh key-encryption key by what the token offers, in this order:
//!
//! 1. AES-GCM, and AES key wrap with padding (RFC 5649), with a secret key of the token;
//! 2. RSA-OAEP with a key pair of the token: with SHA-256, or with SHA-1 where the token refuses that. OAEP asks nothing of
//!    SHA-1 that is broken; which it was is recorded.
//!
//! Whoever may use the token's public key can seal a root key of his own making. He can open nothing with it.
//!
//! The module is loaded when it is asked and let go of after that: the program starts without any, and a token that was
//! away is found when it is back.

mod key;
mod token;
mod wrapping;

use std::fmt;
use std::path::PathBuf;

use seal::KeyMaterial;
use terms::{Entropy, SecretBytes};

use crate::fields::{Fields, push_run};
use crate::sealed::Parameters;
use crate::{Custody, CustodyError, CustodyKind, FormatError, SealedRootKey, TokenError};
pub use key::{KeyOnToken, KeyShape};
use token::Access;
use wrapping::{Wrapped, Wrapping};

/// Where the token is, and which of its keys is meant.
pub struct Pkcs11Settings {
    /// The module's shared library.
    pub module: PathBuf,
    pub token: TokenChoice,
    pub pin: SecretBytes,
    pub key: KeyChoice,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenChoice {
    Label(String),
    Serial(String),
    /// Beware: some modules number their slots anew when tokens come and go.
    Slot(u64),
}

/// The key's label, and its id where several keys bear the label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyChoice {
    pub label: String,
    pub id: Option<Vec<u8>>,
}

#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Pkcs11Parameters {
    /// For the operator, who may have many tokens: settings say which is asked.
    token_serial: String,
    key_label: String,
    wrapped: Wrapped,
}

impl Pkcs11Parameters {
    pub(crate) fn read(fields: &mut Fields<'_>) -> Result<Self, FormatError> {
        let wrapping = Wrapping::of(fields.byte()?)?;
        let (token_serial, key_label) = (fields.text()?, fields.text()?);
        let wrapped = Wrapped { wrapping, nonce: fields.run()?, bytes: fields.run()? };
        if wrapped.nonce.len() != wrapping.nonce_length() {
            return Err(FormatError::Damaged);
        }
        Ok(Self { token_serial, key_label, wrapped })
    }

    pub(crate) fn write(&self, out: &mut Vec<u8>) -> Result<(), FormatError> {
        out.push(self.wrapped.wrapping.code());
        push_run(out, self.token_serial.as_bytes())?;
        push_run(out, self.key_label.as_bytes())?;
        push_run(out, &self.wrapped.nonce)?;
        push_run(out, &self.wrapped.bytes)
    }
}

impl fmt::Display for Pkcs11Parameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the key {} on the PKCS#11 token with the serial number {} ({})",
            self.key_label, self.token_serial, self.wrapped.wrapping
        )
    }
}

/// Seals under a token's key.
pub struct Pkcs11Custody {
    settings: Pkcs11Settings,
}

impl Pkcs11Custody {
    pub fn new(settings: Pkcs11Settings) -> Self {
        Self { settings }
    }

    /// Makes the key on the token if there is none of the name: sensitive, and not to be taken out. Without a shape it is
    /// the first that the token can make, in the order in which they are preferred.
    pub fn create_key(&self, shape: Option<KeyShape>) -> Result<KeyOnToken, CustodyError> {
        let made =
            token::visit(&self.settings, Access::Change, |visit| match key::find_any(visit, &self.settings.key)? {
                Some(found) => Ok(KeyOnToken::Found(found.shape())),
                None => key::make(visit, &self.settings.key, shape).map(KeyOnToken::Made),
            });
        Ok(made?)
    }
}

impl Custody for Pkcs11Custody {
    fn kind(&self) -> CustodyKind {
        CustodyKind::Pkcs11
    }

    fn seal(
        &self,
        root_key: &SecretBytes,
        deployment: &str,
        entropy: &dyn Entropy,
    ) -> Result<SealedRootKey, CustodyError> {
        let key_encryption_key = KeyMaterial::generate(entropy);
        let parameters = token::visit(&self.settings, Access::Use, |visit| {
            let label = &self.settings.key.label;
            let key =
                key::find_any(visit, &self.settings.key)?.ok_or_else(|| TokenError::NoKey { label: label.clone() })?;
            let wrapped = wrapping::wrap(visit, &key, &key_encryption_key, entropy)?;
            Ok(Pkcs11Parameters { token_serial: visit.token_serial.clone(), key_label: label.clone(), wrapped })
        })?;
        SealedRootKey::seal_under(&key_encryption_key, Parameters::Pkcs11(parameters), root_key, deployment, entropy)
    }

    fn open(&self, sealed: &SealedRootKey, deployment: &str) -> Result<SecretBytes, CustodyError> {
        let Parameters::Pkcs11(parameters) = sealed.parameters() else {
            return Err(sealed.is_not_for(self.kind()));
        };
        let key_encryption_key = token::visit(&self.settings, Access::Use, |visit| {
            let key = key::find_for(visit, &self.settings.key, parameters.wrapped.wrapping)?;
            wrapping::unwrap(visit, &key, &parameters.wrapped, |cause| TokenError::OtherKey {
                asked: format!("{} on the token {}", self.settings.key.label, visit.token_serial),
                sealed: format!("{} on the token {}", parameters.key_label, parameters.token_serial),
                cause,
            })
        })?;
        sealed
            .open_under(&key_encryption_key, deployment)
            .ok_or_else(|| CustodyError::DoesNotOpen { deployment: deployment.to_owned() })
    }
}

#[cfg(test)]
mod tests;
