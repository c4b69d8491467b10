use trail::Recorded;

use super::get;
use crate::{
    error::Error,
    holder::HolderName,
    room::Call,
    shapes::{GetRolePolicyRequest, GetRolePolicyResponse},
};

/// Tells an inline policy of a role.
pub(in crate::operations) async fn get_role_policy(
    call: &Call<'_>,
    ask: &GetRolePolicyRequest,
) -> Result<Recorded<GetRolePolicyResponse>, Error> {
    let found = get(call, HolderName::role(&ask.role_name), &ask.policy_name).await?;
    call.tell(GetRolePolicyResponse {
        role_name: found.holder.name().to_owned(),
        policy_name: found.policy_name,
        policy_document: found.document,
    })
    .await
}
