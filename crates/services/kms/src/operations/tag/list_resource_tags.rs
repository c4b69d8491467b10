use contract::Tag;
use trail::{Recorded, Subject};

use crate::{
    error::Error,
    paging::limit_or,
    room::Call,
    shapes::{ListResourceTagsRequest, ListResourceTagsResponse},
    tags,
};

/// More may be asked for, and is not told at once.
const LIMIT_MAX: usize = 50;

/// The tags of a key, by key.
pub(crate) async fn list_resource_tags(
    call: &Call<'_>,
    ask: &ListResourceTagsRequest,
) -> Result<Recorded<ListResourceTagsResponse>, Error> {
    let (_, key) = call.open_own(&ask.key_id).await?;
    let mut sorted: Vec<&Tag> = key.details.tags.iter().collect();
    sorted.sort_by(|a, b| a.key.cmp(&b.key));
    let page =
        call.page(sorted, |tag| tag.key.clone(), ask.marker.as_deref(), limit_or(ask.limit, LIMIT_MAX).min(LIMIT_MAX))?;
    let answer = ListResourceTagsResponse {
        tags: Some(page.items.iter().map(|tag| tags::shown(tag)).collect()),
        truncated: Some(page.is_truncated()),
        next_marker: page.marker,
    };
    call.tell(Some(Subject::key_seen(&key)), answer).await
}
