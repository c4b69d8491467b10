use trail::{Recorded, Subject};

use crate::{
    error::Error,
    policies::{DEFAULT, require_default, shown},
    room::Call,
    shapes::{GetKeyPolicyRequest, GetKeyPolicyResponse},
};

/// A key's policy, as it was put.
pub(crate) async fn get_key_policy(
    call: &Call<'_>,
    ask: &GetKeyPolicyRequest,
) -> Result<Recorded<GetKeyPolicyResponse>, Error> {
    let (_, key) = call.open_own(&ask.key_id).await?;
    require_default(ask.policy_name.as_deref())?;
    let policy = shown(call.room, &key.details.policy).await?;
    let answer = GetKeyPolicyResponse { policy: Some(policy), policy_name: Some(DEFAULT.to_owned()) };
    call.tell(Some(Subject::key_seen(&key)), answer).await
}
