use trail::Recorded;

use super::shown;
use crate::{
    error::Error,
    operations::user,
    room::Call,
    shapes::{ListGroupsForUserRequest, ListGroupsForUserResponse},
};

/// Tells which groups a user is in, by name.
pub(in crate::operations) async fn list_groups_for_user(
    call: &Call<'_>,
    ask: &ListGroupsForUserRequest,
) -> Result<Recorded<ListGroupsForUserResponse>, Error> {
    let identities = call.identities().await?;
    let (permit, user) = user::authorized(call, &identities, &ask.user_name).await?;
    permit.covers_resource(&user.arn)?;
    let groups = identities.groups_of(&user.id);
    let page = call.page(groups, |group| group.name.to_ascii_lowercase(), ask.marker.as_deref(), ask.max_items)?;
    call.tell(ListGroupsForUserResponse {
        groups: page.items.iter().map(|group| shown(group)).collect(),
        is_truncated: Some(page.is_truncated()),
        marker: page.marker,
    })
    .await
}
