use std::sync::Arc;

use contract::{Change, Commit, KeyChange};
use trail::{Recorded, Subject};

use super::{authorize_alias, named};
use crate::{
    aliases::{require_name, without_alias},
    error::Error,
    key_keys::KeyUse,
    room::Call,
    shapes::DeleteAliasRequest,
};

/// Takes a key's name away. The key stays as it is, whatever its state.
pub(crate) async fn delete_alias(call: &Call<'_>, ask: &DeleteAliasRequest) -> Result<Recorded<()>, Error> {
    let name = ask.alias_name.as_str();
    require_name(name)?;
    let alias_permit = authorize_alias(call, name).await?;
    let named = named(call, name);
    let found = call.room.look_up(&named).await?.ok_or_else(|| named.not_found())?;
    let permit = call.authorize_key(&found.key(), &KeyUse::default()).await?;
    let before = found.open_key(&permit)?;

    let after = Arc::new(without_alias(&before, name));
    let subject = Subject::key_changed(&after);
    let change = Change::Key(KeyChange::Update { before, after });
    let commit = Commit::under(permit).and_under(alias_permit).change(change)?;
    Ok(call.commit(commit, subject, None, ()).await?)
}
