use trail::Recorded;

use super::delete;
use crate::{error::Error, holder::HolderName, room::Call, shapes::DeleteRolePolicyRequest};

/// Takes an inline policy from a role.
pub(in crate::operations) async fn delete_role_policy(
    call: &Call<'_>,
    ask: &DeleteRolePolicyRequest,
) -> Result<Recorded<()>, Error> {
    delete(call, HolderName::role(&ask.role_name), &ask.policy_name).await
}
