//! Whose credentials an operation is about: the user it names, or the caller.

use std::sync::Arc;

use contract::{Identities, UserRecord};
use gate::Target;
use policy::{Permit, Principal};

use super::user;
use crate::{error::Error, room::Call, shapes};

/// A user, or the account's root user.
pub(super) enum Owner {
    Root,
    User(Arc<UserRecord>),
}

impl Owner {
    /// As access keys name their owner.
    pub(super) fn id(&self) -> Option<&str> {
        match self {
            Self::Root => None,
            Self::User(user) => Some(&user.id),
        }
    }

    pub(super) fn name(&self, identities: &Identities) -> String {
        match self {
            Self::Root => root_name(identities),
            Self::User(user) => user.name.clone(),
        }
    }

    /// For what only users have.
    pub(super) fn into_user(self) -> Result<Arc<UserRecord>, Error> {
        match self {
            Self::Root => Err(must_name_a_user()),
            Self::User(user) => Ok(user),
        }
    }
}

/// The owner and the permit for it. Who names nobody means himself; the root user may also call itself by its name.
pub(super) async fn authorized(
    call: &Call<'_>,
    identities: &Identities,
    asked: Option<&str>,
) -> Result<(Permit, Owner), Error> {
    let principal = call.caller.principal();
    let is_root = matches!(principal, Principal::Root { .. });
    let name = match (asked, principal) {
        (Some(name), _) if is_root && identities.user(name).is_none() && name == root_name(identities) => None,
        (Some(name), _) => Some(name),
        (None, Principal::Root { .. }) => None,
        // The user may have another name since the call was authenticated.
        (None, Principal::User(user)) => Some(identities.user_by_id(&user.id).map_or(&*user.name, |user| &user.name)),
        // A role's session has no user of its own.
        (None, _) => return Err(must_name_a_user()),
    };
    match name {
        Some(name) => {
            let (permit, user) = user::authorized(call, identities, name).await?;
            Ok((permit, Owner::User(user)))
        }
        None => {
            let resource = call.resource(&root_arn(call));
            Ok((call.authorize(&Target::new(&resource)).await?, Owner::Root))
        }
    }
}

pub(super) fn root_arn(call: &Call<'_>) -> String {
    format!("arn:aws:iam::{}:root", call.account())
}

/// The root user goes by the account's alias, or its number.
pub(super) fn root_name(identities: &Identities) -> String {
    identities.settings.alias.clone().unwrap_or_else(|| identities.account.to_string())
}

/// The root user as a user. It is as old as its account.
pub(super) async fn root(call: &Call<'_>, identities: &Identities) -> Result<shapes::User, Error> {
    let account = call.account();
    let record = call.room.store.accounts().await?.into_iter().find(|record| record.id == account);
    Ok(shapes::User {
        user_name: root_name(identities),
        user_id: account.to_string(),
        arn: root_arn(call),
        path: "/".to_owned(),
        create_date: record.map_or(call.now(), |record| record.created_at),
        ..shapes::User::default()
    })
}

fn must_name_a_user() -> Error {
    Error::Validation("Must specify userName when calling with non-User credentials".to_owned())
}
