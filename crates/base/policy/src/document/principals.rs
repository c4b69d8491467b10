//! Entries of Principal elements.

use terms::AccountId;

use crate::pattern::split_arn;

/// One entry of a Principal or NotPrincipal element. `"*"` counts as an AWS entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PrincipalElement<'a> {
    pub kind: PrincipalKind,
    pub text: &'a str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrincipalKind {
    Aws,
    Service,
    Federated,
    CanonicalUser,
}

impl PrincipalKind {
    pub(crate) fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "AWS" => Self::Aws,
            "Service" => Self::Service,
            "Federated" => Self::Federated,
            "CanonicalUser" => Self::CanonicalUser,
            _ => return None,
        })
    }

    /// Could there be such a principal? Whether there is one, the account's records know.
    pub(crate) fn could_be(self, text: &str) -> bool {
        match self {
            Self::Aws => text == "*" || is_unique_id(text) || AccountId::parse(text).is_ok() || is_principal_arn(text),
            Self::Service => text == "*" || (text.contains('.') && !text.contains(['*', '?'])),
            Self::Federated => text == "*" || (!text.is_empty() && !text.contains(['*', '?'])),
            Self::CanonicalUser => text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()),
        }
    }
}

/// What stands for a user or role in stored documents, and stays when that is deleted.
fn is_unique_id(text: &str) -> bool {
    let is_known = text.starts_with("AIDA") || text.starts_with("AROA");
    is_known && (16..=128).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn is_principal_arn(text: &str) -> bool {
    let Some([arn, partition, service, region, account, tail]) = split_arn(text) else { return false };
    let is_plain = arn == "arn" && partition.starts_with("aws") && region.is_empty() && !text.contains(['*', '?']);
    let named = |prefix: &str| tail.strip_prefix(prefix).is_some_and(|name| !name.is_empty() && !name.ends_with('/'));
    let is_known = match service {
        "iam" => tail == "root" || named("user/") || named("role/"),
        "sts" => named("federated-user/") || (named("assumed-role/") && tail.matches('/').count() == 2),
        _ => false,
    };
    is_plain && is_known && AccountId::parse(account).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn principals_have_the_documented_forms() {
        for good in [
            "*",
            "111122223333",
            "arn:aws:iam::111122223333:root",
            "arn:aws:iam::111122223333:user/a/b/Alice",
            "arn:aws:iam::111122223333:role/Ops",
            "arn:aws-cn:sts::111122223333:assumed-role/Ops/nightly",
            "arn:aws:sts::111122223333:federated-user/guest",
            "AIDAABCDEFGHIJKLMNOPQ",
        ] {
            assert!(PrincipalKind::Aws.could_be(good), "{good}");
        }
        for bad in [
            "",
            "alice",
            "1111",
            "arn:aws:iam::111122223333:group/ops",
            "arn:aws:iam::111122223333:role/*",
            "arn:aws:iam::*:root",
            "arn:aws:iam::111122223333:role/",
            "arn:aws:sts::111122223333:assumed-role/Ops",
            "arn:aws:s3:::bucket",
            "AIDA",
        ] {
            assert!(!PrincipalKind::Aws.could_be(bad), "{bad}");
        }
        assert!(PrincipalKind::Service.could_be("lambda.amazonaws.com"));
        assert!(!PrincipalKind::Service.could_be("lambda"));
        assert!(!PrincipalKind::CanonicalUser.could_be("abc"));
    }
}
