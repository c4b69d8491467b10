use contract::{Entity, RoleRecord};
use gate::RequestTags;
use trail::Recorded;

use super::authorized;
use crate::{
    error::Error,
    room::Call,
    shapes::TagRoleRequest,
    tags::{asked_tags, tagged},
};

/// Puts tags on a role.
pub(in crate::operations) async fn tag_role(call: &Call<'_>, ask: &TagRoleRequest) -> Result<Recorded<()>, Error> {
    let identities = call.identities().await?;
    let asked = asked_tags(Some(&ask.tags))?;
    let (permit, role) = authorized(call, &identities, &ask.role_name, RequestTags::Tags(&asked)).await?;
    let tags = tagged(&role.tags, asked, call.room.quotas.tags)?;
    let updated = RoleRecord { tags, ..RoleRecord::clone(&role) };
    call.commit_silently(permit, identities.change().put(Entity::Role(updated))).await
}
