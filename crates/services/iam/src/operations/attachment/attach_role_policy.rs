use trail::Recorded;

use super::attach;
use crate::{error::Error, holder::HolderName, room::Call, shapes::AttachRolePolicyRequest};

/// Attaches a managed policy to a role. One that is attached already stays so.
pub(in crate::operations) async fn attach_role_policy(
    call: &Call<'_>,
    ask: &AttachRolePolicyRequest,
) -> Result<Recorded<()>, Error> {
    attach(call, HolderName::role(&ask.role_name), &ask.policy_arn).await
}
