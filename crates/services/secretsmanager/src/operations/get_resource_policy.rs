use contract::Pick;
use trail::{Recorded, Subject};

use crate::{
    error::Error,
    resource_policy::{DEFAULT, shown},
    room::{Call, require_live},
    shapes::{GetResourcePolicyRequest, GetResourcePolicyResponse},
};

/// Shows the resource policy that is attached to a secret, if one is.
pub(crate) async fn get_resource_policy(
    call: &Call<'_>,
    ask: &GetResourcePolicyRequest,
) -> Result<Recorded<GetResourcePolicyResponse>, Error> {
    let (_permit, secret) = call.open(&ask.secret_id, Pick::Labelled).await?;
    require_live(&secret)?;
    if ask.policy_name.as_deref().is_some_and(|name| name != DEFAULT) {
        // Chosen.
        return Err(Error::ResourceNotFound("Secrets Manager can't find the specified resource policy.".to_owned()));
    }
    let resource_policy = match &secret.resource_policy {
        Some(document) => Some(shown(call, document).await?),
        None => None,
    };
    let answer = GetResourcePolicyResponse {
        arn: Some(secret.arn.to_string()),
        name: Some(secret.name.to_string()),
        resource_policy,
        policy_name: Some(DEFAULT.to_owned()),
    };
    call.tell(Some(Subject::seen(&secret)), answer).await
}
