//! How tokens may be signed (RFC 7518, RFC 8037), and what its keys look like.

use aws_lc_rs::digest;
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED, ECDSA_P384_SHA384_FIXED_SIGNING,
    ED25519, EcdsaKeyPair, EcdsaSigningAlgorithm, EcdsaVerificationAlgorithm, Ed25519KeyPair, KeyPair,
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, RsaPublicKeyComponents, UnparsedPublicKey,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use terms::SecretBytes;
use zeroize::Zeroizing;

use super::super::{MISMATCH, PROBE, no_key_made, unreadable};
use super::{ALGORITHM, KEY_SET, PRIVATE_KEY};
use crate::document::SecretDocument;
use crate::failure::Failure;
use crate::pem;

const LABEL: &str = "PRIVATE KEY";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Algorithm {
    Es256,
    Es384,
    EdDsa,
    Rs256,
}

/// A public key in the making, with its members in the order of their names, as thumbprints want them.
pub(super) struct PublicKey {
    algorithm: Algorithm,
    members: Vec<(&'static str, String)>,
}

enum Pair {
    Ecdsa(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
    Rsa(RsaKeyPair),
}

impl Pair {
    fn private_key(&self) -> Result<Zeroizing<String>, Failure> {
        let written = |document: &[u8]| pem::write(LABEL, pem::LINE, document);
        let not_made = |_| no_key_made();
        Ok(match self {
            Self::Ecdsa(pair) => written(pair.to_pkcs8v1().map_err(not_made)?.as_ref()),
            Self::Ed25519(pair) => written(pair.to_pkcs8v1().map_err(not_made)?.as_ref()),
            Self::Rsa(pair) => {
                let document: Pkcs8V1Der<'_> = pair.as_der().map_err(not_made)?;
                written(document.as_ref())
            }
        })
    }
}

impl Algorithm {
    /// The one that the secret asks for: ES256, which every library knows, if it does not say.
    pub(super) fn of(secret: &SecretDocument) -> Result<Self, Failure> {
        if !secret.has(ALGORITHM) {
            return Ok(Self::Es256);
        }
        let every = [Self::Es256, Self::Es384, Self::EdDsa, Self::Rs256];
        let asked = secret.text(ALGORITHM);
        every.into_iter().find(|algorithm| asked.as_deref() == Some(algorithm.as_str())).ok_or_else(|| {
            Failure::new(format!("The {ALGORITHM} of the secret JSON must be one of ES256, ES384, EdDSA and RS256"))
        })
    }

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::EdDsa => "EdDSA",
            Self::Rs256 => "RS256",
        }
    }

