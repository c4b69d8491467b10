use trail::Recorded;

use super::detach;
use crate::{error::Error, holder::HolderName, room::Call, shapes::DetachRolePolicyRequest};

/// Detaches a managed policy from a role.
pub(in crate::operations) async fn detach_role_policy(
    call: &Call<'_>,
    ask: &DetachRolePolicyRequest,
) -> Result<Recorded<()>, Error> {
    detach(call, HolderName::role(&ask.role_name), &ask.policy_arn).await
}
