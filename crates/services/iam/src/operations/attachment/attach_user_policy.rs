use trail::Recorded;

use super::attach;
use crate::{error::Error, holder::HolderName, room::Call, shapes::AttachUserPolicyRequest};

/// Attaches a managed policy to a user. One that is attached already stays so.
pub(in crate::operations) async fn attach_user_policy(
    call: &Call<'_>,
    ask: &AttachUserPolicyRequest,
) -> Result<Recorded<()>, Error> {
    attach(call, HolderName::user(&ask.user_name), &ask.policy_arn).await
}