    /// A private key, and its public half. AWS-LC draws primes and points with its own generator, and takes no other.
    pub(super) fn draw(self, seed: &[u8; 32]) -> Result<(Zeroizing<String>, PublicKey), Failure> {
        let not_made = |_| no_key_made();
        let pair = match self {
            Self::Es256 | Self::Es384 => Pair::Ecdsa(EcdsaKeyPair::generate(self.curve().0).map_err(not_made)?),
            Self::EdDsa => Pair::Ed25519(Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| no_key_made())?),
            Self::Rs256 => Pair::Rsa(RsaKeyPair::generate(KeySize::Rsa3072).map_err(not_made)?),
        };
        Ok((pair.private_key()?, self.public_half(&pair)?))
    }

    /// The public half of a private key.
    pub(super) fn public(self, private_key: &SecretBytes) -> Result<PublicKey, Failure> {
        self.public_half(&self.read(private_key)?)
    }

    /// Signs with the private key, and verifies with what is published.
    pub(super) fn check(self, private_key: &SecretBytes, public: &Value) -> Result<(), Failure> {
        let random = SystemRandom::new();
        let verified = match self.read(private_key)? {
            Pair::Ecdsa(pair) => {
                let signature = pair.sign(&random, PROBE).map_err(|_| no_key_made())?;
                let point = [vec![4], member(public, "x")?, member(public, "y")?].concat();
                UnparsedPublicKey::new(self.curve().1, point).verify(PROBE, signature.as_ref())
            }
            Pair::Ed25519(pair) => {
                UnparsedPublicKey::new(&ED25519, member(public, "x")?).verify(PROBE, pair.sign(PROBE).as_ref())
            }
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, PROBE, &mut signature).map_err(|_| no_key_made())?;
                let components = RsaPublicKeyComponents { n: member(public, "n")?, e: member(public, "e")? };
                components.verify(&RSA_PKCS1_2048_8192_SHA256, PROBE, &signature)
            }
        };
        verified.map_err(|_| Failure::new(MISMATCH))
    }

    fn read(self, private_key: &SecretBytes) -> Result<Pair, Failure> {
        let text = str::from_utf8(private_key.expose()).map_err(|_| unreadable(PRIVATE_KEY))?;
        let document = pem::read(LABEL, text).ok_or_else(|| unreadable(PRIVATE_KEY))?;
        let pair = match self {
            Self::Es256 | Self::Es384 => EcdsaKeyPair::from_pkcs8(self.curve().0, &document).map(Pair::Ecdsa),
            Self::EdDsa => Ed25519KeyPair::from_pkcs8_maybe_unchecked(&document).map(Pair::Ed25519),
            Self::Rs256 => RsaKeyPair::from_pkcs8(&document).map(Pair::Rsa),
        };
        pair.map_err(|_| unreadable(PRIVATE_KEY))
    }

    fn public_half(self, pair: &Pair) -> Result<PublicKey, Failure> {
        let members = match pair {
            Pair::Ecdsa(pair) => self.members(pair.public_key().as_ref())?,
            Pair::Ed25519(pair) => self.members(pair.public_key().as_ref())?,
            Pair::Rsa(pair) => rsa_members(pair),
        };
        Ok(PublicKey { algorithm: self, members })
    }

    /// EdDSA has no curve of this kind and never asks.
    fn curve(self) -> (&'static EcdsaSigningAlgorithm, &'static EcdsaVerificationAlgorithm) {
        match self {
            Self::Es384 => (&ECDSA_P384_SHA384_FIXED_SIGNING, &ECDSA_P384_SHA384_FIXED),
            _ => (&ECDSA_P256_SHA256_FIXED_SIGNING, &ECDSA_P256_SHA256_FIXED),
        }
    }

    fn members(self, public: &[u8]) -> Result<Vec<(&'static str, String)>, Failure> {
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        if self == Self::EdDsa {
            return Ok(vec![("crv", "Ed25519".to_owned()), ("kty", "OKP".to_owned()), ("x", encode(public))]);
        }
        // An uncompressed point: the byte 4, and two coordinates of the same length.
        let point = public.strip_prefix(&[4]).filter(|point| point.len() % 2 == 0).ok_or_else(no_key_made)?;
        let (x, y) = point.split_at_checked(point.len() / 2).ok_or_else(no_key_made)?;
        let curve = if self == Self::Es384 { "P-384" } else { "P-256" };
        Ok(vec![("crv", curve.to_owned()), ("kty", "EC".to_owned()), ("x", encode(x)), ("y", encode(y))])
    }
}

fn rsa_members(pair: &RsaKeyPair) -> Vec<(&'static str, String)> {
    let public: RsaPublicKeyComponents<Vec<u8>> = pair.public_key().into();
    let (exponent, modulus) = (URL_SAFE_NO_PAD.encode(&public.e), URL_SAFE_NO_PAD.encode(&public.n));
    vec![("e", exponent), ("kty", "RSA".to_owned()), ("n", modulus)]
}

fn member(public: &Value, name: &str) -> Result<Vec<u8>, Failure> {
    let member = public.get(name).and_then(Value::as_str);
    member.and_then(|member| URL_SAFE_NO_PAD.decode(member).ok()).ok_or_else(|| unreadable(KEY_SET))
}

impl PublicKey {
    /// RFC 7638: the digest of the members that make the key, and nothing between them. None of them needs an escape.
    fn thumbprint(&self) -> String {
        let members: Vec<String> = self.members.iter().map(|(name, value)| format!(r#""{name}":"{value}""#)).collect();
        let text = format!("{{{}}}", members.join(","));
        URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, text.as_bytes()))
    }

    /// Under its thumbprint.
    pub(super) fn into_value(self) -> Value {
        let key_id = self.thumbprint();
        let rest = [("use", "sig".to_owned()), ("alg", self.algorithm.as_str().to_owned()), ("kid", key_id)];
        let members = self.members.into_iter().chain(rest);
        Value::Object(members.map(|(name, value)| (name.to_owned(), Value::String(value))).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_thumbprint_is_that_of_rfc_7638() {
        let modulus = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCi\
                       FV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZg\
                       nYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniI\
                       qbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";
        let members = vec![("e", "AQAB".to_owned()), ("kty", "RSA".to_owned()), ("n", modulus.to_owned())];
        let key = PublicKey { algorithm: Algorithm::Rs256, members };
        assert_eq!(key.thumbprint(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    }
}
