use std::sync::Arc;

use contract::{Change, Commit, Pick, SecretChange, SecretRecord};
use terms::SecretId;
use trail::{Recorded, Subject};

use crate::{
    error::Error,
    operations::put_secret_value::response_elements,
    resource_policy::{DEFAULT, LOCKS_OUT, candidate, locks_out, require_default},
    room::Call,
    shapes::{PutResourcePolicyRequest, PutResourcePolicyResponse},
    versions,
};

/// Attaches a resource policy to a secret, in the place of whatever it had.
pub(crate) async fn put_resource_policy(
    call: &Call<'_>,
    ask: &PutResourcePolicyRequest,
) -> Result<Recorded<PutResourcePolicyResponse>, Error> {
    let secret_id = SecretId::parse(&ask.secret_id)?;
    require_default(ask.policy_name.as_deref())?;
    let (permit, before) = call.open_to_change(&secret_id, &ask.secret_id, Pick::Labelled).await?;

    let candidate = candidate(call, &ask.resource_policy).await?;
    if candidate.is_public && ask.block_public_policy == Some(true) {
        return Err(Error::PublicPolicy);
    }
    if locks_out(call, ask, &before, &candidate)? {
        return Err(Error::malformed_policy(LOCKS_OUT));
    }
    let resource_policy = Some(candidate.document);
    let after = Arc::new(SecretRecord { resource_policy, ..versions::changed(&before, call.now()) });
    let answer = PutResourcePolicyResponse {
        arn: Some(after.arn.to_string()),
        name: Some(after.name.to_string()),
        policy_name: Some(DEFAULT.to_owned()),
    };
    let change = SecretChange::Update { before, after: Arc::clone(&after) };
    let commit = Commit::under(permit).change(Change::Secret(change))?;
    Ok(call.commit(commit, Subject::changed(&after), Some(&response_elements(&after.arn, None)), answer).await?)
}
