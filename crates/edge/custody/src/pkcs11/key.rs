//! The token's key: found by its label, or made.

use std::fmt;

use cryptoki::error::Error;
use cryptoki::mechanism::{Mechanism, MechanismType};
use cryptoki::object::{Attribute, KeyType, ObjectClass, ObjectHandle};

use super::KeyChoice;
use super::token::{Visit, refused};
use super::wrapping::Wrapping;
use crate::TokenError;

const RSA_BITS: u32 = 3072;
/// What a TPM has.
const RSA_BITS_LEAST: u32 = 2048;
/// 65537.
const PUBLIC_EXPONENT: [u8; 3] = [1, 0, 1];

/// What a key is and what it may do. One that could decrypt and wrap would be asked by an intruder to take out others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyShape {
    /// AES, 256 bits, to encrypt and decrypt.
    AesGcm,
    /// AES, 256 bits, to wrap and unwrap.
    AesKeyWrap,
    /// A pair of RSA, 3072 bits, or 2048 where the token has no more.
    Rsa,
}

/// What creating a key came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyOnToken {
    Made(KeyShape),
    /// It was there, and was left as it is.
    Found(KeyShape),
}

#[derive(Debug, Clone, Copy)]
pub(super) enum TokenKey {
    Secret { handle: ObjectHandle, may_encrypt: bool, may_wrap: bool },
    Pair { public: ObjectHandle, private: ObjectHandle },
}

impl TokenKey {
    pub(super) fn shape(&self) -> KeyShape {
        match self {
            Self::Secret { may_encrypt: true, .. } => KeyShape::AesGcm,
            Self::Secret { .. } => KeyShape::AesKeyWrap,
            Self::Pair { .. } => KeyShape::Rsa,
        }
    }
}

/// The key to seal with: a secret key before a pair.
pub(super) fn find_any(visit: &Visit, choice: &KeyChoice) -> Result<Option<TokenKey>, TokenError> {
    match find_secret(visit, choice)? {
        Some(secret) => Ok(Some(secret)),
        None => find_pair(visit, choice),
    }
}

/// The key that has sealed in this way.
pub(super) fn find_for(visit: &Visit, choice: &KeyChoice, wrapping: Wrapping) -> Result<TokenKey, TokenError> {
    let key = match wrapping {
        Wrapping::AesGcm | Wrapping::AesKeyWrapPad => find_secret(visit, choice)?,
        Wrapping::RsaOaepSha256 | Wrapping::RsaOaepSha1 => find_pair(visit, choice)?,
    };
    key.ok_or_else(|| TokenError::NoKey { label: choice.label.clone() })
}

fn find_secret(visit: &Visit, choice: &KeyChoice) -> Result<Option<TokenKey>, TokenError> {
    let Some(handle) = find(visit, choice, ObjectClass::SECRET_KEY, KeyType::AES)? else { return Ok(None) };
    let may = |attributes: [Attribute; 2]| {
        // Asked as a search, because not every token shows all attributes.
        let with = [template(choice, ObjectClass::SECRET_KEY, KeyType::AES), attributes.to_vec()].concat();
        visit.session.find_objects(&with).is_ok_and(|found| found.contains(&handle))
    };
    Ok(Some(TokenKey::Secret {
        handle,
        may_encrypt: may([Attribute::Encrypt(true), Attribute::Decrypt(true)]),
        may_wrap: may([Attribute::Wrap(true), Attribute::Unwrap(true)]),
    }))
}

fn find_pair(visit: &Visit, choice: &KeyChoice) -> Result<Option<TokenKey>, TokenError> {
    let public = find(visit, choice, ObjectClass::PUBLIC_KEY, KeyType::RSA)?;
    let private = find(visit, choice, ObjectClass::PRIVATE_KEY, KeyType::RSA)?;
    Ok(public.zip(private).map(|(public, private)| TokenKey::Pair { public, private }))
}

fn find(
    visit: &Visit,
    choice: &KeyChoice,
    class: ObjectClass,
    key_type: KeyType,
) -> Result<Option<ObjectHandle>, TokenError> {
    let found = visit.session.find_objects(&template(choice, class, key_type)).map_err(refused("look for its key"))?;
    match found.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(*one)),
        _ => Err(TokenError::SeveralKeys { label: choice.label.clone() }),
    }
}

