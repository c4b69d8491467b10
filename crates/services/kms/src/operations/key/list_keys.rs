use std::sync::Arc;

use contract::KeyRecord;
use trail::Recorded;

use crate::{
    error::Error,
    paging::limit_or,
    room::Call,
    shapes::{KeyListEntry, ListKeysRequest, ListKeysResponse, ResourceOwnerType},
};

/// Every key of the account and Region, the managed ones too.
pub(crate) async fn list_keys(call: &Call<'_>, ask: &ListKeysRequest) -> Result<Recorded<ListKeysResponse>, Error> {
    let permit = call.authorize_every(call.action).await?;
    let keys = call.room.store.keys(call.caller.scope()).await?.open(&permit, call.action)?;
    // No account shares keys with another: there is no Resource Access Manager.
    let is_own = |owners: &Vec<ResourceOwnerType>| owners.contains(&ResourceOwnerType::ThisAccount);
    let keys = if ask.resource_owners.as_ref().is_none_or(is_own) { keys } else { Vec::new() };
    // As the list is sorted: whether an id is one of several Regions does not count before its bits.
    let place = |key: &Arc<KeyRecord>| format!("{:032x}", u128::from_be_bytes(key.id.bits));
    let page = call.page(keys, place, ask.marker.as_deref(), limit_or(ask.limit, 100))?;
    let entry =
        |key: &Arc<KeyRecord>| KeyListEntry { key_id: Some(key.id.to_string()), key_arn: Some(key.arn.to_string()) };
    let answer = ListKeysResponse {
        keys: Some(page.items.iter().map(entry).collect()),
        truncated: Some(page.is_truncated()),
        next_marker: page.marker,
    };
    call.tell(None, answer).await
}
