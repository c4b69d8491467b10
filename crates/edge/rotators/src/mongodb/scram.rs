//! Logging in without sending the password: SCRAM (RFC 5802, RFC 7677) as MongoDB uses it.

use std::num::NonZeroU32;

use aws_lc_rs::{digest, hmac, pbkdf2};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use terms::{Entropy, SecretBytes};
use zeroize::Zeroizing;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mechanism {
    Sha256,
    /// All that DocumentDB knows.
    Sha1,
}

/// One login, from its first word on.
pub(super) struct Exchange {
    mechanism: Mechanism,
    password: Zeroizing<Vec<u8>>,
    nonce: String,
    first_bare: String,
    /// What the server must show in the end: that it knows the password as well.
    server_signature: Option<Expected>,
}

struct Expected {
    key: hmac::Key,
    message: String,
}

/// Fewer would be a downgrade, and more would keep this server busy.
const ITERATIONS: std::ops::RangeInclusive<u32> = 4096..=200_000;

impl Mechanism {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "SCRAM-SHA-256",
            Self::Sha1 => "SCRAM-SHA-1",
        }
    }

    /// What goes in for the password.
    fn prepare(self, user: &str, password: &SecretBytes) -> Option<Zeroizing<Vec<u8>>> {
        let text = std::str::from_utf8(password.expose()).ok()?;
        match self {
            Self::Sha256 => Some(Zeroizing::new(stringprep::saslprep(text).ok()?.into_owned().into_bytes())),
            // From the time before SCRAM.
            Self::Sha1 => {
                let mut md5 = Md5::new();
                md5.update(user.as_bytes());
                md5.update(b":mongo:");
                md5.update(text.as_bytes());
                Some(Zeroizing::new(hex::encode(md5.finalize()).into_bytes()))
            }
        }
    }

    fn derive(self, password: &[u8], salt: &[u8], iterations: NonZeroU32) -> hmac::Key {
        let (algorithm, hmac_algorithm, length) = match self {
            Self::Sha256 => (pbkdf2::PBKDF2_HMAC_SHA256, hmac::HMAC_SHA256, 32),
            Self::Sha1 => (pbkdf2::PBKDF2_HMAC_SHA1, hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, 20),
        };
        let mut salted = Zeroizing::new(vec![0; length]);
        pbkdf2::derive(algorithm, iterations, salt, password, &mut salted);
        hmac::Key::new(hmac_algorithm, &salted)
    }

    fn digest(self, bytes: &[u8]) -> digest::Digest {
        let algorithm = match self {
            Self::Sha256 => &digest::SHA256,
            Self::Sha1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
        };
        digest::digest(algorithm, bytes)
    }
}

impl Exchange {
    /// None if no server would take the password.
    pub(super) fn begin(
        mechanism: Mechanism,
        user: &str,
        password: &SecretBytes,
        entropy: &dyn Entropy,
    ) -> Option<Self> {
        let mut nonce = [0; 24];
        entropy.fill(&mut nonce);
        let password = mechanism.prepare(user, password)?;
        Some(Self::with(mechanism, user, password, STANDARD.encode(nonce)))
    }

    fn with(mechanism: Mechanism, user: &str, password: Zeroizing<Vec<u8>>, nonce: String) -> Self {
        let user = user.replace('=', "=3D").replace(',', "=2C");
        let first_bare = format!("n={user},r={nonce}");
        Self { mechanism, password, nonce, first_bare, server_signature: None }
    }

    pub(super) fn first(&self) -> String {
        format!("n,,{}", self.first_bare)
    }

