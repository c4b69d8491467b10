use gate::RequestTags;
use trail::Recorded;

use super::{authorized, shown, usage::Usages};
use crate::{
    error::Error,
    room::Call,
    shapes::{GetPolicyRequest, GetPolicyResponse},
};

/// Tells about a managed policy, but not what it says.
pub(in crate::operations) async fn get_policy(
    call: &Call<'_>,
    ask: &GetPolicyRequest,
) -> Result<Recorded<GetPolicyResponse>, Error> {
    let identities = call.identities().await?;
    let arn = &ask.policy_arn;
    let (permit, policy) = authorized(call, &identities, arn, RequestTags::None).await?;
    permit.covers_resource(arn)?;
    let policy = shown(&policy, Usages::of(&identities).get(arn));
    call.tell(GetPolicyResponse { policy: Some(policy) }).await
}
