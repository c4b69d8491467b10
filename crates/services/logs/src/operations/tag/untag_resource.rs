use contract::Tag;
use gate::RequestTags;
use trail::Recorded;

use crate::{error::Error, group_id::NamedGroup, room::Call, shapes::UntagResourceRequest, tags};

/// Removes tags by key. Keys that are not there are passed over.
pub(crate) async fn untag_resource(call: &Call<'_>, ask: &UntagResourceRequest) -> Result<Recorded<()>, Error> {
    tags::require_own(ask.tag_keys.iter())?;
    let named = NamedGroup::of_arn(&ask.resource_arn)?;
    let (permit, before) = call.open_as(&named, named.arn(), RequestTags::Keys(&ask.tag_keys)).await?;
    let kept = Tag::without(&before.details.tags, &ask.tag_keys);
    call.change(permit, before, [], |details| details.tags = kept).await
}
