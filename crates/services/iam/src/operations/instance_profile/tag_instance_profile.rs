use contract::{Entity, InstanceProfileRecord};
use gate::RequestTags;
use trail::Recorded;

use super::authorized;
use crate::{
    error::Error,
    room::Call,
    shapes::TagInstanceProfileRequest,
    tags::{asked_tags, tagged},
};

/// Puts tags over those that an instance profile has.
pub(in crate::operations) async fn tag_instance_profile(
    call: &Call<'_>,
    ask: &TagInstanceProfileRequest,
) -> Result<Recorded<()>, Error> {
    let identities = call.identities().await?;
    let asked = asked_tags(Some(&ask.tags))?;
    let (permit, profile) =
        authorized(call, &identities, &ask.instance_profile_name, RequestTags::Tags(&asked)).await?;
    let tags = tagged(&profile.tags, asked, call.room.quotas.tags)?;
    let updated = InstanceProfileRecord { tags, ..InstanceProfileRecord::clone(&profile) };
    call.commit_silently(permit, identities.change().put(Entity::InstanceProfile(updated))).await
}
