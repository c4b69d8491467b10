use trail::Recorded;

use super::shown;
use crate::{
    error::Error,
    room::Call,
    shapes::{ListGroupsRequest, ListGroupsResponse},
};

/// Tells of the groups under a path, by name.
pub(in crate::operations) async fn list_groups(
    call: &Call<'_>,
    ask: &ListGroupsRequest,
) -> Result<Recorded<ListGroupsResponse>, Error> {
    let identities = call.identities().await?;
    let prefix = ask.path_prefix.as_deref().unwrap_or("/");
    call.authorize_list("group", prefix).await?;
    let groups = identities.groups().filter(|group| group.path.starts_with(prefix));
    let page = call.page(groups, |group| group.name.to_ascii_lowercase(), ask.marker.as_deref(), ask.max_items)?;
    call.tell(ListGroupsResponse {
        groups: page.items.iter().map(|group| shown(group)).collect(),
        is_truncated: Some(page.is_truncated()),
        marker: page.marker,
    })
    .await
}
