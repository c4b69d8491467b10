//! How a token's key wraps the key-encryption key.

use std::fmt;

use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::aead::GcmParams;
use cryptoki::mechanism::rsa::{PkcsMgfType, PkcsOaepParams, PkcsOaepSource};
use cryptoki::mechanism::{Mechanism, MechanismType};
use cryptoki::object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle};
use seal::KeyMaterial;
use subtle::ConstantTimeEq;
use terms::{Entropy, SecretBytes};
use zeroize::{Zeroize, Zeroizing};

use super::key::TokenKey;
use super::token::{Visit, refused};
use crate::{FormatError, TokenError};

const GCM_NONCE_LENGTH: usize = 12;
const GCM_TAG_BITS: u64 = 128;
/// What the token's key seals for others is not taken for ours.
const GCM_PURPOSE: &[u8] = b"keepwell key-encryption key";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wrapping {
    AesGcm,
    AesKeyWrapPad,
    RsaOaepSha256,
    RsaOaepSha1,
}

/// A key-encryption key that the token alone can unwrap.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Wrapped {
    pub(super) wrapping: Wrapping,
    pub(super) nonce: Vec<u8>,
    pub(super) bytes: Vec<u8>,
}

impl Wrapping {
    const ALL: [Self; 4] = [Self::AesGcm, Self::AesKeyWrapPad, Self::RsaOaepSha256, Self::RsaOaepSha1];

    pub(super) fn code(self) -> u8 {
        match self {
            Self::AesGcm => 1,
            Self::AesKeyWrapPad => 2,
            Self::RsaOaepSha256 => 3,
            Self::RsaOaepSha1 => 4,
        }
    }

    pub(super) fn of(code: u8) -> Result<Self, FormatError> {
        Self::ALL.into_iter().find(|wrapping| wrapping.code() == code).ok_or(FormatError::Damaged)
    }

    pub(super) fn nonce_length(self) -> usize {
        if self == Self::AesGcm { GCM_NONCE_LENGTH } else { 0 }
    }

    /// Does the token have the mechanism, for both ways?
    pub(super) fn is_offered(self, visit: &Visit) -> bool {
        match self {
            Self::AesGcm => visit.mechanism(MechanismType::AES_GCM).is_some_and(|m| m.encrypt() && m.decrypt()),
            Self::AesKeyWrapPad => {
                visit.mechanism(MechanismType::AES_KEY_WRAP_PAD).is_some_and(|m| m.wrap() && m.unwrap())
            }
            // Some tokens say only that it decrypts, because a public key asks nothing of them.
            Self::RsaOaepSha256 | Self::RsaOaepSha1 => {
                visit.mechanism(MechanismType::RSA_PKCS_OAEP).is_some_and(|m| m.decrypt())
            }
        }
    }
}

/// Wraps by the first way that the token and its key allow, and proves that it unwraps.
pub(super) fn wrap(
    visit: &Visit,
    key: &TokenKey,
    key_encryption_key: &KeyMaterial,
    entropy: &dyn Entropy,
) -> Result<Wrapped, TokenError> {
    for wrapping in Wrapping::ALL.into_iter().filter(|wrapping| wrapping.is_offered(visit)) {
        let wrapped = match (wrapping, *key) {
            (Wrapping::AesGcm, TokenKey::Secret { handle, may_encrypt: true, .. }) => {
                encrypt_gcm(visit, handle, key_encryption_key, entropy)
            }
            (Wrapping::AesKeyWrapPad, TokenKey::Secret { handle, may_wrap: true, .. }) => {
                wrap_padded(visit, handle, key_encryption_key).map(|bytes| (Vec::new(), bytes))
            }
            (Wrapping::RsaOaepSha256 | Wrapping::RsaOaepSha1, TokenKey::Pair { public, .. }) => {
                let encrypted = visit.session.encrypt(&oaep(wrapping), public, key_encryption_key.expose());
                encrypted.map(|bytes| (Vec::new(), bytes))
            }
            _ => continue,
        };
        let (nonce, bytes) = match wrapped {
            Err(error) if is_not_offered(&error) => continue,
            wrapped => wrapped.map_err(refused("wrap a key"))?,
        };
        let wrapped = Wrapped { wrapping, nonce, bytes };
        match unwrap_by(visit, key, &wrapped) {
            Err(error) if is_not_offered(&error) => continue,
            Err(error) => return Err(refused("unwrap what it has just wrapped")(error)),
            Ok(unwrapped) if is_same(&unwrapped, key_encryption_key.expose()) => return Ok(wrapped),
            Ok(_) => return Err(TokenError::DoesNotUnwrap),
        }
    }
    Err(TokenError::NoMechanism)
}

/// In constant time: both are keys.
fn is_same(unwrapped: &[u8], key: &[u8]) -> bool {
    unwrapped.ct_eq(key).into()
}

/// `other_key` is the refusal if this is not the key that has wrapped it, made of what the token says.
pub(super) fn unwrap(
    visit: &Visit,
    key: &TokenKey,
    wrapped: &Wrapped,
    other_key: impl Fn(String) -> TokenError,
) -> Result<KeyMaterial, TokenError> {
    match unwrap_by(visit, key, wrapped) {
        Ok(key) => KeyMaterial::from_bytes(&SecretBytes::copy_of(&key)).map_err(|error| other_key(error.to_string())),
        Err(error) if is_of_another_key(&error) => Err(other_key(error.to_string())),
        Err(error) => Err(refused("unwrap a key")(error)),
    }
}

