//! Permissions boundaries: the most that a user or role may do, whatever its policies allow.

pub(super) mod delete_role_permissions_boundary;
pub(super) mod delete_user_permissions_boundary;
pub(super) mod put_role_permissions_boundary;
pub(super) mod put_user_permissions_boundary;

use contract::Identities;
use trail::Recorded;

use crate::{
    error::Error,
    holder::HolderName,
    managed_policy::{self, ManagedPolicy},
    room::Call,
    service_keys::ServiceKeys,
};

/// May a boundary be set to this? For whatever can be bounded, when it is made and later.
pub(super) fn require_boundary(identities: &Identities, arn: &str) -> Result<(), Error> {
    if !managed_policy::is_arn(arn) {
        // AWS puts no quotes around the value.
        return Err(Error::Validation(format!("Value ({arn}) for parameter PermissionsBoundary is invalid.")));
    }
    let missing = || Error::NoSuchEntity(format!("Scope ARN: {arn} does not exist or is not attachable."));
    ManagedPolicy::find(identities, arn).ok_or_else(missing)?.require_attachable()
}

async fn put(call: &Call<'_>, holder: HolderName<'_>, boundary: &str) -> Result<Recorded<()>, Error> {
    let identities = call.identities().await?;
    let keys = ServiceKeys { boundary: Some(boundary), ..ServiceKeys::default() };
    let permit = holder.authorize(call, &identities, keys).await?;
    let holder = holder.find_to_change(&identities)?;
    require_boundary(&identities, boundary)?;
    let bounded = holder.with_boundary(Some(boundary.to_owned()));
    call.commit_silently(permit, identities.change().put(bounded)).await
}

async fn delete(call: &Call<'_>, holder: HolderName<'_>) -> Result<Recorded<()>, Error> {
    let identities = call.identities().await?;
    let permit = holder.authorize(call, &identities, ServiceKeys::default()).await?;
    let holder = holder.find_to_change(&identities)?;
    call.commit_silently(permit, identities.change().put(holder.with_boundary(None))).await
}
