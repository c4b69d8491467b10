use contract::{Entity, UserRecord};
use gate::RequestTags;
use trail::Recorded;

use super::authorized_with;
use crate::{error::Error, room::Call, shapes::UntagUserRequest, tags::untagged};

/// Takes tags from a user. Those that it does not have are no matter.
pub(in crate::operations) async fn untag_user(call: &Call<'_>, ask: &UntagUserRequest) -> Result<Recorded<()>, Error> {
    let identities = call.identities().await?;
    let (permit, user) = authorized_with(call, &identities, &ask.user_name, RequestTags::Keys(&ask.tag_keys)).await?;
    let tags = untagged(&user.tags, &ask.tag_keys);
    let change = identities.change().put(Entity::User(UserRecord { tags, ..UserRecord::clone(&user) }));
    call.commit_silently(permit, change).await
}