fn unwrap_by(visit: &Visit, key: &TokenKey, wrapped: &Wrapped) -> Result<Zeroizing<Vec<u8>>, Error> {
    match (wrapped.wrapping, *key) {
        (Wrapping::AesGcm, TokenKey::Secret { handle, .. }) => {
            let mut nonce = wrapped.nonce.clone();
            let params = GcmParams::new(&mut nonce, GCM_PURPOSE, GCM_TAG_BITS.into())?;
            visit.session.decrypt(&Mechanism::AesGcm(params), handle, &wrapped.bytes).map(Zeroizing::new)
        }
        (Wrapping::AesKeyWrapPad, TokenKey::Secret { handle, .. }) => unwrap_padded(visit, handle, &wrapped.bytes),
        (wrapping, TokenKey::Pair { private, .. }) => {
            visit.session.decrypt(&oaep(wrapping), private, &wrapped.bytes).map(Zeroizing::new)
        }
        (_, TokenKey::Secret { .. }) => Err(Error::NotSupported),
    }
}

/// The nonce and the ciphertext. A token that insists on nonces of its own wants the room for it empty, and fills it.
fn encrypt_gcm(
    visit: &Visit,
    key: ObjectHandle,
    key_encryption_key: &KeyMaterial,
    entropy: &dyn Entropy,
) -> Result<(Vec<u8>, Vec<u8>), Error> {
    let encrypt = |mut nonce: [u8; GCM_NONCE_LENGTH]| {
        let params = GcmParams::new(&mut nonce, GCM_PURPOSE, GCM_TAG_BITS.into())?;
        let encrypted = visit.session.encrypt(&Mechanism::AesGcm(params), key, key_encryption_key.expose())?;
        Ok((nonce.to_vec(), encrypted))
    };
    let mut ours = [0; GCM_NONCE_LENGTH];
    entropy.fill(&mut ours);
    match encrypt(ours) {
        Err(error) if is_not_offered(&error) => match encrypt([0; GCM_NONCE_LENGTH]) {
            // Never under a nonce that was not drawn.
            Ok((nonce, _)) if nonce.iter().all(|byte| *byte == 0) => Err(error),
            other => other,
        },
        encrypted => encrypted,
    }
}

/// A token wraps only what is an object of its own, so that the key becomes one for the length of the session.
fn wrap_padded(visit: &Visit, key: ObjectHandle, key_encryption_key: &KeyMaterial) -> Result<Vec<u8>, Error> {
    let mut template = passing_object().to_vec();
    template.push(Attribute::Value(key_encryption_key.expose().to_vec()));
    let object = visit.session.create_object(&template);
    template.iter_mut().for_each(wipe);
    let object = object?;
    let wrapped = visit.session.wrap_key(&Mechanism::AesKeyWrapPad, key, object);
    visit.session.destroy_object(object)?;
    wrapped
}

fn unwrap_padded(visit: &Visit, key: ObjectHandle, wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
    let object = visit.session.unwrap_key(&Mechanism::AesKeyWrapPad, key, wrapped, &passing_object())?;
    let attributes = visit.session.get_attributes(object, &[AttributeType::Value]);
    visit.session.destroy_object(object)?;
    let value = attributes?.into_iter().find_map(|attribute| match attribute {
        Attribute::Value(value) => Some(Zeroizing::new(value)),
        _ => None,
    });
    value.ok_or(Error::InvalidValue)
}

fn passing_object() -> [Attribute; 6] {
    [
        Attribute::Class(ObjectClass::SECRET_KEY),
        Attribute::KeyType(KeyType::GENERIC_SECRET),
        Attribute::Token(false),
        Attribute::Private(true),
        Attribute::Sensitive(false),
        Attribute::Extractable(true),
    ]
}

fn wipe(attribute: &mut Attribute) {
    if let Attribute::Value(value) = attribute {
        value.zeroize();
    }
}

fn oaep(wrapping: Wrapping) -> Mechanism<'static> {
    let (hash, mask) = match wrapping {
        Wrapping::RsaOaepSha1 => (MechanismType::SHA1, PkcsMgfType::MGF1_SHA1),
        _ => (MechanismType::SHA256, PkcsMgfType::MGF1_SHA256),
    };
    Mechanism::RsaPkcsOaep(PkcsOaepParams::new(hash, mask, PkcsOaepSource::empty()))
}

/// The token does not do it in this way, and may in another.
fn is_not_offered(error: &Error) -> bool {
    matches!(
        error,
        Error::Pkcs11(
            RvError::MechanismInvalid
                | RvError::MechanismParamInvalid
                | RvError::ArgumentsBad
                | RvError::FunctionNotSupported
                | RvError::KeyFunctionNotPermitted,
            _
        )
    )
}

/// What a token answers when ciphertext and key do not belong together; they are not agreed on one answer.
fn is_of_another_key(error: &Error) -> bool {
    matches!(
        error,
        Error::Pkcs11(
            RvError::EncryptedDataInvalid
                | RvError::EncryptedDataLenRange
                | RvError::DataInvalid
                | RvError::DataLenRange
                | RvError::WrappedKeyInvalid
                | RvError::WrappedKeyLenRange
                | RvError::GeneralError
                | RvError::FunctionFailed,
            _
        )
    )
}

impl fmt::Display for Wrapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AesGcm => "AES-GCM",
            Self::AesKeyWrapPad => "AES key wrap with padding",
            Self::RsaOaepSha256 => "RSA-OAEP with SHA-256",
            Self::RsaOaepSha1 => "RSA-OAEP with SHA-1",
        })
    }
}
