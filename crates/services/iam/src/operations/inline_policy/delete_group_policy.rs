use trail::Recorded;

use super::delete;
use crate::{error::Error, holder::HolderName, room::Call, shapes::DeleteGroupPolicyRequest};

/// Takes an inline policy from a group.
pub(in crate::operations) async fn delete_group_policy(
    call: &Call<'_>,
    ask: &DeleteGroupPolicyRequest,
) -> Result<Recorded<()>, Error> {
    delete(call, HolderName::group(&ask.group_name), &ask.policy_name).await
}
