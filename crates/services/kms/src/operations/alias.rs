//! Aliases: names for keys, which may move from one to another.

pub(super) mod create_alias;
pub(super) mod delete_alias;
pub(super) mod list_aliases;
pub(super) mod update_alias;

use std::sync::Arc;

use contract::{KeyRecord, alias_arn};
use gate::{Keys, Target};
use policy::{Permit, Resource};

use crate::{
    error::Error,
    key_id::{Name, NamedKey},
    room::Call,
    states::require_not_pending_deletion,
};

/// May the caller do this to the alias? It has no policy of its own: identity policies decide. The key has, and is asked
/// beside it.
async fn authorize_alias(call: &Call<'_>, name: &str) -> Result<Permit, Error> {
    let account = call.caller.account();
    let arn: Arc<str> = alias_arn(call.caller.scope(), name).into();
    let resource = Resource::One { asked: Arc::clone(&arn), arn, account };
    let keys = [("kms:calleraccount", account.as_str())];
    let keys = Keys(&keys);
    let target = Target::new(&resource).with_keys(&keys);
    Ok(call.room.gate.authorize(call.context, call.caller, call.action, &target).await?)
}

/// The key that an alias is to name.
async fn open_target(call: &Call<'_>, key: &str) -> Result<(Permit, Arc<KeyRecord>), Error> {
    if NamedKey::parse(call.caller.scope(), key)?.is_alias() {
        return Err(Error::Validation("Aliases must refer to keys. Not aliases".to_owned()));
    }
    let (permit, target) = call.open_own(key).await?;
    require_not_pending_deletion(&target.arn, target.details.state)?;
    Ok((permit, target))
}

/// An alias of the caller's account and Region.
fn named(call: &Call<'_>, name: &str) -> NamedKey {
    NamedKey { scope: call.caller.scope(), name: Name::Alias(name.to_owned()) }
}
