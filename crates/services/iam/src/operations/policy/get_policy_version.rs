use gate::RequestTags;
use trail::Recorded;

use super::{authorized, version};
use crate::{
    error::Error,
    room::Call,
    shapes::{GetPolicyVersionRequest, GetPolicyVersionResponse},
};

/// Tells what a version of a managed policy says.
pub(in crate::operations) async fn get_policy_version(
    call: &Call<'_>,
    ask: &GetPolicyVersionRequest,
) -> Result<Recorded<GetPolicyVersionResponse>, Error> {
    let identities = call.identities().await?;
    let arn = &ask.policy_arn;
    let (permit, policy) = authorized(call, &identities, arn, RequestTags::None).await?;
    permit.covers_resource(arn)?;
    let version = version::find(&policy, arn, &ask.version_id)?;
    call.tell(GetPolicyVersionResponse { policy_version: Some(version.shown()) }).await
}
