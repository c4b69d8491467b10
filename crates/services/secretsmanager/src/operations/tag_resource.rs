use std::sync::Arc;

use contract::{Change, Commit, DecisionSubject, Pick, SecretChange, SecretRecord, Tag};
use gate::RequestTags;
use policy::Permit;
use terms::SecretId;
use trail::{Recorded, Subject};

use crate::{
    error::Error,
    operations::put_secret_value::response_elements,
    room::Call,
    shapes::{self, TagResourceRequest},
    tags, versions,
};

/// Adds tags, or gives known keys new values.
pub(crate) async fn tag_resource(call: &Call<'_>, ask: &TagResourceRequest) -> Result<Recorded<()>, Error> {
    let secret_id = SecretId::parse(&ask.secret_id)?;
    let new = asked_tags(&ask.tags)?;
    tags::check(&new)?;
    let call = &call.with_request_tags(if new.is_empty() { RequestTags::None } else { RequestTags::Tags(&new) });
    let (permit, before) = call.open_to_change(&secret_id, &ask.secret_id, Pick::Labelled).await?;
    call.require_own(&before)?;
    if new.is_empty() {
        return call.tell(Some(Subject::seen(&before)), ()).await;
    }
    let tags = tags::merge(before.tags.as_deref().unwrap_or_default(), &new, &call.room.quotas)?;
    retag(call, permit, &ask.secret_id, before, tags).await
}

/// The tags of a request as they are kept. A key is needed; a tag without a value has an empty one.
pub(crate) fn asked_tags(asked: &[shapes::Tag]) -> Result<Vec<Tag>, Error> {
    let kept = |tag: &shapes::Tag| {
        // Chosen.
        let key = tag.key.clone().ok_or_else(|| Error::invalid_parameter("Each tag must have a key."))?;
        Ok(Tag { key, value: tag.value.clone().unwrap_or_default() })
    };
    asked.iter().map(kept).collect()
}

/// Tags decide who may do what, so nobody tags away their own right to do so.
pub(super) async fn retag(
    call: &Call<'_>,
    permit: Permit,
    asked: &str,
    before: Arc<SecretRecord>,
    tags: Vec<Tag>,
) -> Result<Recorded<()>, Error> {
    let retagged = DecisionSubject { tags: &tags, ..DecisionSubject::of(&before) };
    call.authorize(call.action, &retagged, &asked.into()).await?;
    let after = Arc::new(SecretRecord { tags: Some(tags.into()), ..versions::changed(&before, call.now()) });
    let change = SecretChange::Update { before, after: Arc::clone(&after) };
    let commit = Commit::under(permit).change(Change::Secret(change))?;
    Ok(call.commit(commit, Subject::changed(&after), Some(&response_elements(&after.arn, None)), ()).await?)
}
