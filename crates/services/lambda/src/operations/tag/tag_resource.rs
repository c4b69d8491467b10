use gate::RequestTags;
use trail::Recorded;

use super::tagged;
use crate::{error::Error, find::Wish, room::Call, shapes::TagResourceRequest, tags, versions::next};

/// Adds tags, or gives those that are there other values.
pub(in crate::operations) async fn tag_resource(
    call: &Call<'_>,
    ask: &TagResourceRequest,
) -> Result<Recorded<()>, Error> {
    let named = tagged(call, &ask.resource)?;
    let new = tags::of(&ask.tags)?;
    let wish = Wish { request_tags: RequestTags::of(&new), ..Wish::default() };
    let (permit, before) = call.open_for(&named, &wish).await?;
    let mut after = next(&before);
    after.details.tags = tags::merge(&before.details.tags, &new)?;
    call.change_silently(permit, before, after).await
}
