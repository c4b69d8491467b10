use contract::{Pick, Tag};
use gate::RequestTags;
use terms::SecretId;
use trail::{Recorded, Subject};

use crate::{error::Error, operations::tag_resource::retag, room::Call, shapes::UntagResourceRequest, tags};

/// Removes tags by key. Keys that are not there are passed over.
pub(crate) async fn untag_resource(call: &Call<'_>, ask: &UntagResourceRequest) -> Result<Recorded<()>, Error> {
    let secret_id = SecretId::parse(&ask.secret_id)?;
    tags::check_keys(&ask.tag_keys)?;
    let call = &call.with_request_tags(RequestTags::Keys(&ask.tag_keys));
    let (permit, before) = call.open_to_change(&secret_id, &ask.secret_id, Pick::Labelled).await?;
    call.require_own(&before)?;
    let old = before.tags.as_deref().unwrap_or_default();
    let kept = Tag::without(old, &ask.tag_keys);
    if kept.len() == old.len() {
        return call.tell(Some(Subject::seen(&before)), ()).await;
    }
    retag(call, permit, &ask.secret_id, before, kept).await
}
