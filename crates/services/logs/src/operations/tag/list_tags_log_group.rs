use trail::{Recorded, Subject};

use crate::{
    error::Error,
    group_id::NamedGroup,
    room::Call,
    shapes::{ListTagsLogGroupRequest, ListTagsLogGroupResponse},
    tags,
};

/// The tags of a group.
pub(crate) async fn list_tags_log_group(
    call: &Call<'_>,
    ask: &ListTagsLogGroupRequest,
) -> Result<Recorded<ListTagsLogGroupResponse>, Error> {
    let (_, group) = call.open(&NamedGroup::of_name(call.caller.scope(), &ask.log_group_name)).await?;
    let answer = ListTagsLogGroupResponse { tags: Some(tags::shown(&group.details.tags)) };
    call.tell(Some(Subject::log_group_seen(&group)), answer).await
}
