use gate::RequestTags;
use trail::{Recorded, Subject};

use crate::{
    error::Error,
    key_keys::KeyUse,
    room::{Call, next},
    shapes::TagResourceRequest,
    states::require_not_pending_deletion,
    tags,
};

/// Adds tags, or gives known keys new values.
pub(crate) async fn tag_resource(call: &Call<'_>, ask: &TagResourceRequest) -> Result<Recorded<()>, Error> {
    let new = tags::of(&ask.tags);
    tags::check(&new)?;
    let asked = KeyUse { request_tags: RequestTags::of(&new), ..KeyUse::default() };
    let (permit, before) = call.open_own_for(&ask.key_id, &asked).await?;
    require_not_pending_deletion(&before.arn, before.details.state)?;
    let tags = tags::merge(&before.details.tags, &new)?;
    if tags == before.details.tags {
        return call.tell(Some(Subject::key_seen(&before)), ()).await;
    }
    let mut after = next(&before);
    after.details.tags = tags;
    call.change_silently(permit, before, after, []).await
}
