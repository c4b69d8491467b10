//! Whom documents name: ids where they are kept, ARNs where they are shown.
//!
//! A document that is saved names users and roles by their ARNs. What is kept are their ids, so that whoever is made
//! anew under an old name inherits nothing. When a document is read, an id whose user or role is still there becomes
//! its ARN again; one whose owner is gone stays an id, and cannot be saved again.
//!
//! A service that keeps documents with principals parses a [`policy::Policy`], gathers its [`Neighbours`], refuses in
//! its own words whom it does not want ([`Neighbours::has`]), and keeps what [`Neighbours::with_ids`] makes of the
//! text. What it shows is what [`Neighbours::with_arns`] makes of what it kept.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use contract::{AccountStatus, Identities, Reads, StoreError};
use policy::{Policy, PolicyError, PrincipalKind, rewrite_principals};
use terms::AccountId;

/// What an AWS entry of a Principal element means, whether there is such a one or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AwsPrincipal<'a> {
    Everyone,
    /// By its number, or as its root user.
    Account(AccountId),
    User {
        account: AccountId,
        path_and_name: &'a str,
    },
    Role {
        account: AccountId,
        path_and_name: &'a str,
    },
    RoleSession {
        account: AccountId,
        role: &'a str,
        session: &'a str,
    },
    FederatedUser {
        account: AccountId,
        name: &'a str,
    },
    /// A user or role by its unique id, which does not tell its account.
    Id,
}

/// The IAM of the accounts that documents speak of, each as of one moment.
#[derive(Debug, Clone)]
pub struct Neighbours(BTreeMap<AccountId, Arc<Identities>>);

/// Why a document cannot be kept.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnknownPrincipal {
    /// The first entry that means a user or role who is not there.
    #[error("{0} is not there")]
    Missing(String),
    #[error(transparent)]
    Unreadable(#[from] PolicyError),
}

impl<'a> AwsPrincipal<'a> {
    /// None for what is nobody's name.
    pub fn parse(text: &'a str) -> Option<Self> {
        if text == "*" {
            return Some(Self::Everyone);
        }
        if let Ok(account) = AccountId::parse(text) {
            return Some(Self::Account(account));
        }
        if is_id(text) {
            return Some(Self::Id);
        }
        let (service, rest) = text.strip_prefix("arn:aws:")?.split_once("::")?;
        let (account, tail) = rest.split_once(':')?;
        let account = AccountId::parse(account).ok()?;
        match (service, tail.split_once('/')) {
            ("iam", None) if tail == "root" => Some(Self::Account(account)),
            ("iam", Some(("user", path_and_name))) => Some(Self::User { account, path_and_name }),
            ("iam", Some(("role", path_and_name))) => Some(Self::Role { account, path_and_name }),
            ("sts", Some(("assumed-role", names))) => {
                let (role, session) = names.split_once('/')?;
                is_session_name(session).then_some(Self::RoleSession { account, role, session })
            }
            ("sts", Some(("federated-user", name))) => {
                is_session_name(name).then_some(Self::FederatedUser { account, name })
            }
            _ => None,
        }
    }

