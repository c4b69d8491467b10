//! How a simulated decision is told.

use std::collections::BTreeMap;

use policy::{Answer, Effect, Explanation, Layer, Matched, Span, Verdict};
use trail::Recorded;

use super::{question::Question, scene::Scene};
use crate::{
    error::Error,
    room::Call,
    shapes::{
        EvaluationResult, OrganizationsDecisionDetail, PermissionsBoundaryDecisionDetail,
        PolicyEvaluationDecisionType as Decision, Position, ResourceSpecificResult, SimulatePolicyResponse, Statement,
    },
};

/// Every action with every resource.
pub(super) async fn tell(
    call: &Call<'_>,
    question: &Question<'_>,
    scene: &Scene,
) -> Result<Recorded<SimulatePolicyResponse>, Error> {
    let resources = question.resources();
    let pairs = question.actions.iter().flat_map(|action| resources.iter().map(move |resource| (action, *resource)));
    let pairs = (0_usize..).zip(pairs);
    let max_items = question.max_items.unwrap_or(PAIRS_MAX).min(pairs_at_once(scene));
    let page = call.page(pairs, |(number, _)| format!("{number:010}"), question.marker, Some(max_items))?;
    let (is_truncated, marker) = (page.is_truncated(), page.marker);
    let results = page.items.into_iter().map(|(_, (action, resource))| result(scene, question, action, resource));
    let evaluation_results = Some(results.collect());
    call.tell(SimulatePolicyResponse { evaluation_results, is_truncated: Some(is_truncated), marker }).await
}

/// AWS's page, and what is looked at for one page at the most: long policies make short pages.
const PAIRS_MAX: i32 = 100;
const STATEMENTS_MAX: usize = 100_000;

fn pairs_at_once(scene: &Scene) -> i32 {
    let pairs = STATEMENTS_MAX.checked_div(scene.statements()).unwrap_or(STATEMENTS_MAX);
    i32::try_from(pairs).unwrap_or(i32::MAX).max(1)
}

fn result(scene: &Scene, question: &Question<'_>, action: &str, resource: &str) -> EvaluationResult {
    let explanation = scene.explain(question, action, resource);
    let decision = decision(&explanation);
    let matched = matched(scene, &explanation);
    let boundary = || allowed_by(&explanation, Layer::Boundary, scene.has_boundary());
    let permissions_boundary_decision_detail =
        boundary().map(|is| PermissionsBoundaryDecisionDetail { allowed_by_permissions_boundary: Some(is) });
    let organizations = allowed_by(&explanation, Layer::ServiceControl, scene.has_organization());
    let is_across = scene.is_across_accounts(question, resource);
    let details = if is_across { details(&explanation) } else { BTreeMap::new() };
    let told = EvaluationResult {
        eval_action_name: action.to_owned(),
        eval_resource_name: Some(resource.to_owned()),
        eval_decision: decision,
        matched_statements: Some(matched.clone()),
        missing_context_values: Some(explanation.missing_keys.clone()),
        organizations_decision_detail: organizations
            .map(|is| OrganizationsDecisionDetail { allowed_by_organizations: Some(is) }),
        permissions_boundary_decision_detail: permissions_boundary_decision_detail.clone(),
        eval_decision_details: None,
        resource_specific_results: None,
    };
    if resource == "*" {
        return told;
    }
    let specific = ResourceSpecificResult {
        eval_resource_name: resource.to_owned(),
        eval_resource_decision: decision,
        matched_statements: Some(matched.clone()),
        missing_context_values: Some(explanation.missing_keys),
        eval_decision_details: is_across.then(|| details.clone()),
        permissions_boundary_decision_detail,
    };
    EvaluationResult {
        // What matched and yet allowed nothing is told of the resource only.
        matched_statements: Some(if decision == Decision::ImplicitDeny { Vec::new() } else { matched }),
        missing_context_values: Some(Vec::new()),
        // An organization that denies ends the evaluation.
        eval_decision_details: (organizations != Some(false)).then_some(details),
        resource_specific_results: Some(vec![specific]),
        ..told
    }
}

fn decision(explanation: &Explanation) -> Decision {
    match explanation.verdict {
        Verdict::Allowed => Decision::Allowed,
        Verdict::Denied(cause) if cause.is_explicit => Decision::ExplicitDeny,
        Verdict::Denied(_) => Decision::ImplicitDeny,
    }
}

fn answer_of(explanation: &Explanation, layer: Layer) -> Option<Answer> {
    explanation.layers.iter().find(|told| told.layer == layer).map(|told| told.answer)
}

/// None where there is no such policy.
fn allowed_by(explanation: &Explanation, layer: Layer, is_there: bool) -> Option<bool> {
    is_there.then(|| answer_of(explanation, layer) == Some(Answer::Allowed))
}

/// What each kind of policy says, for a resource of another account.
fn details(explanation: &Explanation) -> BTreeMap<String, Decision> {
    let kinds = [
        (Layer::Identity, "IAM Policy"),
        (Layer::Resource, "Resource Policy"),
        (Layer::Boundary, "Permissions Boundary Policy"),
    ];
    let told = kinds.into_iter().filter_map(|(layer, name)| {
        let decision = match answer_of(explanation, layer)? {
            Answer::Allowed => Decision::Allowed,
            Answer::ExplicitDeny => Decision::ExplicitDeny,
            Answer::ImplicitDeny => Decision::ImplicitDeny,
        };
        Some((name.to_owned(), decision))
    });
    told.collect()
}

/// Of a kind of policy that denies, the statements that deny; of any other, those that allow. A boundary grants
/// nothing, so that only its denials are told.
fn matched(scene: &Scene, explanation: &Explanation) -> Vec<Statement> {
    let is_told = |matched: &&Matched| {
        let denies = answer_of(explanation, matched.layer) == Some(Answer::ExplicitDeny);
        match matched.effect {
            Effect::Deny => true,
            Effect::Allow => !denies && matches!(matched.layer, Layer::Identity | Layer::Resource),
        }
    };
    explanation.matched.iter().filter(is_told).filter_map(|matched| statement(scene, matched)).collect()
}

fn statement(scene: &Scene, matched: &Matched) -> Option<Statement> {
    let told = scene.told(&matched.source)?;
    let kind = if matched.layer == Layer::Resource { "Resource Policy" } else { "IAM Policy" };
    let Span { start, end } = matched.position;
    Some(Statement {
        source_policy_id: Some(told.id.clone()),
        source_policy_type: Some(kind.to_owned()),
        start_position: Some(shown(told.starts.get(&start).copied().unwrap_or(start))),
        end_position: Some(shown(end)),
    })
}

fn shown(at: policy::Position) -> Position {
    let number = |number: usize| i32::try_from(number).ok();
    Position { line: number(at.line), column: number(at.column) }
}
