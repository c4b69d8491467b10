//! Whom documents name: ids where they are kept, ARNs where they are shown.
//!
//! A document that is saved names users and roles by their ARNs. What is kept are their ids, so that a user who is made
//! anew under an old name inherits nothing. When a document is read, an id whose user or role is still there becomes
//! its ARN again; one whose owner is gone stays an id, and cannot be saved again.

use std::sync::Arc;

use contract::{Identities, Reads, StoreError};
use policy::{Policy, PolicyError, PrincipalKind, rewrite_principals};
use terms::AccountId;

/// The IAM of the accounts that documents speak of.
#[derive(Debug, Clone)]
pub(crate) struct Neighbours(Vec<Arc<Identities>>);

/// Why a document cannot be saved: it names nobody.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum UnknownPrincipal {
    #[error("Invalid principal in policy: \"AWS\":\"{0}\"")]
    Missing(String),
    #[error(transparent)]
    Unreadable(#[from] PolicyError),
}

impl Neighbours {
    /// The own account, and every other on this server when a name could mean somebody there.
    pub(crate) async fn of<'a>(
        store: &dyn Reads,
        own: &Arc<Identities>,
        named: impl Iterator<Item = &'a str>,
    ) -> Result<Self, StoreError> {
        let own_only = Self(vec![Arc::clone(own)]);
        if named.into_iter().all(|text| own_only.knows(text)) {
            return Ok(own_only);
        }
        let Self(mut accounts) = own_only;
        for account in store.accounts().await? {
            if account.id != own.account {
                accounts.extend(store.identities(account.id).await?);
            }
        }
        Ok(Self(accounts))
    }

    /// Is the text no name, or the name of somebody here?
    fn knows(&self, text: &str) -> bool {
        match Name::of(text) {
            None => true,
            Some(Name::Id) => self.arn_of(text).is_some(),
            Some(Name::Arn { account, .. }) => self.account(account).is_some(),
        }
    }

    fn account(&self, account: AccountId) -> Option<&Arc<Identities>> {
        self.0.iter().find(|identities| identities.account == account)
    }

    fn arn_of(&self, id: &str) -> Option<&str> {
        self.0.iter().find_map(|identities| {
            let user = identities.user_by_id(id).map(|user| &*user.arn);
            user.or_else(|| identities.role_by_id(id).map(|role| &*role.arn))
        })
    }

    /// What is kept instead of the text. None: the text itself.
    fn kept(&self, text: &str) -> Result<Option<String>, UnknownPrincipal> {
        let missing = || UnknownPrincipal::Missing(text.to_owned());
        match Name::of(text) {
            // An account is kept as its root user, which is how AWS shows it.
            None => Ok(AccountId::parse(text).ok().map(|account| format!("arn:aws:iam::{account}:root"))),
            Some(Name::Id) => self.arn_of(text).map(|_| None).ok_or_else(missing),
            Some(Name::Arn { account, kind, name }) => {
                // Nobody here knows who lives in accounts elsewhere.
                let Some(identities) = self.account(account) else { return Ok(None) };
                let id = match kind {
                    Kind::User => identities.user(name).filter(|user| user.arn == text).map(|user| &user.id),
                    Kind::Role => identities.role(name).filter(|role| role.arn == text).map(|role| &role.id),
                };
                id.map(|id| Some(id.clone())).ok_or_else(missing)
            }
        }
    }
}

/// The document as it is kept: users and roles by their ids. The first who is not there is told of.
pub(crate) fn with_ids(text: &str, policy: &Policy, neighbours: &Neighbours) -> Result<String, UnknownPrincipal> {
    let named = policy.principals().filter(|principal| principal.kind == PrincipalKind::Aws);
    for principal in named {
        neighbours.kept(principal.text)?;
    }
    Ok(rewrite_principals(text, &|text| neighbours.kept(text).ok().flatten())?)
}

/// The document as it is shown: users and roles by their ARNs, as far as they are still there.
pub(crate) fn with_arns(text: &str, neighbours: &Neighbours) -> Result<String, PolicyError> {
    rewrite_principals(text, &|text| neighbours.arn_of(text).map(str::to_owned))
}

/// A text that means one user or role.
enum Name<'a> {
    Id,
    Arn { account: AccountId, kind: Kind, name: &'a str },
}

enum Kind {
    User,
    Role,
}

impl<'a> Name<'a> {
    fn of(text: &'a str) -> Option<Self> {
        if text.starts_with("AIDA") || text.starts_with("AROA") {
            return Some(Self::Id);
        }
        let (account, tail) = text.strip_prefix("arn:aws:iam::")?.split_once(':')?;
        let (kind, path_and_name) = tail.split_once('/')?;
        let kind = match kind {
            "user" => Kind::User,
            "role" => Kind::Role,
            _ => return None,
        };
        let name = path_and_name.rsplit('/').next()?;
        Some(Self::Arn { account: AccountId::parse(account).ok()?, kind, name })
    }
}

#[cfg(test)]
mod tests;
