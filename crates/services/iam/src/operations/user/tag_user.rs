use contract::{Entity, UserRecord};
use gate::RequestTags;
use trail::Recorded;

use super::authorized_with;
use crate::{
    error::Error,
    room::Call,
    shapes::TagUserRequest,
    tags::{asked_tags, tagged},
};

/// Puts tags over those that a user has.
pub(in crate::operations) async fn tag_user(call: &Call<'_>, ask: &TagUserRequest) -> Result<Recorded<()>, Error> {
    let identities = call.identities().await?;
    let tags = asked_tags(Some(&ask.tags))?;
    let (permit, user) = authorized_with(call, &identities, &ask.user_name, RequestTags::Tags(&tags)).await?;
    let tags = tagged(&user.tags, tags, call.room.quotas.tags)?;
    let change = identities.change().put(Entity::User(UserRecord { tags, ..UserRecord::clone(&user) }));
    call.commit_silently(permit, change).await
}