    /// Whose it is, as far as its name tells.
    pub fn account(self) -> Option<AccountId> {
        match self {
            Self::Account(account)
            | Self::User { account, .. }
            | Self::Role { account, .. }
            | Self::RoleSession { account, .. }
            | Self::FederatedUser { account, .. } => Some(account),
            Self::Everyone | Self::Id => None,
        }
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

impl Neighbours {
    /// The accounts that the policies' principals name; all that are open, where an id means nobody in the own one.
    /// `own` is taken as it was read, so that a change which rests on it rests on all of it. Accounts that are not on
    /// this server are not among them.
    pub async fn of<'a>(
        store: &dyn Reads,
        own: Option<&Arc<Identities>>,
        policies: impl IntoIterator<Item = &'a Policy>,
    ) -> Result<Self, StoreError> {
        let entries: Vec<&str> = entries_of(policies).collect();
        Self::of_entries(store, own, entries).await
    }

    /// The same for principals that stand in no policy, such as those of grants.
    pub async fn of_entries<'a>(
        store: &dyn Reads,
        own: Option<&Arc<Identities>>,
        entries: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, StoreError> {
        let mut found: Self = own.into_iter().cloned().collect();
        let mut accounts = match found.whereabouts(entries) {
            Whereabouts::Accounts(accounts) => accounts,
            Whereabouts::Everywhere => {
                let open =
                    store.accounts().await?.into_iter().filter(|account| account.status == AccountStatus::Active);
                open.map(|account| account.id).collect()
            }
        };
        accounts.retain(|account| !found.0.contains_key(account));
        for account in accounts {
            if let Some(identities) = store.identities(account).await? {
                found.0.insert(account, identities);
            }
        }
        Ok(found)
    }

    /// Is the entry everyone, or somebody of these accounts? A session or a federated user is as long as there is
    /// somebody whose it could be.
    pub fn has(&self, entry: &str) -> bool {
        let Some(principal) = AwsPrincipal::parse(entry) else { return false };
        match principal {
            AwsPrincipal::Everyone => true,
            AwsPrincipal::Account(account) | AwsPrincipal::FederatedUser { account, .. } => {
                self.0.contains_key(&account)
            }
            AwsPrincipal::User { .. } | AwsPrincipal::Role { .. } => {
                self.home_of(principal).is_some_and(|identities| id_in(identities, principal, entry).is_some())
            }
            AwsPrincipal::RoleSession { account, role, .. } => {
                let held = self.0.get(&account).and_then(|identities| identities.role(role));
                held.is_some_and(|held| held.name == role)
            }
            AwsPrincipal::Id => self.arn_of(entry).is_some(),
        }
    }

    /// The document as it is kept: users and roles of these accounts by their ids, accounts as their root users. All
    /// else stays byte for byte, also whoever is of an account elsewhere, whom nobody here knows.
    pub fn with_ids(&self, text: &str) -> Result<String, UnknownPrincipal> {
        let missing = RefCell::new(None);
        let kept = rewrite_principals(text, &|entry| {
            self.kept(entry).unwrap_or_else(|Missing| {
                missing.borrow_mut().get_or_insert_with(|| entry.to_owned());
                None
            })
        })?;
        missing.into_inner().map_or(Ok(kept), |entry| Err(UnknownPrincipal::Missing(entry)))
    }

    /// The document as it is shown: users and roles by their ARNs, as far as they are still there.
    pub fn with_arns(&self, text: &str) -> Result<String, PolicyError> {
        rewrite_principals(text, &|entry| self.arn_of(entry).map(str::to_owned))
    }

    /// One principal as it is kept.
    pub fn with_id(&self, entry: &str) -> Result<String, UnknownPrincipal> {
        match self.kept(entry) {
            Ok(kept) => Ok(kept.unwrap_or_else(|| entry.to_owned())),
            Err(Missing) => Err(UnknownPrincipal::Missing(entry.to_owned())),
        }
    }

    /// One principal as it is shown.
    pub fn with_arn<'a>(&'a self, kept: &'a str) -> &'a str {
        self.arn_of(kept).unwrap_or(kept)
    }

    /// What is kept instead of the entry. None: the entry itself.
    fn kept(&self, entry: &str) -> Result<Option<String>, Missing> {
        let Some(principal) = AwsPrincipal::parse(entry) else { return Ok(None) };
        match principal {
            // As AWS shows it.
            AwsPrincipal::Account(account) => Ok(Some(format!("arn:aws:iam::{account}:root"))),
            AwsPrincipal::User { .. } | AwsPrincipal::Role { .. } => match self.home_of(principal) {
                Some(home) => id_in(home, principal, entry).map(|id| Some(id.to_owned())).ok_or(Missing),
                None => Ok(None),
            },
            AwsPrincipal::Id => self.arn_of(entry).map(|_| None).ok_or(Missing),
            AwsPrincipal::Everyone | AwsPrincipal::RoleSession { .. } | AwsPrincipal::FederatedUser { .. } => Ok(None),
        }
    }

    fn home_of(&self, principal: AwsPrincipal<'_>) -> Option<&Identities> {
        self.0.get(&principal.account()?).map(|identities| &**identities)
    }

    fn arn_of(&self, id: &str) -> Option<&str> {
        self.0.values().find_map(|identities| {
            let user = identities.user_by_id(id).map(|user| &*user.arn);
            user.or_else(|| identities.role_by_id(id).map(|role| &*role.arn))
        })
    }

    fn whereabouts<'a>(&self, entries: impl IntoIterator<Item = &'a str>) -> Whereabouts {
        let mut accounts = BTreeSet::new();
        for entry in entries {
            match AwsPrincipal::parse(entry) {
                Some(AwsPrincipal::Id) if self.arn_of(entry).is_none() => return Whereabouts::Everywhere,
                principal => accounts.extend(principal.and_then(AwsPrincipal::account)),
            }
        }
        Whereabouts::Accounts(accounts)
    }
}

/// The id of the user or role with this very ARN, path and all.
fn id_in<'a>(identities: &'a Identities, principal: AwsPrincipal<'_>, arn: &str) -> Option<&'a str> {
    match principal {
        AwsPrincipal::User { path_and_name, .. } => {
            identities.user(name_in(path_and_name)).filter(|user| user.arn == arn).map(|user| &*user.id)
        }
        AwsPrincipal::Role { path_and_name, .. } => {
            identities.role(name_in(path_and_name)).filter(|role| role.arn == arn).map(|role| &*role.id)
        }
        _ => None,
    }
}

impl FromIterator<Arc<Identities>> for Neighbours {
    fn from_iter<T: IntoIterator<Item = Arc<Identities>>>(accounts: T) -> Self {
        Self(accounts.into_iter().map(|identities| (identities.account, identities)).collect())
    }
}

fn entries_of<'a>(policies: impl IntoIterator<Item = &'a Policy>) -> impl Iterator<Item = &'a str> {
    let elements = policies.into_iter().flat_map(Policy::principals);
    elements.filter(|element| element.kind == PrincipalKind::Aws).map(|element| element.text)
}

/// A user or role who is not there.
struct Missing;

/// Where one must look to know who a policy's principals are.
#[derive(Debug, PartialEq, Eq)]
enum Whereabouts {
    Accounts(BTreeSet<AccountId>),
    Everywhere,
}

fn name_in(path_and_name: &str) -> &str {
    path_and_name.rsplit_once('/').map_or(path_and_name, |(_, name)| name)
}

#[cfg(test)]
mod tests;
