use trail::Recorded;

use super::get;
use crate::{
    error::Error,
    holder::HolderName,
    room::Call,
    shapes::{GetUserPolicyRequest, GetUserPolicyResponse},
};

/// Tells an inline policy of a user.
pub(in crate::operations) async fn get_user_policy(
    call: &Call<'_>,
    ask: &GetUserPolicyRequest,
) -> Result<Recorded<GetUserPolicyResponse>, Error> {
    let found = get(call, HolderName::user(&ask.user_name), &ask.policy_name).await?;
    call.tell(GetUserPolicyResponse {
        user_name: found.holder.name().to_owned(),
        policy_name: found.policy_name,
        policy_document: found.document,
    })
    .await
}
