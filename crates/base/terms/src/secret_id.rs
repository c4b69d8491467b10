//! What callers write to mean a secret: a name, an ARN, or an ARN without its random tail.

use std::fmt;

use crate::{InvalidSecretName, Scope, SecretName};

/// The six random characters that end a secret's ARN. They stay for the life of the secret.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ArnSuffix([u8; 6]);

/// A `SecretId` member, understood.
///
/// AWS tells the three forms apart like this (recorded): after `arn:`, a resource that ends in a hyphen and six
/// alphanumeric characters is a complete ARN and matches nothing else; any other resource is a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretId {
    /// A bare name, in the caller's account and the endpoint's region.
    Name(SecretName),
    /// A complete ARN: matches the one secret that has this name and this suffix.
    Arn { scope: Scope, name: SecretName, suffix: ArnSuffix },
    /// An ARN without the suffix: matches by name.
    PartialArn { scope: Scope, name: SecretName },
    /// Begins with `arn:` and is no ARN of a secret: matches nothing.
    Nothing,
}

impl ArnSuffix {
    pub fn parse(text: &str) -> Option<Self> {
        let bytes: [u8; 6] = text.as_bytes().try_into().ok()?;
        bytes.iter().all(u8::is_ascii_alphanumeric).then_some(Self(bytes))
    }

    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl SecretId {
    /// Fails only for a bare name with characters that names cannot have; a malformed ARN is merely not found.
    pub fn parse(text: &str) -> Result<Self, InvalidSecretName> {
        if text.starts_with("arn:") {
            Ok(Self::parse_arn(text).unwrap_or(Self::Nothing))
        } else {
            SecretName::parse(text).map(Self::Name)
        }
    }

    fn parse_arn(text: &str) -> Option<Self> {
        let mut parts = text.splitn(7, ':');
        let mut next = || parts.next();
        let (_arn, partition, service, region, account, kind, resource) =
            (next()?, next()?, next()?, next()?, next()?, next()?, next()?);
        let region = crate::Region::parse(region).ok()?;
        let account = crate::AccountId::parse(account).ok()?;
        if partition != region.partition().as_str() || service != "secretsmanager" || kind != "secret" {
            return None;
        }
        let scope = Scope { account, region };
        let tail = resource.rsplit_once('-').and_then(|(name, tail)| Some((name, ArnSuffix::parse(tail)?)));
        match tail {
            Some((name, suffix)) => Some(Self::Arn { scope, name: SecretName::parse(name).ok()?, suffix }),
            None => Some(Self::PartialArn { scope, name: SecretName::parse(resource).ok()? }),
        }
    }
}

/// `arn:<partition>:secretsmanager:<region>:<account>:secret:<name>-<suffix>`
pub fn secret_arn(scope: &Scope, name: &SecretName, suffix: &ArnSuffix) -> String {
    format!(
        "arn:{}:secretsmanager:{}:{}:secret:{}-{}",
        scope.region.partition(),
        scope.region,
        scope.account,
        name,
        suffix.as_str()
    )
}

impl fmt::Debug for ArnSuffix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{AccountId, Region};

    fn scope() -> Scope {
        Scope::new(AccountId::parse("123456789012").unwrap(), Region::parse("us-east-1").unwrap())
    }

    #[test]
    fn a_complete_arn_is_told_from_a_partial_one_by_its_tail() {
        let of = |resource: &str| {
            SecretId::parse(&format!("arn:aws:secretsmanager:us-east-1:123456789012:secret:{resource}")).unwrap()
        };
        let name = |text: &str| SecretName::parse(text).unwrap();
        let suffix = ArnSuffix::parse("a1b2c3").unwrap();
        assert_eq!(of("Name-a1b2c3"), SecretId::Arn { scope: scope(), name: name("Name"), suffix });
        assert_eq!(of("Name-a1b2"), SecretId::PartialArn { scope: scope(), name: name("Name-a1b2") });
        assert_eq!(of("Name-a1b2c3-"), SecretId::PartialArn { scope: scope(), name: name("Name-a1b2c3-") });
        assert_eq!(of("Name"), SecretId::PartialArn { scope: scope(), name: name("Name") });
    }

    #[test]
    fn what_begins_like_an_arn_and_is_none_matches_nothing() {
        for text in [
            "arn:",
            "arn:aws:s3:::bucket",
            "arn:aws:secretsmanager:us-east-1:123:secret:a",
            "arn:aws:secretsmanager:us-east-1:123456789012:secret:",
            "arn:aws:secretsmanager:us-east-1:123456789012:secret:with space",
            "arn:aws-cn:secretsmanager:us-east-1:123456789012:secret:a",
            "arn:aws:secretsmanager:us-east-1:123456789012:secret:-a1b2c3",
        ] {
            assert_eq!(SecretId::parse(text), Ok(SecretId::Nothing), "{text}");
        }
    }

    #[test]
    fn a_bare_name_with_a_tail_stays_a_name() {
        let name = SecretName::parse("name-a1b2c3").unwrap();
        assert_eq!(SecretId::parse("name-a1b2c3"), Ok(SecretId::Name(name)));
        assert_eq!(SecretId::parse("no name"), Err(InvalidSecretName));
    }

    proptest! {
        #[test]
        fn every_arn_we_make_is_read_back(name in "[A-Za-z0-9/_+=.@!-]{1,80}", tail in "[A-Za-z0-9]{6}") {
            let name = SecretName::parse(&name).unwrap();
            let suffix = ArnSuffix::parse(&tail).unwrap();
            let read = SecretId::parse(&secret_arn(&scope(), &name, &suffix)).unwrap();
            prop_assert_eq!(read, SecretId::Arn { scope: scope(), name, suffix });
        }

        #[test]
        fn no_text_makes_parsing_fail_in_another_way(text in ".{0,200}") {
            let _ = SecretId::parse(&text);
            let _ = SecretId::parse(&format!("arn:{text}"));
        }
    }
}
