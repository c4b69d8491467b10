use trail::Recorded;

use super::{
    answer,
    question::Question,
    scene::{Actor, Scene},
};
use crate::{
    error::Error,
    room::Call,
    shapes::{SimulateCustomPolicyRequest, SimulatePolicyResponse},
};

/// Tells what the policies in the request would decide.
pub(in crate::operations) async fn simulate_custom_policy(
    call: &Call<'_>,
    ask: &SimulateCustomPolicyRequest,
) -> Result<Recorded<SimulatePolicyResponse>, Error> {
    let identities = call.identities().await?;
    call.authorize_without_resource().await?;
    let question = Question::from(ask);
    question.require_sound()?;
    let actor = match (question.caller, question.resource_policy) {
        (Some(caller), _) => Actor::named(&identities, caller)?,
        (None, None) => Actor::made_up(call.account()),
        (None, Some(_)) => return Err(super::must_name_a_caller()),
    };
    let scene = Scene::build(&question, actor, Vec::new(), None)?;
    answer::tell(call, &question, &scene).await
}
