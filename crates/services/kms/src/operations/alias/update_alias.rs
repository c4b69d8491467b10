use std::sync::Arc;

use contract::{Change, Commit, KeyChange, KeyRecord};
use policy::Permit;
use trail::{Recorded, Subject};

use super::{authorize_alias, named, open_target};
use crate::{
    aliases::{require_name, require_room_for_one_more, require_same_kind, with_alias, without_alias},
    error::Error,
    key_keys::KeyUse,
    room::Call,
    shapes::UpdateAliasRequest,
};

/// Moves an alias from the key that it names to another one.
pub(crate) async fn update_alias(call: &Call<'_>, ask: &UpdateAliasRequest) -> Result<Recorded<()>, Error> {
    let name = ask.alias_name.as_str();
    require_name(name)?;
    let alias_permit = authorize_alias(call, name).await?;
    let (from_permit, from) = open_named(call, name).await?;
    let (permit, to) = open_target(call, &ask.target_key_id).await?;
    require_same_kind(&from, &to)?;
    let commit = Commit::under(permit).and_under(alias_permit);

    let alias = from.aliases.iter().find(|alias| alias.name == name);
    let created_at = alias.map_or(call.now(), |alias| alias.created_at);
    let after = Arc::new(with_alias(&to, name, created_at, call.now()));
    let subject = Subject::key_changed(&after);
    let gain = |before| Change::Key(KeyChange::Update { before, after });
    if from.uid == to.uid {
        return Ok(call.commit(commit.change(gain(to))?, subject, None, ()).await?);
    }
    require_room_for_one_more(&to)?;
    let left = Arc::new(without_alias(&from, name));
    let also = [Subject::key_changed(&left)];
    let loss = Change::Key(KeyChange::Update { before: from, after: left });
    // Taken first, so that it is free to be given.
    let commit = commit.and_under(from_permit).change(loss)?.change(gain(to))?;
    Ok(call.commit(commit, (subject, &also[..]), None, ()).await?)
}

/// The key that the alias leaves. Whatever its state, it lets go.
async fn open_named(call: &Call<'_>, name: &str) -> Result<(Permit, Arc<KeyRecord>), Error> {
    let named = named(call, name);
    let found = call.room.look_up(&named).await?.ok_or_else(|| named.not_found())?;
    let permit = call.authorize_key(&found.key(), &KeyUse::default()).await?;
    let key = found.open_key(&permit)?;
    Ok((permit, key))
}
