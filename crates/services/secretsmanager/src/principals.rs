//! Who may stand in a resource policy.

use gate::principals::Neighbours;
use policy::{Policy, PrincipalElement, PrincipalKind};

/// An entry that nobody answers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unknown {
    Principal,
    Service,
}

/// Is each of the policy's principals somebody?
pub(crate) fn require_known(policy: &Policy, neighbours: &Neighbours) -> Result<(), Unknown> {
    policy.principals().try_for_each(|PrincipalElement { kind, text }| match kind {
        PrincipalKind::Aws if neighbours.has(text) => Ok(()),
        PrincipalKind::Service if is_service(text) => Ok(()),
        PrincipalKind::Service => Err(Unknown::Service),
        // No identity provider is registered here, and canonical users are S3's.
        PrincipalKind::Aws | PrincipalKind::Federated | PrincipalKind::CanonicalUser => Err(Unknown::Principal),
    })
}

impl Unknown {
    /// As documented.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Principal => "This resource policy contains an unsupported principal",
            Self::Service => "This resource policy contains an invalid service principal.",
        }
    }
}

fn is_service(text: &str) -> bool {
    let name = text.strip_suffix(".amazonaws.com").unwrap_or_default();
    !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use contract::Identities;
    use policy::PolicyKind;
    use terms::AccountId;

    use super::*;

    /// In a world of one account.
    fn answer(principal: &str) -> Result<(), Unknown> {
        let account = AccountId::parse("111122223333").unwrap();
        let neighbours = Neighbours::from_iter([Arc::new(Identities::empty(account, 1))]);
        let text = format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":{principal},"Action":"*","Resource":"*"}}}}"#
        );
        require_known(&Policy::parse(&text, PolicyKind::Resource).unwrap(), &neighbours)
    }

    #[test]
    fn whoever_is_there_may_stand_in_a_policy() {
        for principal in [
            r#""*""#,
            r#"{"AWS":"111122223333"}"#,
            r#"{"AWS":["*","arn:aws:iam::111122223333:root"]}"#,
            r#"{"Service":"lambda.amazonaws.com"}"#,
        ] {
            assert_eq!(answer(principal), Ok(()), "{principal}");
        }
    }

    #[test]
    fn whoever_is_not_there_may_not() {
        for principal in [
            r#"{"AWS":"999988887777"}"#,
            r#"{"AWS":"arn:aws:iam::111122223333:user/bob"}"#,
            r#"{"AWS":"AIDANOBODYNOBODYNOB00"}"#,
            // One of several is enough.
            r#"{"AWS":["111122223333","999988887777"]}"#,
            r#"{"Federated":"arn:aws:iam::111122223333:oidc-provider/example.com"}"#,
        ] {
            assert_eq!(answer(principal), Err(Unknown::Principal), "{principal}");
        }
        assert_eq!(answer(r#"{"Service":"lambda.example.com"}"#), Err(Unknown::Service));
    }
}
