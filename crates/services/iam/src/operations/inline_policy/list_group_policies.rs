use trail::Recorded;

use super::list;
use crate::{
    error::Error,
    holder::HolderName,
    room::Call,
    shapes::{ListGroupPoliciesRequest, ListGroupPoliciesResponse},
};

/// Lists the names of a group's inline policies.
pub(in crate::operations) async fn list_group_policies(
    call: &Call<'_>,
    ask: &ListGroupPoliciesRequest,
) -> Result<Recorded<ListGroupPoliciesResponse>, Error> {
    let page = list(call, HolderName::group(&ask.group_name), ask.marker.as_deref(), ask.max_items).await?;
    call.tell(ListGroupPoliciesResponse {
        is_truncated: Some(page.is_truncated()),
        policy_names: page.items,
        marker: page.marker,
    })
    .await
}
