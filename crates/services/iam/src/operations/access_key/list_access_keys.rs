use trail::Recorded;

use super::shown_status;
use crate::{
    error::Error,
    operations::owner,
    room::Call,
    shapes::{AccessKeyMetadata, ListAccessKeysRequest, ListAccessKeysResponse},
};

/// Tells of a user's access keys, oldest first.
pub(in crate::operations) async fn list_access_keys(
    call: &Call<'_>,
    ask: &ListAccessKeysRequest,
) -> Result<Recorded<ListAccessKeysResponse>, Error> {
    let identities = call.identities().await?;
    let (_permit, owner) = owner::authorized(call, &identities, ask.user_name.as_deref()).await?;
    let keys = identities.access_keys_of(owner.id());
    let place = |created_at: i64, id: &str| format!("{created_at:020} {id}");
    let page = call.page(
        keys,
        |key| place(key.created_at.as_millis(), &key.access_key_id),
        ask.marker.as_deref(),
        ask.max_items,
    )?;
    let user_name = owner.name(&identities);
    let shown = page.items.iter().map(|key| AccessKeyMetadata {
        user_name: Some(user_name.clone()),
        access_key_id: Some(key.access_key_id.clone()),
        status: Some(shown_status(key.status)),
        create_date: Some(key.created_at),
    });
    call.tell(ListAccessKeysResponse {
        access_key_metadata: shown.collect(),
        is_truncated: Some(page.is_truncated()),
        marker: page.marker,
    })
    .await
}