fn template(choice: &KeyChoice, class: ObjectClass, key_type: KeyType) -> Vec<Attribute> {
    let mut template = vec![
        Attribute::Token(true),
        Attribute::Class(class),
        Attribute::KeyType(key_type),
        Attribute::Label(choice.label.as_bytes().to_vec()),
    ];
    template.extend(choice.id.clone().map(Attribute::Id));
    template
}

pub(super) fn make(visit: &Visit, choice: &KeyChoice, shape: Option<KeyShape>) -> Result<KeyShape, TokenError> {
    let can_make = |shape: &KeyShape| match shape {
        KeyShape::AesGcm => can_make_aes(visit) && Wrapping::AesGcm.is_offered(visit),
        KeyShape::AesKeyWrap => can_make_aes(visit) && Wrapping::AesKeyWrapPad.is_offered(visit),
        KeyShape::Rsa => {
            visit.mechanism(MechanismType::RSA_PKCS_KEY_PAIR_GEN).is_some() && Wrapping::RsaOaepSha256.is_offered(visit)
        }
    };
    let wanted = shape.map_or_else(|| vec![KeyShape::AesGcm, KeyShape::AesKeyWrap, KeyShape::Rsa], |shape| vec![shape]);
    let shape = wanted.into_iter().find(can_make).ok_or(TokenError::NoMechanism)?;
    let made = match shape {
        KeyShape::AesGcm => make_aes(visit, choice, true),
        KeyShape::AesKeyWrap => make_aes(visit, choice, false),
        KeyShape::Rsa => make_pair(visit, choice),
    };
    made.map_err(refused("make the key"))?;
    Ok(shape)
}

fn can_make_aes(visit: &Visit) -> bool {
    visit.mechanism(MechanismType::AES_KEY_GEN).is_some_and(|mechanism| mechanism.generate())
}

/// What the key may not do is said as well: tokens take it for allowed.
fn make_aes(visit: &Visit, choice: &KeyChoice, is_to_encrypt: bool) -> Result<(), Error> {
    let uses = [
        Attribute::ValueLen(32_u64.into()),
        Attribute::Encrypt(is_to_encrypt),
        Attribute::Decrypt(is_to_encrypt),
        Attribute::Wrap(!is_to_encrypt),
        Attribute::Unwrap(!is_to_encrypt),
    ];
    let template = [&names(choice)[..], &kept_in_token(), &uses].concat();
    visit.session.generate_key(&Mechanism::AesKeyGen, &template).map(|_| ())
}

fn make_pair(visit: &Visit, choice: &KeyChoice) -> Result<(), Error> {
    let most = visit.mechanism(MechanismType::RSA_PKCS_KEY_PAIR_GEN).map_or(0, |mechanism| mechanism.max_key_size());
    let bits = if most >= RSA_BITS as usize { RSA_BITS } else { RSA_BITS_LEAST };
    let public = [
        Attribute::Token(true),
        Attribute::Encrypt(true),
        Attribute::Wrap(false),
        Attribute::ModulusBits(u64::from(bits).into()),
        Attribute::PublicExponent(PUBLIC_EXPONENT.to_vec()),
    ];
    let public = [&names(choice)[..], &public].concat();
    let uses = [Attribute::Decrypt(true), Attribute::Unwrap(false)];
    let private = [&names(choice)[..], &kept_in_token(), &uses].concat();
    visit.session.generate_key_pair(&Mechanism::RsaPkcsKeyPairGen, &public, &private).map(|_| ())
}

fn names(choice: &KeyChoice) -> [Attribute; 2] {
    let label = choice.label.as_bytes().to_vec();
    [Attribute::Id(choice.id.clone().unwrap_or_else(|| label.clone())), Attribute::Label(label)]
}

fn kept_in_token() -> [Attribute; 4] {
    [Attribute::Token(true), Attribute::Private(true), Attribute::Sensitive(true), Attribute::Extractable(false)]
}

impl fmt::Display for KeyShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AesGcm => "AES-256 for encryption",
            Self::AesKeyWrap => "AES-256 for key wrapping",
            Self::Rsa => "RSA",
        })
    }
}
