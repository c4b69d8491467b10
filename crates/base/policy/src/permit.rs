//! Permission as a value that one must hold.

use std::sync::Arc;

use terms::{AccountId, RequestId};

use crate::{Action, Decision, Denied, Principal, Question, Resource};

/// Proof that one principal may do one action to one resource within one request.
///
/// It cannot be copied or written down, and dies with the request. That a permit is needed is checked by the compiler;
/// that it is the right one is checked by whoever is handed it, and fails closed.
#[derive(Debug)]
pub struct Permit {
    question: Question,
}

/// Turns allowed decisions into permits. The gate of a server holds the only one.
#[derive(Debug)]
pub struct PermitIssuer(());

/// A permit was used for something it does not cover. Always our own fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a permit for {held} was used for {wanted}")]
pub struct WrongPermit {
    held: Action,
    wanted: Action,
}

impl PermitIssuer {
    /// Called where a server is put together, and by tests. `tests/src/architecture.rs` lists the callers.
    pub fn for_gate() -> Self {
        Self(())
    }

    pub fn grant(&self, decision: Decision) -> Result<Permit, Denied> {
        Ok(Permit { question: decision.into_question()? })
    }
}

impl Permit {
    /// Does the permit cover this action on this very resource?
    pub fn covers(&self, action: Action, arn: &str) -> Result<(), WrongPermit> {
        let is_resource = matches!(&self.question.resource, Resource::One { arn: held, .. } if **held == *arn);
        if self.question.action == action && is_resource { Ok(()) } else { Err(self.wrong(action)) }
    }

    /// Does the permit cover this resource, whatever its action?
    pub fn covers_resource(&self, arn: &str) -> Result<(), WrongPermit> {
        self.covers(self.question.action, arn)
    }

    /// Does the permit cover this action on every resource, as lists need?
    pub fn covers_every(&self, action: Action) -> Result<(), WrongPermit> {
        let is_every = self.question.resource == Resource::Every;
        if self.question.action == action && is_every { Ok(()) } else { Err(self.wrong(action)) }
    }

    /// Is the permit for a resource of this account, or for all that its own principal's account has?
    pub fn covers_account(&self, account: AccountId) -> Result<(), WrongPermit> {
        let owner = match &self.question.resource {
            Resource::One { account, .. } => Some(*account),
            Resource::Every => self.question.principal.account(),
        };
        if owner == Some(account) { Ok(()) } else { Err(self.wrong(self.question.action)) }
    }

    /// The resource that the permit is for, where its action is one of these.
    pub fn resource_for(&self, actions: &[Action]) -> Result<&Arc<str>, WrongPermit> {
        match &self.question.resource {
            Resource::One { arn, .. } if actions.contains(&self.question.action) => Ok(arn),
            _ => Err(self.wrong(actions.first().copied().unwrap_or(self.question.action))),
        }
    }

    pub fn action(&self) -> Action {
        self.question.action
    }

    pub fn principal(&self) -> &Principal {
        &self.question.principal
    }

    pub fn request(&self) -> RequestId {
        self.question.request
    }

    fn wrong(&self, wanted: Action) -> WrongPermit {
        WrongPermit { held: self.question.action, wanted }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Documents, MapContext, decide};

    const READ: Action = Action::new("secretsmanager:GetSecretValue");
    const WRITE: Action = Action::new("secretsmanager:PutSecretValue");

    fn permit(resource: Resource) -> Permit {
        let principal = Principal::Root { account: account() };
        let question = Question { principal, action: READ, resource, request: RequestId::from_bytes([0; 16]) };
        PermitIssuer::for_gate().grant(decide(question, &Documents::default(), &MapContext::default())).unwrap()
    }

    fn account() -> AccountId {
        AccountId::parse("111111111111").unwrap()
    }

    #[test]
    fn a_permit_serves_for_its_action_and_its_resource_only() {
        let permit = permit(Resource::One { arn: "arn:a".into(), account: account(), asked: "a".into() });
        assert!(permit.covers(READ, "arn:a").is_ok());
        assert!(permit.covers(READ, "arn:b").is_err());
        assert!(permit.covers(WRITE, "arn:a").is_err());
        assert!(permit.covers_every(READ).is_err());
    }

    #[test]
    fn a_permit_for_every_resource_does_not_open_one() {
        let permit = permit(Resource::Every);
        assert!(permit.covers_every(READ).is_ok());
        assert!(permit.covers(READ, "arn:a").is_err());
    }
}
