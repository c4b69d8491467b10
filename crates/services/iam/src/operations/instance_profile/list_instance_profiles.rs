use trail::Recorded;

use super::listed;
use crate::{
    error::Error,
    room::Call,
    shapes::{ListInstanceProfilesRequest, ListInstanceProfilesResponse},
};

/// Lists instance profiles by name.
pub(in crate::operations) async fn list_instance_profiles(
    call: &Call<'_>,
    ask: &ListInstanceProfilesRequest,
) -> Result<Recorded<ListInstanceProfilesResponse>, Error> {
    let identities = call.identities().await?;
    let prefix = ask.path_prefix.as_deref().unwrap_or("/");
    let permit = call.authorize_list("instance-profile", prefix).await?;
    permit.covers_resource(&call.arn("instance-profile", prefix))?;
    let within = identities.instance_profiles().filter(|profile| profile.path.starts_with(prefix));
    let page = call.page(within, |profile| profile.name.to_ascii_lowercase(), ask.marker.as_deref(), ask.max_items)?;
    let (is_truncated, marker) = (page.is_truncated(), page.marker);
    let profiles: Vec<_> = page.items.into_iter().cloned().collect();
    let instance_profiles = listed(call, &identities, &profiles).await?;
    call.tell(ListInstanceProfilesResponse { instance_profiles, is_truncated: Some(is_truncated), marker }).await
}
