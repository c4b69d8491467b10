use contract::KeySubject;
use trail::Recorded;

use super::{FOR_NO_SERVICE, find};
use crate::{
    dry_run::end_dry_run,
    error::Error,
    key_keys::KeyUse,
    room::{Call, next},
    shapes::RevokeGrantRequest,
};

/// Ends a grant, by whom the key's policy allows it.
pub(crate) async fn revoke_grant(call: &Call<'_>, ask: &RevokeGrantRequest) -> Result<Recorded<()>, Error> {
    let asked = KeyUse { members: &[FOR_NO_SERVICE], ..KeyUse::default() };
    let (permit, before) = call.open_for(&ask.key_id, &asked).await?;
    find(&KeySubject::of(&before), &ask.grant_id)?;
    end_dry_run(ask.dry_run)?;

    let mut after = next(&before);
    after.grants.remove(&ask.grant_id);
    call.change_silently(permit, before, after, []).await
}
