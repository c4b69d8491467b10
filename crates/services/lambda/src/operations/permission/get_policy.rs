use contract::{LATEST, PolicyDocument};
use gate::principals::Neighbours;
use policy::{Policy, PolicyKind};
use trail::{Recorded, Subject};

use super::revision_id;
use crate::{
    error::Error,
    room::Call,
    shapes::{GetPolicyRequest, GetPolicyResponse},
};

/// The policy of a function, a version or an alias, if it has one.
pub(in crate::operations) async fn get_policy(
    call: &Call<'_>,
    ask: &GetPolicyRequest,
) -> Result<Recorded<GetPolicyResponse>, Error> {
    let named = call.qualified(&ask.function_name, ask.qualifier.as_deref())?;
    let qualifier = named.qualifier.as_deref();
    let (_, function) = call.open(&named).await?;
    let held = function.details.policies.get(qualifier.unwrap_or(LATEST));
    let held = held.ok_or_else(|| Error::not_found("The resource you requested does not exist."))?;
    let answer = GetPolicyResponse {
        policy: Some(with_arns(call, held).await?),
        revision_id: Some(revision_id(&function, qualifier)?.to_owned()),
    };
    call.tell(Some(Subject::function_seen(&function)), answer).await
}

async fn with_arns(call: &Call<'_>, held: &PolicyDocument) -> Result<String, Error> {
    let unreadable = |_| Error::Internal("a stored policy cannot be read".to_owned());
    let policy = Policy::parse(held.text(), PolicyKind::Resource).map_err(unreadable)?;
    let neighbours = Neighbours::of(&*call.room.store, Some(call.caller.identities()), [&policy]).await?;
    neighbours.with_arns(held.text()).map_err(unreadable)
}
