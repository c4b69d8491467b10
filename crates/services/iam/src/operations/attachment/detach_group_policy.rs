use trail::Recorded;

use super::detach;
use crate::{error::Error, holder::HolderName, room::Call, shapes::DetachGroupPolicyRequest};

/// Detaches a managed policy from a group.
pub(in crate::operations) async fn detach_group_policy(
    call: &Call<'_>,
    ask: &DetachGroupPolicyRequest,
) -> Result<Recorded<()>, Error> {
    detach(call, HolderName::group(&ask.group_name), &ask.policy_arn).await
}
