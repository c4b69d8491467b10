use std::sync::Arc;

use contract::{Entity, InstanceProfileRecord};
use gate::{RequestTags, Target, UniqueIdPrefix};
use policy::Action;
use trail::Recorded;

use super::shown;
use crate::{
    error::Error,
    names::path_or_root,
    room::Call,
    service_keys::ServiceKeys,
    shapes::{CreateInstanceProfileRequest, CreateInstanceProfileResponse},
    tags::{asked_tags, tagged},
};

const TAG_INSTANCE_PROFILE: Action = Action::new("iam:TagInstanceProfile");

/// Makes an instance profile without a role.
pub(in crate::operations) async fn create_instance_profile(
    call: &Call<'_>,
    ask: &CreateInstanceProfileRequest,
) -> Result<Recorded<CreateInstanceProfileResponse>, Error> {
    let identities = call.identities().await?;
    let (name, path) = (&ask.instance_profile_name, path_or_root(ask.path.as_ref()));
    let arn = call.entity_arn("instance-profile", &path, name);
    let tags = asked_tags(ask.tags.as_deref())?;

    let resource = call.resource(&arn);
    let keys = ServiceKeys { tags: &tags, ..ServiceKeys::default() };
    let request_tags = if tags.is_empty() { RequestTags::None } else { RequestTags::Tags(&tags) };
    let target = Target::new(&resource).with_tags(&tags).with_request_tags(request_tags).with_keys(&keys);
    let permit = call.authorize(&target).await?;
    if !tags.is_empty() {
        call.authorize_part(TAG_INSTANCE_PROFILE, &target).await?;
    }

    if identities.instance_profile(name).is_some() {
        return Err(Error::EntityAlreadyExists(format!("Instance Profile {name} already exists.")));
    }
    let limit = call.room.quotas.instance_profiles;
    if identities.instance_profiles().count() >= limit {
        return Err(Error::LimitExceeded(format!("Cannot exceed quota for InstanceProfilesPerAccount: {limit}")));
    }
    let profile = InstanceProfileRecord {
        id: call.new_id(&identities, UniqueIdPrefix::InstanceProfile),
        name: name.clone(),
        path,
        arn,
        created_at: call.now(),
        tags: tagged(&[], tags, call.room.quotas.tags)?,
        role: None,
    };
    let instance_profile = shown(call, &identities, &Arc::new(profile.clone())).await?;
    let change = identities.change().put(Entity::InstanceProfile(profile));
    call.commit(permit, change, CreateInstanceProfileResponse { instance_profile }).await
}
