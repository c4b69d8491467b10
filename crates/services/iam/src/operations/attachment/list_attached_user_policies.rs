use trail::Recorded;

use super::{Asked, list};
use crate::{
    error::Error,
    holder::HolderName,
    room::Call,
    shapes::{ListAttachedUserPoliciesRequest, ListAttachedUserPoliciesResponse},
};

/// Lists the managed policies that are attached to a user.
pub(in crate::operations) async fn list_attached_user_policies(
    call: &Call<'_>,
    ask: &ListAttachedUserPoliciesRequest,
) -> Result<Recorded<ListAttachedUserPoliciesResponse>, Error> {
    let asked = Asked { prefix: ask.path_prefix.as_deref(), marker: ask.marker.as_deref(), max_items: ask.max_items };
    let page = list(call, HolderName::user(&ask.user_name), asked).await?;
    call.tell(ListAttachedUserPoliciesResponse {
        is_truncated: Some(page.is_truncated()),
        attached_policies: Some(page.items),
        marker: page.marker,
    })
    .await
}
