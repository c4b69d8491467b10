use contract::{LATEST, PolicyDocument};
use gate::principals::Neighbours;
use policy::{Policy, PolicyKind};
use shape::Enumeration;
use trail::Recorded;

use super::{revise, revision_id};
use crate::{
    error::Error,
    find::Wish,
    function_name::qualified_arn,
    permissions::{invalid_principal, statement, with_statement},
    room::Call,
    shapes::{AddPermissionRequest, AddPermissionResponse},
    versions::{check_revision, next},
};

/// Adds a statement to the policy of a function, a version or an alias.
pub(in crate::operations) async fn add_permission(
    call: &Call<'_>,
    ask: &AddPermissionRequest,
) -> Result<Recorded<AddPermissionResponse>, Error> {
    let named = call.qualified(&ask.function_name, ask.qualifier.as_deref())?;
    let qualifier = named.qualifier.as_deref();
    if qualifier == Some(LATEST) {
        return Err(Error::invalid("We currently do not support adding policies for $LATEST."));
    }
    let url_auth = ask.function_url_auth_type.map(Enumeration::as_str);
    let mut keys = vec![("lambda:principal", &*ask.principal)];
    keys.extend(url_auth.map(|url_auth| ("lambda:functionurlauthtype", url_auth)));
    let (permit, before) = call.open_for(&named, &Wish { keys: &keys, ..Wish::default() }).await?;
    check_revision(ask.revision_id.as_deref(), revision_id(&before, qualifier)?)?;

    let statement = statement(ask, &qualified_arn(&before.arn, qualifier))?;
    let place = qualifier.unwrap_or(LATEST);
    let held = before.details.policies.get(place);
    let text = with_statement(held.map(|held| &**held.text()), statement.clone())?;
    let kept = PolicyDocument::new(with_ids(call, &text).await?);
    let mut after = next(&before);
    after.details.policies.insert(place.to_owned(), kept);
    revise(&mut after, qualifier, call.new_uuid());
    let answer = AddPermissionResponse { statement: Some(statement.text()?) };
    call.change(permit, before, after, None, answer).await
}

/// The document as it is kept. Of an account of this server, only users and roles that are there can be meant.
async fn with_ids(call: &Call<'_>, text: &str) -> Result<String, Error> {
    let policy = Policy::parse(text, PolicyKind::Resource).map_err(|_| invalid_principal())?;
    let neighbours = Neighbours::of(&*call.room.store, Some(call.caller.identities()), [&policy]).await?;
    neighbours.with_ids(text).map_err(|_| invalid_principal())
}
