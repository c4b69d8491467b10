use contract::Tag;
use gate::RequestTags;
use trail::{Recorded, Subject};

use crate::{
    error::Error,
    key_keys::KeyUse,
    room::{Call, next},
    shapes::UntagResourceRequest,
    states::require_not_pending_deletion,
    tags,
};

/// Removes tags by key. Keys that are not there are passed over.
pub(crate) async fn untag_resource(call: &Call<'_>, ask: &UntagResourceRequest) -> Result<Recorded<()>, Error> {
    tags::check_keys(&ask.tag_keys)?;
    let asked = KeyUse { request_tags: RequestTags::Keys(&ask.tag_keys), ..KeyUse::default() };
    let (permit, before) = call.open_own_for(&ask.key_id, &asked).await?;
    require_not_pending_deletion(&before.arn, before.details.state)?;
    let kept = Tag::without(&before.details.tags, &ask.tag_keys);
    if kept.len() == before.details.tags.len() {
        return call.tell(Some(Subject::key_seen(&before)), ()).await;
    }
    let mut after = next(&before);
    after.details.tags = kept;
    call.change_silently(permit, before, after, []).await
}
