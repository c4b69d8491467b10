//! Roles that services make for themselves in an account, implemented by IAM.

use contract::Answer;
use terms::{AccountId, RequestId, Timestamp};

/// What whoever acts for an account may see of its IAM.
pub trait ServiceRoles: Send + Sync {
    /// The ARN of the role, made with its policy if the account has none of this name. One that is there stays as it is:
    /// it is the account's from then on, to widen or to narrow.
    fn ensure<'a>(&'a self, role: &'a ServiceRole<'a>) -> Answer<'a, Result<String, ServiceRoleError>>;
}

#[derive(Debug, Clone, Copy)]
pub struct ServiceRole<'a> {
    pub account: AccountId,
    /// The path is `/service-role/`.
    pub name: &'a str,
    pub description: &'a str,
    /// Who may take the role, such as `secretsmanager.amazonaws.com`.
    pub trusted_service: &'a str,
    /// Of the one inline policy that it begins with.
    pub policy_name: &'a str,
    pub policy: &'a str,
    pub request: RequestId,
    pub now: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ServiceRoleError {
    /// The account is closed, or holds as many roles as it may, or has another role of this name.
    #[error("{0}")]
    Refused(String),
    #[error("{0}")]
    Internal(String),
}
