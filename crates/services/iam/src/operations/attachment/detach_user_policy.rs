use trail::Recorded;

use super::detach;
use crate::{error::Error, holder::HolderName, room::Call, shapes::DetachUserPolicyRequest};

/// Detaches a managed policy from a user.
pub(in crate::operations) async fn detach_user_policy(
    call: &Call<'_>,
    ask: &DetachUserPolicyRequest,
) -> Result<Recorded<()>, Error> {
    detach(call, HolderName::user(&ask.user_name), &ask.policy_arn).await
}
