use gate::RequestTags;
use trail::{Recorded, Subject};

use crate::{
    error::Error,
    group_id::NamedGroup,
    room::Call,
    shapes::{ListTagsForResourceRequest, ListTagsForResourceResponse},
    tags,
};

/// The tags of a group.
pub(crate) async fn list_tags_for_resource(
    call: &Call<'_>,
    ask: &ListTagsForResourceRequest,
) -> Result<Recorded<ListTagsForResourceResponse>, Error> {
    let named = NamedGroup::of_arn(&ask.resource_arn)?;
    let (_, group) = call.open_as(&named, named.arn(), RequestTags::None).await?;
    let answer = ListTagsForResourceResponse { tags: Some(tags::shown(&group.details.tags)) };
    call.tell(Some(Subject::log_group_seen(&group)), answer).await
}
