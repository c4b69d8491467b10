use std::sync::Arc;

use contract::{Change, Commit, KeyChange, alias_arn};
use trail::{Recorded, Subject};

use super::{authorize_alias, named, open_target};
use crate::{
    aliases::{require_name, require_room_for_one_more, with_alias},
    error::Error,
    room::Call,
    shapes::CreateAliasRequest,
};

/// Gives a key a name that is free.
pub(crate) async fn create_alias(call: &Call<'_>, ask: &CreateAliasRequest) -> Result<Recorded<()>, Error> {
    let name = ask.alias_name.as_str();
    require_name(name)?;
    let alias_permit = authorize_alias(call, name).await?;
    let (permit, before) = open_target(call, &ask.target_key_id).await?;
    if call.room.look_up(&named(call, name)).await?.is_some() {
        let text = format!("An alias with the name {} already exists", alias_arn(before.scope, name));
        return Err(Error::refused("AlreadyExistsException", text));
    }
    require_room_for_one_more(&before)?;

    let after = Arc::new(with_alias(&before, name, call.now(), call.now()));
    let subject = Subject::key_changed(&after);
    let change = Change::Key(KeyChange::Update { before, after });
    let commit = Commit::under(permit).and_under(alias_permit).change(change)?;
    Ok(call.commit(commit, subject, None, ()).await?)
}
