use gate::RequestTags;
use trail::Recorded;

use crate::{error::Error, group_id::NamedGroup, room::Call, shapes::TagLogGroupRequest, tags};

/// Adds tags, or gives known keys new values.
pub(crate) async fn tag_log_group(call: &Call<'_>, ask: &TagLogGroupRequest) -> Result<Recorded<()>, Error> {
    let new = tags::of(&ask.tags)?;
    let named = NamedGroup::of_name(call.caller.scope(), &ask.log_group_name);
    let (permit, before) = call.open_as(&named, named.resource(), RequestTags::of(&new)).await?;
    let tags = tags::merge(&before.details.tags, &new)?;
    call.change(permit, before, [], |details| details.tags = tags).await
}
