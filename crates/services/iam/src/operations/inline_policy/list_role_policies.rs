use trail::Recorded;

use super::list;
use crate::{
    error::Error,
    holder::HolderName,
    room::Call,
    shapes::{ListRolePoliciesRequest, ListRolePoliciesResponse},
};

/// Lists the names of a role's inline policies.
pub(in crate::operations) async fn list_role_policies(
    call: &Call<'_>,
    ask: &ListRolePoliciesRequest,
) -> Result<Recorded<ListRolePoliciesResponse>, Error> {
    let page = list(call, HolderName::role(&ask.role_name), ask.marker.as_deref(), ask.max_items).await?;
    call.tell(ListRolePoliciesResponse {
        is_truncated: Some(page.is_truncated()),
        policy_names: page.items,
        marker: page.marker,
    })
    .await
}
