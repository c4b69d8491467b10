//! Names of secrets.

use std::{borrow::Borrow, fmt, sync::Arc};

/// One to 512 characters of `A-Za-z0-9` and `/_+=.@!-`.
///
/// The user guide leaves `!` out, the recorded error text lists it and service-managed names such as `rds!cluster-1`
/// use it, so it is taken.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SecretName(Arc<str>);

/// The text has characters that no name may have, or is too short or too long. Displays AWS's text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!")]
pub struct InvalidSecretName;

impl SecretName {
    pub fn parse(text: &str) -> Result<Self, InvalidSecretName> {
        let fits = (1..=512).contains(&text.len());
        if fits && text.bytes().all(is_name_byte) { Ok(Self(text.into())) } else { Err(InvalidSecretName) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"/_+=.@!-".contains(&byte)
}

impl Borrow<str> for SecretName {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SecretName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for SecretName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_documented_alphabet_are_taken() {
        for right in ["a", "/leading/slash", "prod/db-Ab12Cd", "rds!cluster-1", "a_b+c=d.e@f"] {
            assert_eq!(SecretName::parse(right).unwrap().as_str(), right);
        }
    }

    #[test]
    fn spaces_other_signs_and_wrong_lengths_are_refused() {
        for wrong in ["", "Inv Name", " lead", "tail ", "a:b", "a*", "é", "a\n", "a\0"] {
            assert_eq!(SecretName::parse(wrong), Err(InvalidSecretName), "{wrong:?}");
        }
        assert!(SecretName::parse(&"n".repeat(512)).is_ok());
        assert!(SecretName::parse(&"n".repeat(513)).is_err());
    }
}
