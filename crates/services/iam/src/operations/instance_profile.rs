//! Instance profiles: what hands a role to a machine.

pub(super) mod add_role_to_instance_profile;
pub(super) mod create_instance_profile;
pub(super) mod delete_instance_profile;
pub(super) mod get_instance_profile;
pub(super) mod list_instance_profile_tags;
pub(super) mod list_instance_profiles;
pub(super) mod list_instance_profiles_for_role;
pub(super) mod remove_role_from_instance_profile;
pub(super) mod tag_instance_profile;
pub(super) mod untag_instance_profile;

use std::sync::Arc;

use contract::{Identities, InstanceProfileRecord, RoleRecord};
use gate::{RequestTags, Target};
use policy::Permit;

use super::role;
use crate::{error::Error, room::Call, service_keys::ServiceKeys, shapes, tags::shown_tags};

/// The instance profile of this name and the permit for it. Who may not ask learns nothing of whether it is there.
async fn authorized(
    call: &Call<'_>,
    identities: &Identities,
    name: &str,
    request_tags: RequestTags<'_>,
) -> Result<(Permit, Arc<InstanceProfileRecord>), Error> {
    let profile = identities.instance_profile(name);
    let arn = profile.map_or_else(|| call.entity_arn("instance-profile", "/", name), |profile| profile.arn.clone());
    let tags = profile.map(|profile| &*profile.tags).unwrap_or_default();
    let keys = ServiceKeys { tags, ..ServiceKeys::default() };
    let resource = call.resource(&arn);
    let target = Target::new(&resource).with_tags(tags).with_request_tags(request_tags).with_keys(&keys);
    let permit = call.authorize(&target).await?;
    let missing = || Error::NoSuchEntity(format!("Instance Profile {name} cannot be found."));
    Ok((permit, Arc::clone(profile.ok_or_else(missing)?)))
}

/// As lists show them: without their tags.
pub(super) async fn listed(
    call: &Call<'_>,
    identities: &Arc<Identities>,
    profiles: &[Arc<InstanceProfileRecord>],
) -> Result<Vec<shapes::InstanceProfile>, Error> {
    let roles: Vec<Arc<RoleRecord>> =
        profiles.iter().filter_map(|profile| role_in(identities, profile)).cloned().collect();
    let neighbours = role::neighbours(call, identities, &roles).await?;
    let shown = profiles.iter().map(|profile| {
        let role = role_in(identities, profile).map(|role| role::shown_briefly(role, &neighbours)).transpose()?;
        Ok(shapes::InstanceProfile {
            path: profile.path.clone(),
            instance_profile_name: profile.name.clone(),
            instance_profile_id: profile.id.clone(),
            arn: profile.arn.clone(),
            create_date: profile.created_at,
            roles: role.into_iter().collect(),
            tags: None,
        })
    });
    shown.collect()
}

/// As single answers show it.
async fn shown(
    call: &Call<'_>,
    identities: &Arc<Identities>,
    profile: &Arc<InstanceProfileRecord>,
) -> Result<shapes::InstanceProfile, Error> {
    let listed = listed(call, identities, std::slice::from_ref(profile)).await?;
    let shown = listed.into_iter().next().unwrap_or_default();
    Ok(shapes::InstanceProfile { tags: shown_tags(&profile.tags), ..shown })
}

fn role_in<'a>(identities: &'a Identities, profile: &InstanceProfileRecord) -> Option<&'a Arc<RoleRecord>> {
    identities.role_by_id(profile.role.as_deref()?)
}
