use trail::Recorded;

use super::put;
use crate::{error::Error, holder::HolderName, room::Call, shapes::PutUserPolicyRequest};

/// Gives a user a policy of its own, or another document to the one of this name.
pub(in crate::operations) async fn put_user_policy(
    call: &Call<'_>,
    ask: &PutUserPolicyRequest,
) -> Result<Recorded<()>, Error> {
    put(call, HolderName::user(&ask.user_name), &ask.policy_name, &ask.policy_document).await
}
