use trail::{Recorded, Subject};

use super::tagged;
use crate::{
    error::Error,
    room::Call,
    shapes::{ListTagsRequest, ListTagsResponse},
    tags,
};

pub(in crate::operations) async fn list_tags(
    call: &Call<'_>,
    ask: &ListTagsRequest,
) -> Result<Recorded<ListTagsResponse>, Error> {
    let (_, function) = call.open(&tagged(call, &ask.resource)?).await?;
    let answer = ListTagsResponse { tags: Some(tags::shown(&function.details.tags)) };
    call.tell(Some(Subject::function_seen(&function)), answer).await
}
