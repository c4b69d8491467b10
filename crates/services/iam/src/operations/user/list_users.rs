use trail::Recorded;

use super::listed;
use crate::{
    error::Error,
    room::Call,
    shapes::{ListUsersRequest, ListUsersResponse},
};

/// Tells of the users under a path, by name.
pub(in crate::operations) async fn list_users(
    call: &Call<'_>,
    ask: &ListUsersRequest,
) -> Result<Recorded<ListUsersResponse>, Error> {
    let identities = call.identities().await?;
    let prefix = ask.path_prefix.as_deref().unwrap_or("/");
    call.authorize_list("user", prefix).await?;
    let users = identities.users().filter(|user| user.path.starts_with(prefix));
    let page = call.page(users, |user| user.name.to_ascii_lowercase(), ask.marker.as_deref(), ask.max_items)?;
    call.tell(ListUsersResponse {
        users: page.items.iter().map(|user| listed(user)).collect(),
        is_truncated: Some(page.is_truncated()),
        marker: page.marker,
    })
    .await
}
