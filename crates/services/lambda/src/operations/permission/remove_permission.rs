use contract::LATEST;
use trail::Recorded;

use super::{revise, revision_id};
use crate::{
    error::Error,
    find::Wish,
    permissions::without_statement,
    room::Call,
    shapes::RemovePermissionRequest,
    versions::{check_revision, next},
};

/// Takes a statement from the policy of a function, a version or an alias.
pub(in crate::operations) async fn remove_permission(
    call: &Call<'_>,
    ask: &RemovePermissionRequest,
) -> Result<Recorded<()>, Error> {
    let named = call.qualified(&ask.function_name, ask.qualifier.as_deref())?;
    let qualifier = named.qualifier.as_deref();
    let found = call.room.find(&named).await?;
    let permit = call.authorize(&named, &found, &Wish::default()).await?;
    let before = found.ok_or_else(|| Error::not_found(format!("No policy found for: {}", named.arn())))?;
    let before = before.open_function(&permit, None)?;
    let revision_id = revision_id(&before, qualifier)?;
    let place = qualifier.unwrap_or(LATEST);
    let held = before.details.policies.get(place);
    let held = held.ok_or_else(|| Error::not_found("No policy is associated with the given resource."))?;
    let left = without_statement(held, &ask.statement_id)?;
    check_revision(ask.revision_id.as_deref(), revision_id)?;
    let mut after = next(&before);
    match left {
        Some(left) => drop(after.details.policies.insert(place.to_owned(), left)),
        None => drop(after.details.policies.remove(place)),
    }
    revise(&mut after, qualifier, call.new_uuid());
    call.change_silently(permit, before, after).await
}
