use trail::Recorded;

use super::{Asked, list};
use crate::{
    error::Error,
    holder::HolderName,
    room::Call,
    shapes::{ListAttachedGroupPoliciesRequest, ListAttachedGroupPoliciesResponse},
};

/// Lists the managed policies that are attached to a group.
pub(in crate::operations) async fn list_attached_group_policies(
    call: &Call<'_>,
    ask: &ListAttachedGroupPoliciesRequest,
) -> Result<Recorded<ListAttachedGroupPoliciesResponse>, Error> {
    let asked = Asked { prefix: ask.path_prefix.as_deref(), marker: ask.marker.as_deref(), max_items: ask.max_items };
    let page = list(call, HolderName::group(&ask.group_name), asked).await?;
    call.tell(ListAttachedGroupPoliciesResponse {
        is_truncated: Some(page.is_truncated()),
        attached_policies: Some(page.items),
        marker: page.marker,
    })
    .await
}
