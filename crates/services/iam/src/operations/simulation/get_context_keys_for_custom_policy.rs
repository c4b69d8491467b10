use policy::PolicyKind;
use trail::Recorded;

use super::{asked_policy, context_keys};
use crate::{
    error::Error,
    room::Call,
    shapes::{GetContextKeysForCustomPolicyRequest, GetContextKeysForPolicyResponse},
};

/// Tells of which condition keys the policies in the request speak.
pub(in crate::operations) async fn get_context_keys_for_custom_policy(
    call: &Call<'_>,
    ask: &GetContextKeysForCustomPolicyRequest,
) -> Result<Recorded<GetContextKeysForPolicyResponse>, Error> {
    call.authorize_without_resource().await?;
    let mut policies = Vec::new();
    for text in &ask.policy_input_list {
        policies.push(asked_policy(text, PolicyKind::Session)?);
    }
    call.tell(GetContextKeysForPolicyResponse { context_key_names: Some(context_keys(&policies)) }).await
}
