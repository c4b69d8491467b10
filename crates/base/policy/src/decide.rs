//! The decision: a pure function of the question.

use std::fmt;

use crate::{ConditionContext, Documents, Principal, Question, Resource};

/// The answer, with its question.
#[derive(Debug)]
pub struct Decision {
    question: Question,
    verdict: Verdict,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Allowed,
    Denied(Cause),
}

/// Which kind of policy refused, and whether by a Deny or by saying nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cause {
    pub layer: Layer,
    pub is_explicit: bool,
}

/// The kinds of policies that a decision looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Layer {
    ResourceControl,
    ServiceControl,
    Resource,
    Trust,
    Key,
    Identity,
    Boundary,
    Session,
    Endpoint,
}

/// The refusal. Displays the text that AWS sends with `AccessDeniedException`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denied {
    question: Question,
    cause: Cause,
}

/// May the question's principal do it? Pure.
pub fn decide(question: Question, _documents: &Documents<'_>, _context: &dyn ConditionContext) -> Decision {
    let allowed = match (&question.principal, &question.resource) {
        (Principal::Root { .. }, Resource::Every) => true,
        (Principal::Root { account }, Resource::One { account: owner, .. }) => account == owner,
        (Principal::Service { account, job }, Resource::One { account: owner, .. }) => {
            account == owner && *job == question.action
        }
        _ => false,
    };
    let cause = Cause { layer: Layer::Identity, is_explicit: false };
    Decision { question, verdict: if allowed { Verdict::Allowed } else { Verdict::Denied(cause) } }
}

impl Decision {
    pub fn is_allowed(&self) -> bool {
        self.verdict == Verdict::Allowed
    }

    pub fn cause(&self) -> Option<Cause> {
        match self.verdict {
            Verdict::Allowed => None,
            Verdict::Denied(cause) => Some(cause),
        }
    }

    pub(crate) fn into_question(self) -> Result<Question, Denied> {
        match self.verdict {
            Verdict::Allowed => Ok(self.question),
            Verdict::Denied(cause) => Err(Denied { question: self.question, cause }),
        }
    }
}

impl Denied {
    pub fn question(&self) -> &Question {
        &self.question
    }

    pub fn cause(&self) -> Cause {
        self.cause
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
    use terms::{AccountId, RequestId};

    use super::*;
    use crate::{Action, MapContext};

    const READ: Action = Action::new("secretsmanager:GetSecretValue");
    const TRIM: Action = Action::new("secretsmanager:TrimVersions");

    fn account(text: &str) -> AccountId {
        AccountId::parse(text).unwrap()
    }

    fn secret(owner: &str) -> Resource {
        Resource::One { arn: "arn:secret".into(), account: account(owner), asked: "prod/db".into() }
    }

    fn ask(principal: Principal, action: Action, resource: Resource) -> Decision {
        let question = Question { principal, action, resource, request: RequestId::from_bytes([0; 16]) };
        decide(question, &Documents::default(), &MapContext::default())
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
