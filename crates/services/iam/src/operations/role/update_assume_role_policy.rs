use contract::{Entity, RoleRecord};
use gate::RequestTags;
use trail::Recorded;

use super::{authorized, kept_trust_policy};
use crate::{error::Error, holder::require_own, room::Call, shapes::UpdateAssumeRolePolicyRequest};

/// Gives a role another trust policy.
pub(in crate::operations) async fn update_assume_role_policy(
    call: &Call<'_>,
    ask: &UpdateAssumeRolePolicyRequest,
) -> Result<Recorded<()>, Error> {
    let identities = call.identities().await?;
    let (permit, role) = authorized(call, &identities, &ask.role_name, RequestTags::None).await?;
    require_own(&role)?;
    let trust_policy = kept_trust_policy(call, &identities, &ask.policy_document).await?;
    let updated = RoleRecord { trust_policy, ..RoleRecord::clone(&role) };
    call.commit_silently(permit, identities.change().put(Entity::Role(updated))).await
}
