use contract::Tag;
use gate::RequestTags;
use trail::Recorded;

use crate::{error::Error, group_id::NamedGroup, room::Call, shapes::UntagLogGroupRequest, tags};

/// Removes tags by key. Keys that are not there are passed over.
pub(crate) async fn untag_log_group(call: &Call<'_>, ask: &UntagLogGroupRequest) -> Result<Recorded<()>, Error> {
    tags::require_own(ask.tags.iter())?;
    let named = NamedGroup::of_name(call.caller.scope(), &ask.log_group_name);
    let (permit, before) = call.open_as(&named, named.resource(), RequestTags::Keys(&ask.tags)).await?;
    let kept = Tag::without(&before.details.tags, &ask.tags);
    call.change(permit, before, [], |details| details.tags = kept).await
}
