use trail::Recorded;

use super::{authorized, shown};
use crate::{
    error::Error,
    operations::user::listed,
    room::Call,
    shapes::{GetGroupRequest, GetGroupResponse},
};

/// Tells about a group and who is in it, by name.
pub(in crate::operations) async fn get_group(
    call: &Call<'_>,
    ask: &GetGroupRequest,
) -> Result<Recorded<GetGroupResponse>, Error> {
    let identities = call.identities().await?;
    let (permit, group) = authorized(call, &identities, &ask.group_name).await?;
    permit.covers_resource(&group.arn)?;
    let members = identities.users().filter(|user| group.members.contains(&user.id));
    let page = call.page(members, |user| user.name.to_ascii_lowercase(), ask.marker.as_deref(), ask.max_items)?;
    call.tell(GetGroupResponse {
        group: shown(&group),
        users: page.items.iter().map(|user| listed(user)).collect(),
        is_truncated: Some(page.is_truncated()),
        marker: page.marker,
    })
    .await
}
