//! What is asked.

use std::sync::Arc;

use terms::{AccountId, RequestId};

use crate::{Action, Principal};

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

/// A question about an invented request, for simulation and for who-can. No permit can come of it.
#[derive(Clone, Copy, Debug)]
pub struct Inquiry<'a> {
    pub principal: &'a Principal,
    pub action: &'a str,
    /// An ARN, or `*`.
    pub resource: &'a str,
    /// None: the principal's own.
    pub resource_account: Option<AccountId>,
}
