use trail::Recorded;

use super::get;
use crate::{
    error::Error,
    holder::HolderName,
    room::Call,
    shapes::{GetGroupPolicyRequest, GetGroupPolicyResponse},
};

/// Tells an inline policy of a group.
pub(in crate::operations) async fn get_group_policy(
    call: &Call<'_>,
    ask: &GetGroupPolicyRequest,
) -> Result<Recorded<GetGroupPolicyResponse>, Error> {
    let found = get(call, HolderName::group(&ask.group_name), &ask.policy_name).await?;
    call.tell(GetGroupPolicyResponse {
        group_name: found.holder.name().to_owned(),
        policy_name: found.policy_name,
        policy_document: found.document,
    })
    .await
}
