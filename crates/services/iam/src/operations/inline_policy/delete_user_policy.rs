use trail::Recorded;

use super::delete;
use crate::{error::Error, holder::HolderName, room::Call, shapes::DeleteUserPolicyRequest};

/// Takes an inline policy from a user.
pub(in crate::operations) async fn delete_user_policy(
    call: &Call<'_>,
    ask: &DeleteUserPolicyRequest,
) -> Result<Recorded<()>, Error> {
    delete(call, HolderName::user(&ask.user_name), &ask.policy_name).await
}
