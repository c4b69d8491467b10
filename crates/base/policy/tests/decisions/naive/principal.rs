//! Principal and NotPrincipal.

use serde_json::Value;

use super::{list, text};
use crate::case::{Caller, role_arn, user_arn};

/// How closely a statement names a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Naming {
    /// Its account: delegation.
    Account,
    /// The role of a session, or the user who federated.
    Origin,
    /// The caller itself, or everyone; also every statement of a policy that has no principals.
    Itself,
}

pub(super) fn naming(statement: &Value, caller: &Caller) -> Option<Naming> {
    let principal = &statement["Principal"];
    if !principal.is_null() {
        return entries(principal).iter().filter_map(|(kind, entry)| entry_naming(kind, entry, caller)).max();
    }
    let excepted = &statement["NotPrincipal"];
    if excepted.is_null() {
        return Some(Naming::Itself);
    }
    let named: Vec<Naming> =
        entries(excepted).iter().filter_map(|(kind, entry)| entry_naming(kind, entry, caller)).collect();
    let is_excepted = if statement["Effect"] == "Deny" {
        // The account is looked at first, then the role, then the session: all of them must be excepted.
        named.contains(&Naming::Itself) && identities(caller).iter().all(|needed| named.contains(needed))
    } else {
        !named.is_empty()
    };
    (!is_excepted).then_some(Naming::Itself)
}

/// What the caller is besides itself.
fn identities(caller: &Caller) -> &'static [Naming] {
    match caller {
        Caller::User { .. } => &[Naming::Account],
        Caller::RoleSession { .. } | Caller::FederatedUser { user: Some(_), .. } => &[Naming::Account, Naming::Origin],
        Caller::FederatedUser { user: None, .. } => &[Naming::Account],
        Caller::Root { .. } | Caller::AwsService { .. } | Caller::Anonymous => &[],
    }
}

fn entries(principal: &Value) -> Vec<(String, String)> {
    match principal {
        Value::Object(kinds) => kinds
            .iter()
            .flat_map(|(kind, names)| list(names).into_iter().map(move |name| (kind.clone(), text(name).to_owned())))
            .collect(),
        everyone => vec![("AWS".to_owned(), text(everyone).to_owned())],
    }
}

fn entry_naming(kind: &str, entry: &str, caller: &Caller) -> Option<Naming> {
    match kind {
        "AWS" if entry == "*" => Some(Naming::Itself),
        "AWS" => aws_naming(entry, caller),
        "Service" => matches!(caller, Caller::AwsService { name } if name == entry).then_some(Naming::Itself),
        _ => None,
    }
}

fn aws_naming(entry: &str, caller: &Caller) -> Option<Naming> {
    let account = caller.account()?;
    if entry == account || entry == format!("arn:aws:iam::{account}:root") {
        let is_root = matches!(caller, Caller::Root { .. });
        return Some(if is_root { Naming::Itself } else { Naming::Account });
    }
    match caller {
        Caller::User { id, name, path, .. } => {
            (entry == id || entry == user_arn(account, path, name)).then_some(Naming::Itself)
        }
        Caller::RoleSession { id, role, path, session, .. } => {
            if entry == format!("arn:aws:sts::{account}:assumed-role/{role}/{session}") {
                Some(Naming::Itself)
            } else {
                (entry == id || entry == role_arn(account, path, role)).then_some(Naming::Origin)
            }
        }
        Caller::FederatedUser { name, user, .. } => {
            if entry == format!("arn:aws:sts::{account}:federated-user/{name}") {
                return Some(Naming::Itself);
            }
            let (user, path, id) = user.as_ref()?;
            (entry == id || entry == user_arn(account, path, user)).then_some(Naming::Origin)
        }
        Caller::Root { .. } | Caller::AwsService { .. } | Caller::Anonymous => None,
    }
}
