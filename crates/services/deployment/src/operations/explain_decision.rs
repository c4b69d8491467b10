use gate::{Target, Told};
use policy::{Answer, LayerAnswer, NearMiss, Resource};
use trail::Recorded;

use crate::{
    error::Error,
    room::Call,
    shapes::{
        self, AnswerType, DecisionEntry, ExplainDecisionRequest, ExplainDecisionResponse, LayerEntry, OutcomeType,
    },
    statements::{layer_type, shown, statement_of},
};

/// Tells how a recent request of the caller's account was decided, and by what.
pub(crate) async fn explain_decision(
    call: &Call<'_>,
    ask: &ExplainDecisionRequest,
) -> Result<Recorded<ExplainDecisionResponse>, Error> {
    call.authorize(call.action, &Target::new(&Resource::Every)).await?;
    let told = call.room.gate.told_of(call.caller.account(), &ask.id);
    if told.is_empty() {
        return Err(Error::ResourceNotFound(format!(
            "No recent decision of this account belongs to {}. Decisions of the last hours are kept, as far as there is \
             room for them.",
            ask.id
        )));
    }
    let decisions = told.iter().map(|told| decision(call, told)).collect::<Result<_, _>>()?;
    call.tell(None, ExplainDecisionResponse { decisions: Some(decisions) }).await
}

fn decision(call: &Call<'_>, told: &Told) -> Result<DecisionEntry, Error> {
    let resource = match &told.resource {
        Resource::One { arn, .. } => arn,
        Resource::Every => "*",
    };
    let explanation = told.refusal();
    let statements = told.statements();
    let near_misses = explanation
        .map(|explanation| explanation.near_misses.iter().map(|missed| near_miss(missed, resource)).collect());
    let encoded_message = call.room.messages.seal(call.caller.account(), told, &*call.room.entropy)?;
    Ok(DecisionEntry {
        time: Some(told.at),
        request_id: Some(told.request_id.to_string()),
        event_id: Some(told.event_id.to_string()),
        principal: Some(told.principal()),
        action: Some(told.action.to_string()),
        resource: Some(resource.to_owned()),
        outcome: Some(if explanation.is_some() { OutcomeType::Denied } else { OutcomeType::Allowed }),
        message: told.message(),
        layers: explanation.map(|explanation| explanation.layers.iter().map(layer).collect()),
        statements: Some(statements.iter().map(|matched| shown(matched, resource)).collect()),
        has_more_statements: told.is_cut().then_some(true),
        near_misses,
        missing_keys: explanation.map(|explanation| explanation.missing_keys.clone()),
        encoded_message: Some(encoded_message),
    })
}

fn layer(answer: &LayerAnswer) -> LayerEntry {
    LayerEntry {
        layer: Some(layer_type(answer.layer)),
        answer: Some(match answer.answer {
            Answer::Allowed => AnswerType::Allowed,
            Answer::ExplicitDeny => AnswerType::ExplicitDeny,
            Answer::ImplicitDeny => AnswerType::ImplicitDeny,
        }),
        is_required: Some(answer.is_required),
    }
}

fn near_miss(missed: &NearMiss, resource: &str) -> shapes::NearMiss {
    let NearMiss { source, statement, sid, effect, layer, operator, key } = missed;
    shapes::NearMiss {
        statement: Some(statement_of(source, *statement, sid.as_deref(), *effect, *layer, resource)),
        operator: Some(operator.clone()),
        key: Some(key.clone()),
    }
}
