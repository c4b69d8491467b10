//! Access keys of users, and of the root user.

pub(super) mod create_access_key;
pub(super) mod delete_access_key;
pub(super) mod get_access_key_last_used;
pub(super) mod list_access_keys;
pub(super) mod update_access_key;

use std::sync::Arc;

use contract::{CredentialRecord, CredentialStatus, Identities};

use super::owner::Owner;
use crate::{error::Error, shapes::StatusType};

/// The owner's key of this id. Somebody else's is not told of.
fn find<'a>(identities: &'a Identities, owner: &Owner, id: &str) -> Result<&'a Arc<CredentialRecord>, Error> {
    let missing = || Error::NoSuchEntity(format!("The Access Key with id {id} cannot be found."));
    identities.access_key(id).filter(|key| key.user.as_deref() == owner.id()).ok_or_else(missing)
}

fn shown_status(status: CredentialStatus) -> StatusType {
    match status {
        CredentialStatus::Active => StatusType::Active,
        CredentialStatus::Inactive => StatusType::Inactive,
    }
}
