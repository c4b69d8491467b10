use gate::RequestTags;
use trail::Recorded;

use crate::{error::Error, group_id::NamedGroup, room::Call, shapes::TagResourceRequest, tags};

/// Adds tags, or gives known keys new values.
pub(crate) async fn tag_resource(call: &Call<'_>, ask: &TagResourceRequest) -> Result<Recorded<()>, Error> {
    let new = tags::of(&ask.tags)?;
    let named = NamedGroup::of_arn(&ask.resource_arn)?;
    let (permit, before) = call.open_as(&named, named.arn(), RequestTags::of(&new)).await?;
    let tags = tags::merge(&before.details.tags, &new)?;
    call.change(permit, before, [], |details| details.tags = tags).await
}
