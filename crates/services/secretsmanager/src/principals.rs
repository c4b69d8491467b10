//! Who stands in a resource policy. Users and roles are kept by their unique ids, so that a policy never means somebody
//! else who comes to have the same name.

use std::{collections::BTreeMap, sync::Arc};

use contract::Identities;
use policy::{Policy, PrincipalElement, PrincipalKind};
use terms::AccountId;

/// The IAM of every account that a policy speaks of. Accounts that are not open are not in it.
pub(crate) type World = BTreeMap<AccountId, Arc<Identities>>;

/// An entry that nobody answers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unknown {
    Principal,
    Service,
}

/// Where one must look to know who the policy's principals are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Whereabouts {
    Accounts(Vec<AccountId>),
    /// A unique id does not tell its account.
    Everywhere,
}

/// An AWS entry of a Principal element, understood.
enum Entry<'a> {
    Everyone,
    Account(AccountId),
    User(AccountId),
    Role(AccountId),
    RoleSession { account: AccountId, role_name: &'a str },
    FederatedUser(AccountId),
    Id,
}

pub(crate) fn whereabouts(policy: &Policy) -> Whereabouts {
    let mut accounts = Vec::new();
    for element in policy.principals() {
        match entry(element) {
            Some(
                Entry::Account(account)
                | Entry::User(account)
                | Entry::Role(account)
                | Entry::RoleSession { account, .. }
                | Entry::FederatedUser(account),
            ) => accounts.push(account),
            Some(Entry::Id) => return Whereabouts::Everywhere,
            Some(Entry::Everyone) | None => {}
        }
    }
    accounts.sort_unstable();
    accounts.dedup();
    Whereabouts::Accounts(accounts)
}

/// Is each of the policy's principals somebody?
pub(crate) fn require_known(policy: &Policy, world: &World) -> Result<(), Unknown> {
    policy.principals().try_for_each(|PrincipalElement { kind, text }| match kind {
        PrincipalKind::Aws if is_known(text, world) => Ok(()),
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

/// How an AWS entry is kept; None: as it is.
pub(crate) fn kept(text: &str, world: &World) -> Option<String> {
    match aws_entry(text)? {
        Entry::Account(account) => Some(root_arn(account)),
        Entry::User(account) => user_id(world, account, text),
        Entry::Role(account) => role_id(world, account, text),
        Entry::Everyone | Entry::RoleSession { .. } | Entry::FederatedUser(_) | Entry::Id => None,
    }
}

/// How a kept entry is shown; None: as it is, which for an id means that its principal is gone.
pub(crate) fn shown(text: &str, world: &World) -> Option<String> {
    is_id(text).then(|| world.values().find_map(|identities| arn_of_id(identities, text)))?
}

fn is_known(text: &str, world: &World) -> bool {
    match aws_entry(text) {
        None => false,
        Some(Entry::Everyone) => true,
        Some(Entry::Account(account) | Entry::FederatedUser(account)) => world.contains_key(&account),
        Some(Entry::User(account)) => user_id(world, account, text).is_some(),
        Some(Entry::Role(account)) => role_id(world, account, text).is_some(),
        Some(Entry::RoleSession { account, role_name }) => {
            let role = world.get(&account).and_then(|identities| identities.role(role_name));
            role.is_some_and(|role| role.name == role_name)
        }
        Some(Entry::Id) => world.values().any(|identities| arn_of_id(identities, text).is_some()),
    }
}

fn entry(element: PrincipalElement<'_>) -> Option<Entry<'_>> {
    if element.kind == PrincipalKind::Aws { aws_entry(element.text) } else { None }
}

fn aws_entry(text: &str) -> Option<Entry<'_>> {
    if text == "*" {
        return Some(Entry::Everyone);
    }
    if let Ok(account) = AccountId::parse(text) {
        return Some(Entry::Account(account));
    }
    if is_id(text) {
        return Some(Entry::Id);
    }
    let (service, rest) = text.strip_prefix("arn:aws:")?.split_once("::")?;
    let (account, resource) = rest.split_once(':')?;
    let account = AccountId::parse(account).ok()?;
    let (kind, name) = resource.split_once('/').unwrap_or((resource, ""));
    match (service, kind) {
        ("iam", "root") if name.is_empty() => Some(Entry::Account(account)),
        ("iam", "user") => Some(Entry::User(account)),
        ("iam", "role") => Some(Entry::Role(account)),
        ("sts", "assumed-role") => {
            let (role_name, session_name) = name.split_once('/')?;
            is_session_name(session_name).then_some(Entry::RoleSession { account, role_name })
        }
        ("sts", "federated-user") => is_session_name(name).then_some(Entry::FederatedUser(account)),
        _ => None,
    }
}

fn is_id(text: &str) -> bool {
    let is_prefixed = text.starts_with("AIDA") || text.starts_with("AROA");
    is_prefixed && text.len() >= 16 && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// One session: wildcards stand for nobody.
fn is_session_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte))
}

fn is_service(text: &str) -> bool {
    let name = text.strip_suffix(".amazonaws.com").unwrap_or_default();
    !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte))
}

fn user_id(world: &World, account: AccountId, arn: &str) -> Option<String> {
    let (_, name) = arn.rsplit_once('/')?;
    let user = world.get(&account)?.user(name)?;
    (user.arn == arn).then(|| user.id.clone())
}

fn role_id(world: &World, account: AccountId, arn: &str) -> Option<String> {
    let (_, name) = arn.rsplit_once('/')?;
    let role = world.get(&account)?.role(name)?;
    (role.arn == arn).then(|| role.id.clone())
}

fn arn_of_id(identities: &Identities, id: &str) -> Option<String> {
    let user = identities.user_by_id(id).map(|user| user.arn.clone());
    user.or_else(|| identities.role_by_id(id).map(|role| role.arn.clone()))
}

fn root_arn(account: AccountId) -> String {
    format!("arn:aws:iam::{account}:root")
}

#[cfg(test)]
mod tests;
