//! Who asks.

use std::{fmt, sync::Arc};

use terms::AccountId;

use crate::Action;

/// Who asks. Displays the ARN that refusals print.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Principal {
    /// The root user of an account.
    Root {
        account: AccountId,
    },
    User(Arc<User>),
    RoleSession(Arc<RoleSession>),
    FederatedUser(Arc<FederatedUser>),
    /// The service itself, doing one kind of background work: it may do this action and nothing else.
    Service {
        account: AccountId,
        job: Action,
    },
    /// An AWS service's principal, such as `lambda.amazonaws.com`.
    AwsService {
        name: Arc<str>,
        account: Option<AccountId>,
    },
    /// Nobody in particular.
    Anonymous,
}

/// An IAM user.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct User {
    pub account: AccountId,
    /// `AIDA…`
    pub id: String,
    pub name: String,
    pub path: String,
    pub arn: String,
}

/// Somebody who assumed a role.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RoleSession {
    pub account: AccountId,
    /// `AROA…`
    pub role_id: String,
    /// With its path.
    pub role_arn: String,
    pub role_name: String,
    pub session_name: String,
    /// `arn:aws:sts::…:assumed-role/…`, without the role's path.
    pub arn: String,
}

/// A session of GetFederationToken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FederatedUser {
    pub account: AccountId,
    pub name: String,
    /// `arn:aws:sts::…:federated-user/…`
    pub arn: String,
    /// The user who asked for the session. None when it was root, who needs no identity policies.
    pub user_arn: Option<String>,
    pub user_id: Option<String>,
}

impl Principal {
    /// The account that it belongs to. AWS's own services and strangers may have none.
    pub fn account(&self) -> Option<AccountId> {
        match self {
            Self::Root { account } | Self::Service { account, .. } => Some(*account),
            Self::User(user) => Some(user.account),
            Self::RoleSession(session) => Some(session.account),
            Self::FederatedUser(federated) => Some(federated.account),
            Self::AwsService { account, .. } => *account,
            Self::Anonymous => None,
        }
    }

    /// The caller's ARN, as GetCallerIdentity shows it.
    pub fn arn(&self) -> String {
        self.to_string()
    }

    /// The unique id that outlives names: a user's `AIDA…`, a role's `AROA…`.
    pub fn unique_id(&self) -> Option<&str> {
        match self {
            Self::User(user) => Some(&user.id),
            Self::RoleSession(session) => Some(&session.role_id),
            _ => None,
        }
    }
}

impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root { account } => write!(f, "arn:aws:iam::{account}:root"),
            Self::User(user) => f.write_str(&user.arn),
            Self::RoleSession(session) => f.write_str(&session.arn),
            Self::FederatedUser(federated) => f.write_str(&federated.arn),
            Self::Service { .. } => f.write_str("secretsmanager.amazonaws.com"),
            Self::AwsService { name, .. } => f.write_str(name),
            Self::Anonymous => f.write_str("anonymous"),
        }
    }
}
