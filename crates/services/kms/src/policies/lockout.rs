//! The lockout safety check: whoever sets a key policy must be able to set it again.

use contract::{KeyRecord, KeySubject};
use policy::Action;

use crate::{error::Error, key_keys::KeyUse, room::Call};

const PUT_KEY_POLICY: Action = Action::new("kms:PutKeyPolicy");

/// Refuses a key, with its new policy, whose policy the caller could not change again: directly, or as one of the
/// account to which the policy leaves it. `bypass` is `BypassPolicyLockoutSafetyCheck`.
pub(crate) async fn require_manageable(call: &Call<'_>, after: &KeyRecord, bypass: Option<bool>) -> Result<(), Error> {
    let asked = KeyUse { members: &[("bypasspolicylockoutsafetycheck", "false")], ..KeyUse::default() };
    let subject = KeySubject::of(after);
    if bypass == Some(true) || call.room.may_use_key(call.asker(), PUT_KEY_POLICY, &subject, &asked).await? {
        return Ok(());
    }
    let text = "The new key policy will not allow you to update the key policy in the future.";
    Err(Error::refused("MalformedPolicyDocumentException", text))
}
