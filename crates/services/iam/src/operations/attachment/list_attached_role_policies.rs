use trail::Recorded;

use super::{Asked, list};
use crate::{
    error::Error,
    holder::HolderName,
    room::Call,
    shapes::{ListAttachedRolePoliciesRequest, ListAttachedRolePoliciesResponse},
};

/// Lists the managed policies that are attached to a role.
pub(in crate::operations) async fn list_attached_role_policies(
    call: &Call<'_>,
    ask: &ListAttachedRolePoliciesRequest,
) -> Result<Recorded<ListAttachedRolePoliciesResponse>, Error> {
    let asked = Asked { prefix: ask.path_prefix.as_deref(), marker: ask.marker.as_deref(), max_items: ask.max_items };
    let page = list(call, HolderName::role(&ask.role_name), asked).await?;
    call.tell(ListAttachedRolePoliciesResponse {
        is_truncated: Some(page.is_truncated()),
        attached_policies: Some(page.items),
        marker: page.marker,
    })
    .await
}
