use contract::Pick;
use trail::{Recorded, Subject};

use crate::{
    error::Error,
    resource_policy::DEFAULT,
    room::{Call, require_live},
    shapes::{ListResourcePoliciesRequest, ListResourcePoliciesResponse, ResourcePolicySummary},
};

/// Lists the names of a secret's resource policies. There is one at most, so every page is the last.
pub(crate) async fn list_resource_policies(
    call: &Call<'_>,
    ask: &ListResourcePoliciesRequest,
) -> Result<Recorded<ListResourcePoliciesResponse>, Error> {
    let (_permit, secret) = call.open(&ask.secret_id, Pick::Labelled).await?;
    require_live(&secret)?;
    if ask.next_token.is_some() {
        // None was ever given.
        return Err(Error::InvalidNextToken);
    }
    let default = ResourcePolicySummary { policy_name: Some(DEFAULT.to_owned()) };
    let resource_policies = secret.resource_policy.iter().map(|_| default.clone()).collect();
    let answer = ListResourcePoliciesResponse { resource_policies, next_token: None };
    call.tell(Some(Subject::seen(&secret)), answer).await
}
