use contract::{Entity, RoleRecord};
use gate::RequestTags;
use trail::Recorded;

use super::authorized;
use crate::{error::Error, room::Call, shapes::UntagRoleRequest, tags::untagged};

/// Takes tags from a role. Those that it does not have are passed over.
pub(in crate::operations) async fn untag_role(call: &Call<'_>, ask: &UntagRoleRequest) -> Result<Recorded<()>, Error> {
    let identities = call.identities().await?;
    let (permit, role) = authorized(call, &identities, &ask.role_name, RequestTags::Keys(&ask.tag_keys)).await?;
    let updated = RoleRecord { tags: untagged(&role.tags, &ask.tag_keys), ..RoleRecord::clone(&role) };
    call.commit_silently(permit, identities.change().put(Entity::Role(updated))).await
}
