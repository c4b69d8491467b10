//! What MariaDB keeps of a password, by the plugin that an account logs in with.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA512, digest};
use base64::{Engine, prelude::BASE64_STANDARD_NO_PAD};
use curve25519_dalek::{EdwardsPoint, Scalar, scalar::clamp_integer};
use terms::SecretBytes;

/// Plugins whose verifier can be made here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Plugin {
    Native,
    Ed25519,
}

impl Plugin {
    pub(super) fn parse(name: &str) -> Option<Self> {
        match name {
            "mysql_native_password" => Some(Self::Native),
            "ed25519" => Some(Self::Ed25519),
            _ => None,
        }
    }

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Native => "mysql_native_password",
            Self::Ed25519 => "ed25519",
        }
    }

    /// Without quotes or anything else that would have to be escaped.
    pub(super) fn verifier(self, password: &SecretBytes) -> SecretBytes {
        let text = match self {
            Self::Native => {
                let once = digest(&SHA1_FOR_LEGACY_USE_ONLY, password.expose());
                let twice = digest(&SHA1_FOR_LEGACY_USE_ONLY, once.as_ref());
                format!("*{}", hex::encode_upper(twice))
            }
            // https://mariadb.com/kb/en/authentication-plugin-ed25519/: a public key whose secret is the password.
            Self::Ed25519 => {
                let hashed = digest(&SHA512, password.expose());
                let secret = hashed.as_ref().first_chunk::<32>().copied().unwrap_or_default();
                let public = EdwardsPoint::mul_base(&Scalar::from_bytes_mod_order(clamp_integer(secret)));
                BASE64_STANDARD_NO_PAD.encode(public.compress().as_bytes())
            }
        };
        SecretBytes::new(text.into_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verifier(plugin: Plugin, password: &str) -> String {
        String::from_utf8(plugin.verifier(&SecretBytes::copy_of(password.as_bytes())).expose().to_vec()).unwrap()
    }

    #[test]
    fn the_verifiers_are_those_that_mariadb_documents() {
        assert_eq!(verifier(Plugin::Native, "mariadb"), "*54958E764CE10E50764C2EECBB71D01F08549980");
        assert_eq!(verifier(Plugin::Ed25519, "secret"), "ZIgUREUg5PVgQ6LskhXmO+eZLS0nC8be6HPjYWR4YJY");
    }
}
