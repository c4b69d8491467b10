//! People and policies for tests.

use std::sync::Arc;

use terms::AccountId;

use crate::{
    Attached, FederatedUser, Policy, PolicyKind, PolicySet, PolicySource, Principal, RoleSession, SourceKind, User,
};

pub(crate) const ACCOUNT: &str = "111122223333";

pub(crate) fn account() -> AccountId {
    AccountId::parse(ACCOUNT).unwrap()
}

pub(crate) fn user(name: &str) -> Principal {
    Principal::User(Arc::new(User {
        account: account(),
        id: format!("AIDA{name}"),
        name: name.to_owned(),
        path: "/".to_owned(),
        arn: format!("arn:aws:iam::{ACCOUNT}:user/{name}"),
    }))
}

pub(crate) fn role_session() -> Principal {
    Principal::RoleSession(Arc::new(RoleSession {
        account: account(),
        role_id: "AROADEPLOYER".to_owned(),
        role_arn: format!("arn:aws:iam::{ACCOUNT}:role/ops/deployer"),
        role_name: "deployer".to_owned(),
        session_name: "nightly".to_owned(),
        arn: format!("arn:aws:sts::{ACCOUNT}:assumed-role/deployer/nightly"),
    }))
}

pub(crate) fn federated_user() -> Principal {
    Principal::FederatedUser(Arc::new(FederatedUser {
        account: account(),
        name: "guest".to_owned(),
        arn: format!("arn:aws:sts::{ACCOUNT}:federated-user/guest"),
        user_arn: Some(format!("arn:aws:iam::{ACCOUNT}:user/alice")),
        user_id: Some("AIDAalice".to_owned()),
    }))
}

/// Documents of one kind, read together.
pub(crate) fn set(kind: PolicyKind, texts: &[&str]) -> PolicySet {
    let attach = |(number, text): (usize, &&str)| Attached {
        source: PolicySource { kind: SourceKind::Input, id: format!("document-{number}").into() },
        policy: Arc::new(Policy::parse(text, kind).unwrap()),
    };
    PolicySet::new(texts.iter().enumerate().map(attach).collect())
}
