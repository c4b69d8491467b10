use contract::{Entity, Identities, InstanceProfileRecord};
use gate::{RequestTags, Target};
use policy::Action;
use trail::Recorded;

use super::{authorized, role_in};
use crate::{
    error::Error, holder::require_own, operations::role, room::Call, service_keys::ServiceKeys,
    shapes::AddRoleToInstanceProfileRequest,
};

const PASS_ROLE: Action = Action::new("iam:PassRole");
/// Whose machines get the role.
const MACHINES: &str = "ec2.amazonaws.com";

/// Puts a role into an instance profile, which has room for one. The caller must also be allowed to pass the role on.
pub(in crate::operations) async fn add_role_to_instance_profile(
    call: &Call<'_>,
    ask: &AddRoleToInstanceProfileRequest,
) -> Result<Recorded<()>, Error> {
    let identities = call.identities().await?;
    let (permit, profile) = authorized(call, &identities, &ask.instance_profile_name, RequestTags::None).await?;
    require_passing(call, &identities, &ask.role_name).await?;
    let role = role::find(&identities, &ask.role_name)?;
    require_own(role)?;
    if role_in(&identities, &profile).is_some() {
        return Err(Error::LimitExceeded("Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1".to_owned()));
    }
    let updated = InstanceProfileRecord { role: Some(role.id.clone()), ..InstanceProfileRecord::clone(&profile) };
    call.commit_silently(permit, identities.change().put(Entity::InstanceProfile(updated))).await
}

async fn require_passing(call: &Call<'_>, identities: &Identities, role_name: &str) -> Result<(), Error> {
    let role = identities.role(role_name);
    let arn = role.map_or_else(|| call.entity_arn("role", "/", role_name), |role| role.arn.clone());
    let tags = role.map(|role| &*role.tags).unwrap_or_default();
    let keys = ServiceKeys { tags, passed_to: Some(MACHINES), ..ServiceKeys::default() };
    let resource = call.resource(&arn);
    call.authorize_part(PASS_ROLE, &Target::new(&resource).with_tags(tags).with_keys(&keys)).await?;
    Ok(())
}
