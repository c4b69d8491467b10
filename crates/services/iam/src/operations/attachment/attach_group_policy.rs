use trail::Recorded;

use super::attach;
use crate::{error::Error, holder::HolderName, room::Call, shapes::AttachGroupPolicyRequest};

/// Attaches a managed policy to a group. One that is attached already stays so.
pub(in crate::operations) async fn attach_group_policy(
    call: &Call<'_>,
    ask: &AttachGroupPolicyRequest,
) -> Result<Recorded<()>, Error> {
    attach(call, HolderName::group(&ask.group_name), &ask.policy_arn).await
}
