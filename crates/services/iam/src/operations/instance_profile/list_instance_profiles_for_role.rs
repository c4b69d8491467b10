use trail::Recorded;

use super::listed;
use crate::{
    error::Error,
    holder::HolderName,
    room::Call,
    service_keys::ServiceKeys,
    shapes::{ListInstanceProfilesForRoleRequest, ListInstanceProfilesForRoleResponse},
};

/// Lists the instance profiles that hand out a role, by name.
pub(in crate::operations) async fn list_instance_profiles_for_role(
    call: &Call<'_>,
    ask: &ListInstanceProfilesForRoleRequest,
) -> Result<Recorded<ListInstanceProfilesForRoleResponse>, Error> {
    let identities = call.identities().await?;
    let role = HolderName::role(&ask.role_name);
    let permit = role.authorize(call, &identities, ServiceKeys::default()).await?;
    let role = role.find(&identities)?;
    permit.covers_resource(role.arn())?;
    let id = Some(role.id());
    let with_role = identities.instance_profiles().filter(|profile| profile.role.as_deref() == id);
    let page =
        call.page(with_role, |profile| profile.name.to_ascii_lowercase(), ask.marker.as_deref(), ask.max_items)?;
    let (is_truncated, marker) = (page.is_truncated(), page.marker);
    let profiles: Vec<_> = page.items.into_iter().cloned().collect();
    let instance_profiles = listed(call, &identities, &profiles).await?;
    call.tell(ListInstanceProfilesForRoleResponse { instance_profiles, is_truncated: Some(is_truncated), marker }).await
}
