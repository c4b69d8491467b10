use gate::RequestTags;
use trail::Recorded;

use super::{authorized, version};
use crate::{
    error::Error,
    room::Call,
    shapes::{ListPolicyVersionsRequest, ListPolicyVersionsResponse},
};

/// Lists a policy's versions, the newest first.
pub(in crate::operations) async fn list_policy_versions(
    call: &Call<'_>,
    ask: &ListPolicyVersionsRequest,
) -> Result<Recorded<ListPolicyVersionsResponse>, Error> {
    let identities = call.identities().await?;
    let (permit, policy) = authorized(call, &identities, &ask.policy_arn, RequestTags::None).await?;
    permit.covers_resource(&ask.policy_arn)?;
    // Markers only go forward, so that the newest must have the smallest place.
    let place = |version: &version::Version<'_>| format!("{:010}", u32::MAX.saturating_sub(version.number));
    let page = call.page(version::all(&policy), place, ask.marker.as_deref(), ask.max_items)?;
    call.tell(ListPolicyVersionsResponse {
        versions: Some(page.items.iter().map(version::Version::listed).collect()),
        is_truncated: Some(page.is_truncated()),
        marker: page.marker,
    })
    .await
}
