//! The sealed root key: its bytes, and what they say.

use std::fmt;

use seal::KeyMaterial;
use terms::{Entropy, SecretBytes};

use crate::aws_kms::AwsKmsParameters;
use crate::fields::Fields;
use crate::passphrase::PassphraseParameters;
use crate::pkcs11::Pkcs11Parameters;
use crate::shares::ShareParameters;
use crate::{CustodyError, FormatError};

const VERSION: u8 = 1;
/// What the longest texts and runs of a kind come to.
const PARAMETERS_LENGTH_MAX: usize = 9 * 1024;
/// `seal::wrap` of 32 bytes.
const WRAPPED_LENGTH: usize = 77;
const DEPLOYMENT_LENGTH_MAX: usize = 256;

/// Who keeps the key-encryption key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CustodyKind {
    Passphrase,
    Shares,
    Pkcs11,
    AwsKms,
}

impl CustodyKind {
    const ALL: [Self; 4] = [Self::Passphrase, Self::Shares, Self::Pkcs11, Self::AwsKms];

    /// As a setting names it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Passphrase => "passphrase",
            Self::Shares => "shares",
            Self::Pkcs11 => "pkcs11",
            Self::AwsKms => "aws-kms",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    fn code(self) -> u8 {
        match self {
            Self::Passphrase => 1,
            Self::Shares => 2,
            Self::Pkcs11 => 3,
            Self::AwsKms => 4,
        }
    }
}

impl fmt::Display for CustodyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How the key-encryption key is got again, by kind.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Parameters {
    Passphrase(PassphraseParameters),
    Shares(ShareParameters),
    Pkcs11(Pkcs11Parameters),
    AwsKms(AwsKmsParameters),
}

impl Parameters {
    fn kind(&self) -> CustodyKind {
        match self {
            Self::Passphrase(_) => CustodyKind::Passphrase,
            Self::Shares(_) => CustodyKind::Shares,
            Self::Pkcs11(_) => CustodyKind::Pkcs11,
            Self::AwsKms(_) => CustodyKind::AwsKms,
        }
    }

    fn parse(kind: CustodyKind, bytes: &[u8]) -> Result<Self, FormatError> {
        let mut fields = Fields::of(bytes);
        let parameters = match kind {
            CustodyKind::Passphrase => PassphraseParameters::read(&mut fields).map(Self::Passphrase),
            CustodyKind::Shares => ShareParameters::read(&mut fields).map(Self::Shares),
            CustodyKind::Pkcs11 => Pkcs11Parameters::read(&mut fields).map(Self::Pkcs11),
            CustodyKind::AwsKms => AwsKmsParameters::read(&mut fields).map(Self::AwsKms),
        }?;
        fields.end()?;
        Ok(parameters)
    }

    fn write(&self, out: &mut Vec<u8>) -> Result<(), FormatError> {
        match self {
            Self::Passphrase(parameters) => parameters.write(out),
            Self::Shares(parameters) => parameters.write(out),
            Self::Pkcs11(parameters) => parameters.write(out)?,
            Self::AwsKms(parameters) => parameters.write(out)?,
        }
        Ok(())
    }
}

/// The root key as it lies in the store. It tells who can open it, and is of no use to anybody else.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedRootKey {
    bytes: Vec<u8>,
    parameters: Parameters,
}

impl SealedRootKey {
    /// Reads what [`as_bytes`](Self::as_bytes) gave. What is not exactly in the format is refused, and so is what would
    /// cost more to open than this program ever asks for.
    pub fn parse(bytes: &[u8]) -> Result<Self, FormatError> {
        let mut fields = Fields::of(bytes);
        let version = fields.byte()?;
        if version != VERSION {
            return Err(FormatError::UnknownVersion(version));
        }
        let code = fields.byte()?;
        let kind = CustodyKind::ALL.into_iter().find(|kind| kind.code() == code);
        let kind = kind.ok_or(FormatError::UnknownKind(code))?;
        let length = fields.length(PARAMETERS_LENGTH_MAX)?;
        let parameters = Parameters::parse(kind, fields.bytes(length)?)?;
        if fields.rest().len() != WRAPPED_LENGTH {
            return Err(FormatError::Damaged);
        }
        Ok(Self { bytes: bytes.to_vec(), parameters })
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub fn kind(&self) -> CustodyKind {
        self.parameters.kind()
    }

    /// How many shares open it, and how many there are, if it is sealed in shares.
    pub fn shares(&self) -> Option<(u8, u8)> {
        match &self.parameters {
            Parameters::Shares(parameters) => Some(parameters.threshold_and_count()),
            _ => None,
        }
    }

    /// The KMS key that opens it, if one does.
    pub fn kms_key_arn(&self) -> Option<&str> {
        match &self.parameters {
            Parameters::AwsKms(parameters) => Some(parameters.key_arn()),
            _ => None,
        }
    }

    pub(crate) fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    pub(crate) fn seal_under(
        key_encryption_key: &KeyMaterial,
        parameters: Parameters,
        root_key: &SecretBytes,
        deployment: &str,
        entropy: &dyn Entropy,
    ) -> Result<Self, CustodyError> {
        let root_key = KeyMaterial::from_bytes(root_key).map_err(|_| CustodyError::NotSealable)?;
        if deployment.is_empty() || deployment.len() > DEPLOYMENT_LENGTH_MAX {
            return Err(CustodyError::NotSealable);
        }
        let mut bytes = vec![VERSION, parameters.kind().code()];
        let mut written = Vec::new();
        parameters.write(&mut written)?;
        if written.len() > PARAMETERS_LENGTH_MAX {
            return Err(FormatError::TooLong.into());
        }
        crate::fields::push_run(&mut bytes, &written)?;
        let wrapped = {
            let prefix = hex::encode(&bytes);
            seal::wrap(key_encryption_key, &root_key, &context(deployment, &prefix), entropy)
        };
        bytes.extend_from_slice(wrapped.map_err(|_| CustodyError::Library)?.as_bytes());
        // As it will be read: what others had a part in may not fit into the format.
        Ok(Self::parse(&bytes)?)
    }

    /// Nothing if it does not open: another key-encryption key, another deployment, or changed bytes.
    pub(crate) fn open_under(&self, key_encryption_key: &KeyMaterial, deployment: &str) -> Option<SecretBytes> {
        let (prefix, wrapped) = self.bytes.split_last_chunk::<WRAPPED_LENGTH>()?;
        let prefix = hex::encode(prefix);
        let root_key = seal::unwrap(key_encryption_key, wrapped, &context(deployment, &prefix)).ok()?;
        Some(SecretBytes::copy_of(root_key.expose()))
    }

    pub(crate) fn is_not_for(&self, asked: CustodyKind) -> CustodyError {
        CustodyError::OtherKind { sealed: self.kind(), asked }
    }
}

fn context<'a>(deployment: &'a str, prefix: &'a str) -> [(&'a str, &'a str); 2] {
    [("deployment", deployment), ("sealed root key", prefix)]
}

/// Who can open it, for operators: `a passphrase (Argon2id, 128 MiB, 3 passes)`.
impl fmt::Display for SealedRootKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.parameters {
            Parameters::Passphrase(parameters) => parameters.fmt(f),
            Parameters::Shares(parameters) => parameters.fmt(f),
            Parameters::Pkcs11(parameters) => parameters.fmt(f),
            Parameters::AwsKms(parameters) => parameters.fmt(f),
        }
    }
}

impl fmt::Debug for SealedRootKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealedRootKey({self})")
    }
}

#[cfg(test)]
mod tests;
