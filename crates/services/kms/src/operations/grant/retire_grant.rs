use std::sync::Arc;

use contract::{Guarded, KeyRecord, KeyState};
use trail::Recorded;

use super::find;
use crate::{
    dry_run::end_dry_run,
    error::Error,
    grant_tokens::invalid_token,
    grants::{constraint_name, pairs_of},
    key_keys::KeyUse,
    room::{Call, next},
    shapes::RetireGrantRequest,
};

/// Ends a grant, by whom it names for that. The key's policy may allow it to others.
pub(crate) async fn retire_grant(call: &Call<'_>, ask: &RetireGrantRequest) -> Result<Recorded<()>, Error> {
    let (found, grant_id) = which(call, ask).await?;
    let grant = found.key().grants.get(&grant_id).map(|grant| &**grant);
    let constraint = grant.and_then(|grant| grant.constraint.as_ref());
    let members: Vec<_> =
        constraint.iter().map(|constraint| ("grantconstrainttype", constraint_name(constraint))).collect();
    let asked = KeyUse { encryption_context: pairs_of(constraint), members: &members, grant, ..KeyUse::default() };
    let permit = call.authorize_key(&found.key(), &asked).await?;
    find(&found.key(), &grant_id)?;
    let before = found.open_key(&permit)?;
    end_dry_run(ask.dry_run)?;

    let mut after = next(&before);
    after.grants.remove(&grant_id);
    call.change_silently(permit, before, after, []).await
}

/// By its token, or by its key and its id.
async fn which(call: &Call<'_>, ask: &RetireGrantRequest) -> Result<(Guarded<Arc<KeyRecord>>, String), Error> {
    match (&ask.grant_token, &ask.key_id, &ask.grant_id) {
        (Some(token), None, None) => {
            let named = call.room.open_grant_token(token)?;
            if named.region != call.caller.region() {
                return Err(invalid_token());
            }
            let found = call.room.store.key(named.region, named.key.bits).await?;
            let found =
                found.filter(|found| found.key().id == named.key && found.key().details.state != KeyState::Deleted);
            Ok((found.ok_or_else(invalid_token)?, named.grant_id))
        }
        (None, Some(key), Some(grant_id)) => Ok((call.find_by_id(key).await?, grant_id.clone())),
        // The text is chosen.
        _ => {
            let text = "Specify either a grant token, or the key and the id of a grant.";
            Err(Error::Validation(text.to_owned()))
        }
    }
}
