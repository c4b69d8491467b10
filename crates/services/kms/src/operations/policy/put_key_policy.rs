use contract::{KeyDetails, KeyRecord};
use trail::Recorded;

use crate::{
    error::Error,
    key_keys::KeyUse,
    policies::{candidate, lockout::require_manageable, require_default},
    room::{Call, next},
    shapes::PutKeyPolicyRequest,
};

/// Replaces a key's policy.
pub(crate) async fn put_key_policy(call: &Call<'_>, ask: &PutKeyPolicyRequest) -> Result<Recorded<()>, Error> {
    let bypass = ask.bypass_policy_lockout_safety_check;
    let members = [("bypasspolicylockoutsafetycheck", if bypass == Some(true) { "true" } else { "false" })];
    let asked = KeyUse { members: &members, ..KeyUse::default() };
    let (permit, before) = call.open_own_for(&ask.key_id, &asked).await?;
    require_default(ask.policy_name.as_deref())?;
    let policy = candidate(call.room, &ask.policy).await?;
    let after = KeyRecord { details: KeyDetails { policy, ..before.details.clone() }, ..next(&before) };
    require_manageable(call, &after, bypass).await?;
    call.change_silently(permit, before, after, []).await
}
