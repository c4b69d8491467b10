use std::sync::Arc;

use contract::{Change, Commit, Pick, SecretChange, SecretRecord};
use terms::SecretId;
use trail::{Recorded, Subject};

use crate::{
    error::Error,
    operations::put_secret_value::response_elements,
    resource_policy::{DEFAULT, require_default},
    room::Call,
    shapes::{DeleteResourcePolicyRequest, DeleteResourcePolicyResponse},
    versions,
};

/// Takes a secret's resource policy away. A secret without one stays as it is.
pub(crate) async fn delete_resource_policy(
    call: &Call<'_>,
    ask: &DeleteResourcePolicyRequest,
) -> Result<Recorded<DeleteResourcePolicyResponse>, Error> {
    let secret_id = SecretId::parse(&ask.secret_id)?;
    require_default(ask.policy_name.as_deref())?;
    let (permit, before) = call.open_to_change(&secret_id, &ask.secret_id, Pick::Labelled).await?;
    if before.resource_policy.is_none() {
        return call.tell(Some(Subject::seen(&before)), answer(&before)).await;
    }
    let after = Arc::new(SecretRecord { resource_policy: None, ..versions::changed(&before, call.now()) });
    let change = SecretChange::Update { before, after: Arc::clone(&after) };
    let commit = Commit::under(permit).change(Change::Secret(change))?;
    Ok(call
        .commit(commit, Subject::changed(&after), Some(&response_elements(&after.arn, None)), answer(&after))
        .await?)
}

fn answer(secret: &SecretRecord) -> DeleteResourcePolicyResponse {
    DeleteResourcePolicyResponse {
        arn: Some(secret.arn.to_string()),
        name: Some(secret.name.to_string()),
        policy_name: Some(DEFAULT.to_owned()),
    }
}