    /// The proof, if what the server said makes sense.
    pub(super) fn prove(&mut self, server_first: &str) -> Option<String> {
        let nonce = field(server_first, "r=").filter(|nonce| nonce.len() > self.nonce.len())?;
        let nonce = nonce.strip_prefix(&self.nonce).map(|_| nonce)?;
        let salt = STANDARD.decode(field(server_first, "s=")?).ok()?;
        let iterations: u32 = field(server_first, "i=")?.parse().ok().filter(|i| ITERATIONS.contains(i))?;
        let salted = self.mechanism.derive(&self.password, &salt, NonZeroU32::new(iterations)?);

        let without_proof = format!("c=biws,r={nonce}");
        let message = format!("{},{server_first},{without_proof}", self.first_bare);
        let client_key = hmac::sign(&salted, b"Client Key");
        let stored_key = self.mechanism.digest(client_key.as_ref());
        let signature = hmac::sign(&hmac::Key::new(salted.algorithm(), stored_key.as_ref()), message.as_bytes());
        let proof: Vec<u8> = client_key.as_ref().iter().zip(signature.as_ref()).map(|(key, sign)| key ^ sign).collect();
        let server_key = hmac::sign(&salted, b"Server Key");
        let key = hmac::Key::new(salted.algorithm(), server_key.as_ref());
        self.server_signature = Some(Expected { key, message });
        Some(format!("{without_proof},p={}", STANDARD.encode(proof)))
    }

    /// Does the server know the password as well?
    pub(super) fn is_proven(&self, server_final: &str) -> bool {
        let signature = field(server_final, "v=").and_then(|signature| STANDARD.decode(signature).ok());
        let (Some(signature), Some(Expected { key, message })) = (signature, &self.server_signature) else {
            return false;
        };
        hmac::verify(key, message.as_bytes(), &signature).is_ok()
    }
}

fn field<'a>(message: &'a str, name: &str) -> Option<&'a str> {
    message.split(',').find_map(|field| field.strip_prefix(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Counting;

    fn exchange(mechanism: Mechanism, nonce: &str) -> Exchange {
        Exchange::with(mechanism, "user", Zeroizing::new(b"pencil".to_vec()), nonce.to_owned())
    }

    #[test]
    fn the_exchange_of_rfc_5802() {
        let mut exchange = exchange(Mechanism::Sha1, "fyko+d2lbbFgONRv9qkxdawL");
        assert_eq!(exchange.first(), "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL");
        let server = "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096";
        let proof = exchange.prove(server).unwrap();
        assert_eq!(proof, "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=");
        assert!(exchange.is_proven("v=rmF9pqV8S7suAoZWja4dJRkFsKQ="));
        assert!(!exchange.is_proven("v=rmF9pqV8S7suAoZWja4dJRkFsKR="));
    }

    #[test]
    fn the_exchange_of_rfc_7677() {
        let mut exchange = exchange(Mechanism::Sha256, "rOprNGfwEbeRWgbNEkqO");
        let server = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
        let proof = exchange.prove(server).unwrap();
        assert_eq!(
            proof,
            "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
        );
        assert!(exchange.is_proven("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="));
    }

    #[test]
    fn a_server_that_makes_no_sense_gets_no_proof() {
        for server in [
            "",
            "r=other,s=QSXCR+Q6sek8bf92,i=4096",
            "r=nonce,s=QSXCR+Q6sek8bf92,i=4096",
            "r=nonce+more,s=?,i=4096",
            "r=nonce+more,s=QSXCR+Q6sek8bf92,i=1",
            "r=nonce+more,s=QSXCR+Q6sek8bf92,i=2000000000",
            "r=nonce+more,s=QSXCR+Q6sek8bf92",
        ] {
            let mut exchange = exchange(Mechanism::Sha256, "nonce");
            assert_eq!(exchange.prove(server), None, "{server}");
            assert!(!exchange.is_proven("v="));
        }
    }

    #[test]
    fn separators_in_names_are_escaped() {
        let password = SecretBytes::copy_of(b"p");
        let exchange = Exchange::begin(Mechanism::Sha1, "a,b=c", &password, &Counting::default()).unwrap();
        assert!(exchange.first().starts_with("n,,n=a=2Cb=3Dc,r="));
        // As MongoDB's documentation of its old digest has it.
        assert_eq!(*exchange.password, hex::encode(Md5::digest(b"a,b=c:mongo:p")).into_bytes());
    }
}
