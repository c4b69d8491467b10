use trail::Recorded;

use super::{neighbours, shown_briefly};
use crate::{
    error::Error,
    room::Call,
    shapes::{ListRolesRequest, ListRolesResponse},
};

/// Lists roles by name.
pub(in crate::operations) async fn list_roles(
    call: &Call<'_>,
    ask: &ListRolesRequest,
) -> Result<Recorded<ListRolesResponse>, Error> {
    let identities = call.identities().await?;
    let prefix = ask.path_prefix.as_deref().unwrap_or("/");
    let permit = call.authorize_list("role", prefix).await?;
    permit.covers_resource(&call.arn("role", prefix))?;
    let within = identities.roles().filter(|role| role.path.starts_with(prefix)).cloned();
    let page = call.page(within, |role| role.name.to_ascii_lowercase(), ask.marker.as_deref(), ask.max_items)?;
    let neighbours = neighbours(call, &identities, &page.items).await?;
    let roles: Result<_, Error> = page.items.iter().map(|role| shown_briefly(role, &neighbours)).collect();
    call.tell(ListRolesResponse { is_truncated: Some(page.is_truncated()), roles: roles?, marker: page.marker }).await
}
