use trail::Recorded;

use super::list;
use crate::{
    error::Error,
    holder::HolderName,
    room::Call,
    shapes::{ListUserPoliciesRequest, ListUserPoliciesResponse},
};

/// Lists the names of a user's inline policies.
pub(in crate::operations) async fn list_user_policies(
    call: &Call<'_>,
    ask: &ListUserPoliciesRequest,
) -> Result<Recorded<ListUserPoliciesResponse>, Error> {
    let page = list(call, HolderName::user(&ask.user_name), ask.marker.as_deref(), ask.max_items).await?;
    call.tell(ListUserPoliciesResponse {
        is_truncated: Some(page.is_truncated()),
        policy_names: page.items,
        marker: page.marker,
    })
    .await
}
