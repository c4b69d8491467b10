use std::sync::Arc;

use policy::{Policy, PolicyKind};
use trail::Recorded;

use super::{asked_policy, context_keys, holdings, source};
use crate::{
    error::Error,
    room::Call,
    shapes::{GetContextKeysForPolicyResponse, GetContextKeysForPrincipalPolicyRequest},
};

/// Tells of which condition keys the policies of a user, a group or a role speak, and those in the request.
pub(in crate::operations) async fn get_context_keys_for_principal_policy(
    call: &Call<'_>,
    ask: &GetContextKeysForPrincipalPolicyRequest,
) -> Result<Recorded<GetContextKeysForPolicyResponse>, Error> {
    let identities = call.identities().await?;
    let (permit, holder) = source::authorized(call, &identities, &ask.policy_source_arn).await?;
    permit.covers_resource(holder.arn())?;
    let mut policies: Vec<Arc<Policy>> = Vec::new();
    for holding in holdings::of(&identities, &holder) {
        policies.push(holding.document.compiled(PolicyKind::Identity)?);
    }
    for text in ask.policy_input_list.as_deref().unwrap_or_default() {
        policies.push(Arc::new(asked_policy(text, PolicyKind::Session)?));
    }
    let keys = context_keys(policies.iter().map(|policy| &**policy));
    call.tell(GetContextKeysForPolicyResponse { context_key_names: Some(keys) }).await
}
