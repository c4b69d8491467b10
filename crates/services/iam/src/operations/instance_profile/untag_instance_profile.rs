use contract::{Entity, InstanceProfileRecord};
use gate::RequestTags;
use trail::Recorded;

use super::authorized;
use crate::{error::Error, room::Call, shapes::UntagInstanceProfileRequest, tags::untagged};

/// Takes tags from an instance profile. Those that it does not have are passed over.
pub(in crate::operations) async fn untag_instance_profile(
    call: &Call<'_>,
    ask: &UntagInstanceProfileRequest,
) -> Result<Recorded<()>, Error> {
    let identities = call.identities().await?;
    let request_tags = RequestTags::Keys(&ask.tag_keys);
    let (permit, profile) = authorized(call, &identities, &ask.instance_profile_name, request_tags).await?;
    let tags = untagged(&profile.tags, &ask.tag_keys);
    let updated = InstanceProfileRecord { tags, ..InstanceProfileRecord::clone(&profile) };
    call.commit_silently(permit, identities.change().put(Entity::InstanceProfile(updated))).await
}
