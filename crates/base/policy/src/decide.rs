//! The decision: a pure function of the question.

use std::{fmt, sync::Arc};

use terms::{AccountId, RequestId};

use crate::Action;

/// Who asks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Principal {
    /// The root user of an account.
    Root { account: AccountId },
    /// The service itself, doing one kind of background work: it may do this action and nothing else.
    Service { account: AccountId, job: Action },
}

/// What the action happens to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Resource {
    /// One secret or key. `asked` is the identifier as the caller sent it, which AWS prints when it refuses.
    One { arn: Arc<str>, account: AccountId, asked: Arc<str> },
    /// Actions without a resource, such as ListSecrets: policies see `*`.
    Every,
}

/// May this principal do this action to this resource?
///
/// The question owns its parts, so a decision can never be paired with another question.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Question {
    pub principal: Principal,
    pub action: Action,
    pub resource: Resource,
    pub request: RequestId,
}

/// The answer, with its question.
#[derive(Debug)]
pub struct Decision {
    question: Question,
    allowed: bool,
}

/// The refusal. Displays the text that AWS sends with `AccessDeniedException`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denied {
    question: Question,
}

pub fn decide(question: Question) -> Decision {
    let allowed = match (&question.principal, &question.resource) {
        (Principal::Root { .. }, Resource::Every) => true,
        (Principal::Root { account }, Resource::One { account: owner, .. }) => account == owner,
        (Principal::Service { account, job }, Resource::One { account: owner, .. }) => {
            account == owner && *job == question.action
        }
        (Principal::Service { .. }, Resource::Every) => false,
    };
    Decision { question, allowed }
}

impl Decision {
    pub fn is_allowed(&self) -> bool {
        self.allowed
    }

    pub(crate) fn into_question(self) -> Result<Question, Denied> {
        if self.allowed { Ok(self.question) } else { Err(Denied { question: self.question }) }
    }
}

impl Principal {
    pub fn account(&self) -> AccountId {
        match self {
            Self::Root { account } | Self::Service { account, .. } => *account,
        }
    }
}

impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root { account } => write!(f, "arn:aws:iam::{account}:root"),
            Self::Service { .. } => f.write_str("secretsmanager.amazonaws.com"),
        }
    }
}

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Question { principal, action, resource, .. } = &self.question;
        write!(f, "User: {principal} is not authorized to perform: {action}")?;
        if let Resource::One { asked, .. } = resource {
            write!(f, " on resource: {asked}")?;
        }
        write!(f, " because no identity-based policy allows the {action} action")
    }
}

impl std::error::Error for Denied {}

#[cfg(test)]
mod tests {
    use super::*;

    const READ: Action = Action::new("secretsmanager:GetSecretValue");
    const TRIM: Action = Action::new("secretsmanager:TrimVersions");

    fn account(text: &str) -> AccountId {
        AccountId::parse(text).unwrap()
    }

    fn secret(owner: &str) -> Resource {
        Resource::One { arn: "arn:secret".into(), account: account(owner), asked: "prod/db".into() }
    }

    fn ask(principal: Principal, action: Action, resource: Resource) -> Decision {
        decide(Question { principal, action, resource, request: RequestId::from_bytes([0; 16]) })
    }

    #[test]
    fn root_may_act_in_its_own_account_and_in_no_other() {
        let root = || Principal::Root { account: account("111111111111") };
        assert!(ask(root(), READ, secret("111111111111")).is_allowed());
        assert!(ask(root(), READ, Resource::Every).is_allowed());
        assert!(!ask(root(), READ, secret("222222222222")).is_allowed());
    }

    #[test]
    fn a_background_job_may_do_its_one_action_and_nothing_else() {
        let job = || Principal::Service { account: account("111111111111"), job: TRIM };
        assert!(ask(job(), TRIM, secret("111111111111")).is_allowed());
        assert!(!ask(job(), READ, secret("111111111111")).is_allowed());
        assert!(!ask(job(), TRIM, secret("222222222222")).is_allowed());
        assert!(!ask(job(), TRIM, Resource::Every).is_allowed());
    }

    #[test]
    fn a_refusal_names_the_resource_as_the_caller_sent_it() {
        let root = Principal::Root { account: account("111111111111") };
        let denied = ask(root, READ, secret("222222222222")).into_question().unwrap_err();
        assert_eq!(
            denied.to_string(),
            "User: arn:aws:iam::111111111111:root is not authorized to perform: secretsmanager:GetSecretValue \
             on resource: prod/db because no identity-based policy allows the secretsmanager:GetSecretValue action"
        );
    }
}
