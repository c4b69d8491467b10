use contract::Tag;
use gate::RequestTags;
use trail::{Recorded, Subject};

use super::tagged;
use crate::{error::Error, find::Wish, room::Call, shapes::UntagResourceRequest, versions::next};

/// Removes tags by key. Keys that are not there are passed over.
pub(in crate::operations) async fn untag_resource(
    call: &Call<'_>,
    ask: &UntagResourceRequest,
) -> Result<Recorded<()>, Error> {
    let named = tagged(call, &ask.resource)?;
    let wish = Wish { request_tags: RequestTags::Keys(&ask.tag_keys), ..Wish::default() };
    let (permit, before) = call.open_for(&named, &wish).await?;
    let kept = Tag::without(&before.details.tags, &ask.tag_keys);
    if kept.len() == before.details.tags.len() {
        return call.tell(Some(Subject::function_seen(&before)), ()).await;
    }
    let mut after = next(&before);
    after.details.tags = kept;
    call.change_silently(permit, before, after).await
}
