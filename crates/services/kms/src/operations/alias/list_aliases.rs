use std::sync::Arc;

use contract::{AliasRecord, KeyRecord, alias_arn};
use trail::Recorded;

use crate::{
    error::Error,
    key_id::{Name, NamedKey, invalid_key_id},
    room::Call,
    shapes::{AliasListEntry, ListAliasesRequest, ListAliasesResponse},
};

const LIMIT_DEFAULT: usize = 50;
/// More may be asked for, and is not told at once.
const LIMIT_MAX: usize = 100;

/// The aliases of one key, or of all keys of the account in the Region, AWS's own among them.
pub(crate) async fn list_aliases(
    call: &Call<'_>,
    ask: &ListAliasesRequest,
) -> Result<Recorded<ListAliasesResponse>, Error> {
    let permit = call.authorize_every(call.action).await?;
    let keys = call.room.store.keys(call.caller.scope()).await?.open(&permit, call.action)?;
    let keys = match &ask.key_id {
        Some(key_id) => vec![find_among(call, keys, key_id)?],
        None => keys,
    };
    let mut aliases: Vec<(&KeyRecord, &AliasRecord)> =
        keys.iter().flat_map(|key| key.aliases.iter().map(move |alias| (&**key, alias))).collect();
    aliases.sort_by_key(|(_, alias)| &alias.name);

    let limit = ask.limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(LIMIT_DEFAULT).min(LIMIT_MAX);
    let page = call.page(aliases, |(_, alias)| alias.name.clone(), ask.marker.as_deref(), limit)?;
    let answer = ListAliasesResponse {
        truncated: Some(page.is_truncated()),
        aliases: Some(page.items.into_iter().map(|(key, alias)| entry(key, alias)).collect()),
        next_marker: page.marker,
    };
    call.tell(None, answer).await
}

/// No other account's key is among them, whether there is such a one or not.
fn find_among(call: &Call<'_>, keys: Vec<Arc<KeyRecord>>, key_id: &str) -> Result<Arc<KeyRecord>, Error> {
    let named = NamedKey::parse(call.caller.scope(), key_id)?;
    let Name::Id(id) = named.name else { return Err(invalid_key_id(key_id)) };
    let found = keys.into_iter().find(|key| key.id == id && key.scope == named.scope);
    found.ok_or_else(|| named.not_found())
}

fn entry(key: &KeyRecord, alias: &AliasRecord) -> AliasListEntry {
    AliasListEntry {
        alias_name: Some(alias.name.clone()),
        alias_arn: Some(alias_arn(key.scope, &alias.name)),
        target_key_id: Some(key.id.to_string()),
        creation_date: Some(alias.created_at),
        last_updated_date: Some(alias.updated_at),
    }
}
