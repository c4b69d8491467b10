use trail::Recorded;

use super::{
    answer,
    exclusion::Exclusions,
    holdings,
    question::Question,
    scene::{Actor, Scene},
    source,
};
use crate::{
    error::Error,
    holder::Holder,
    room::Call,
    shapes::{SimulatePolicyResponse, SimulatePrincipalPolicyRequest},
};

/// Tells what a user, a group or a role may do, with the policies that it has and those that the request adds.
pub(in crate::operations) async fn simulate_principal_policy(
    call: &Call<'_>,
    ask: &SimulatePrincipalPolicyRequest,
) -> Result<Recorded<SimulatePolicyResponse>, Error> {
    let identities = call.identities().await?;
    let (permit, holder) = source::authorized(call, &identities, &ask.policy_source_arn).await?;
    permit.covers_resource(holder.arn())?;
    let question = Question::from(ask);
    question.require_sound()?;
    let exclusions = Exclusions::of(ask.policy_exclusion_list.as_deref())?;
    let actor = match (question.caller, &holder) {
        (Some(caller), _) => Actor::named(&identities, caller)?,
        (None, Holder::Group(_) | Holder::Role(_)) if question.resource_policy.is_some() => {
            return Err(super::must_name_a_caller());
        }
        (None, _) => Actor::of(&identities, &holder)?,
    };
    let mut held = holdings::of(&identities, &holder);
    held.retain(|holding| !exclusions.excludes(&holding.origin));
    let boundary = holder.boundary().filter(|arn| !exclusions.excludes_boundary(arn));
    let boundary = boundary.map(|arn| holdings::managed(&identities, arn));
    let scene = Scene::build(&question, actor, held, boundary)?;
    answer::tell(call, &question, &scene).await
}
