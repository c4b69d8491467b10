//! A decision that explains itself.

use std::collections::BTreeSet;

use crate::{
    ConditionContext, Documents, Effect, Inquiry, Layer, PolicySource, Principal, Span, Verdict,
    decide::{Reading, Readings, Request, Witness, of_job},
    set::Found,
    statement::Condition,
};

/// How an inquiry was decided, and by what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    pub verdict: Verdict,
    /// One for each layer that was looked at.
    pub layers: Vec<LayerAnswer>,
    /// Statements that matched.
    pub matched: Vec<Matched>,
    /// Statements that would have matched but for their conditions.
    pub near_misses: Vec<NearMiss>,
    /// Condition keys that statements needed and the context lacked, as the policies write them; sorted, each once.
    pub missing_keys: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LayerAnswer {
    pub layer: Layer,
    pub answer: Answer,
    /// Nothing is allowed without this layer's Allow.
    pub is_required: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Allowed,
    ExplicitDeny,
    ImplicitDeny,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matched {
    pub source: PolicySource,
    /// Counted from zero within its document.
    pub statement: usize,
    pub sid: Option<String>,
    pub effect: Effect,
    pub layer: Layer,
    pub position: Span,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NearMiss {
    pub source: PolicySource,
    /// Counted from zero within its document.
    pub statement: usize,
    pub sid: Option<String>,
    pub effect: Effect,
    pub layer: Layer,
    /// As the policy writes it, such as `ForAnyValue:StringLike`.
    pub operator: String,
    pub key: String,
}

/// Answers like [`crate::decide`], and says why.
pub fn explain(inquiry: &Inquiry<'_>, documents: &Documents<'_>, context: &dyn ConditionContext) -> Explanation {
    explain_layers(inquiry, documents, context, |_| true)
}

/// The same for those who may not know what the resource's policies say: nothing is told of them but the verdict.
pub fn explain_to_strangers(
    inquiry: &Inquiry<'_>,
    documents: &Documents<'_>,
    context: &dyn ConditionContext,
) -> Explanation {
    explain_layers(inquiry, documents, context, |layer| !layer.is_of_the_resource())
}

fn explain_layers(
    inquiry: &Inquiry<'_>,
    documents: &Documents<'_>,
    context: &dyn ConditionContext,
    is_told: fn(Layer) -> bool,
) -> Explanation {
    let request = Request::of_inquiry(inquiry, context);
    if let Principal::Service { account, job } = inquiry.principal {
        let owner = inquiry.resource_account.unwrap_or(*account);
        return Explanation::bare(of_job((*account, job.as_str()), owner, inquiry.action));
    }
    let mut notes = Notes::of(is_told);
    let readings = Readings::take(&request, documents, &mut notes);
    let role = documents.resource_role;
    let answer = |(layer, reading)| LayerAnswer {
        layer,
        answer: Answer::of(reading),
        is_required: readings.requires(layer, &request, role),
    };
    Explanation {
        verdict: readings.verdict(&request, role),
        layers: readings.in_order(role).filter(|(layer, _)| is_told(*layer)).map(answer).collect(),
        matched: notes.matched,
        near_misses: notes.near_misses,
        missing_keys: notes.missing_keys.into_iter().collect(),
    }
}

impl Explanation {
    /// About how many bytes it takes.
    pub fn weight(&self) -> usize {
        let of_sid = |sid: &Option<String>| sid.as_ref().map_or(0, String::len);
        let matched = self.matched.iter().map(|matched| size_of::<Matched>() + of_sid(&matched.sid));
        let of_miss = |missed: &NearMiss| of_sid(&missed.sid) + missed.operator.len() + missed.key.len();
        let near_misses = self.near_misses.iter().map(|missed| size_of::<NearMiss>() + of_miss(missed));
        let missing_keys = self.missing_keys.iter().map(|key| size_of::<String>() + key.len());
        matched.chain(near_misses).chain(missing_keys).sum()
    }

    fn bare(verdict: Verdict) -> Self {
        Self { verdict, layers: vec![], matched: vec![], near_misses: vec![], missing_keys: vec![] }
    }
}

impl Matched {
    pub(crate) fn of(layer: Layer, found: &Found<'_>) -> Self {
        Self {
            source: found.source.clone(),
            statement: found.number,
            sid: found.statement.sid.clone(),
            effect: found.statement.effect,
            layer,
            position: found.statement.position,
        }
    }
}

impl Answer {
    fn of(reading: Reading) -> Self {
        match (reading.denies, reading.allows()) {
            (true, _) => Self::ExplicitDeny,
            (false, true) => Self::Allowed,
            (false, false) => Self::ImplicitDeny,
        }
    }
}

#[derive(Debug)]
struct Notes {
    is_told: fn(Layer) -> bool,
    matched: Vec<Matched>,
    near_misses: Vec<NearMiss>,
    missing_keys: BTreeSet<String>,
}

impl Notes {
    fn of(is_told: fn(Layer) -> bool) -> Self {
        Self { is_told, matched: Vec::new(), near_misses: Vec::new(), missing_keys: BTreeSet::new() }
    }
}

impl Witness for Notes {
    const WANTS_ALL: bool = true;

    fn asked(&mut self, layer: Layer, found: &Found<'_>, fits: bool, context: &dyn ConditionContext) {
        if !(self.is_told)(layer) {
            return;
        }
        let is_missing = |key: &str| !context.values(key, &mut |_| {});
        let variables = found.statement.variables().filter(|variable| variable.default.is_none());
        let of_variables = variables.map(|variable| (&variable.key, &variable.written));
        let conditions = found.statement.conditions.iter().filter(|_| fits);
        let of_conditions = conditions.map(|condition| (&condition.key, &condition.written_key));
        let missing = of_variables.chain(of_conditions).filter(|(key, _)| is_missing(key));
        self.missing_keys.extend(missing.map(|(_, written)| written.to_string()));
    }

    fn matched(&mut self, layer: Layer, found: &Found<'_>) {
        if (self.is_told)(layer) {
            self.matched.push(Matched::of(layer, found));
        }
    }

    fn missed(&mut self, layer: Layer, found: &Found<'_>, condition: &Condition) {
        if !(self.is_told)(layer) {
            return;
        }
        self.near_misses.push(NearMiss {
            source: found.source.clone(),
            statement: found.number,
            sid: found.statement.sid.clone(),
            effect: found.statement.effect,
            layer,
            operator: condition.written_operator.to_string(),
            key: condition.written_key.to_string(),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        MapContext, PolicyKind, PolicySet,
        testing::{role_session, set, user},
    };

    const SECRET: &str = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:prod/db-Ab12Cd";

    fn ask(principal: &Principal, documents: &Documents<'_>) -> Explanation {
        let inquiry =
            Inquiry { principal, action: "SecretsManager:getsecretvalue", resource: SECRET, resource_account: None };
        explain(&inquiry, documents, &MapContext::default())
    }

    #[test]
    fn an_explanation_names_what_matched_what_nearly_did_and_what_was_missing() {
        let identity = set(
            PolicyKind::Identity,
            &[
                r#"{"Version":"2012-10-17","Statement":[
{"Sid":"Near","Effect":"Allow","Action":"secretsmanager:*","Resource":"*",
 "Condition":{"StringEquals":{"aws:PrincipalTag/Team":"red"},"Null":{"aws:username":"true"}}},
{"Sid":"Other","Effect":"Allow","Action":"kms:*","Resource":"*","Condition":{"Bool":{"a:b":"true"}}}]}"#,
                r#"{"Version":"2012-10-17","Statement":{"Sid":"Hit","Effect":"Allow",
                "Action":"secretsmanager:GetSecretValue","Resource":["arn:aws:secretsmanager:*:*:${aws:x}","*"]}}"#,
            ],
        );
        let explanation = ask(&user("alice"), &Documents { identity: &identity, ..Documents::default() });
        assert_eq!(explanation.verdict, Verdict::Allowed);
        let [matched] = explanation.matched.as_slice() else { panic!("{explanation:?}") };
        assert_eq!(matched.sid.as_deref(), Some("Hit"));
        assert_eq!((&*matched.source.id, matched.statement, matched.layer), ("document-1", 0, Layer::Identity));
        let [near] = explanation.near_misses.as_slice() else { panic!("{explanation:?}") };
        assert_eq!(near.sid.as_deref(), Some("Near"));
        assert_eq!((near.operator.as_str(), near.key.as_str()), ("StringEquals", "aws:PrincipalTag/Team"));
        assert_eq!(explanation.missing_keys, ["aws:PrincipalTag/Team", "aws:username", "aws:x"]);
        let layer = LayerAnswer { layer: Layer::Identity, answer: Answer::Allowed, is_required: true };
        assert_eq!(explanation.layers, [layer]);
    }

    #[test]
    fn a_layer_that_a_direct_grant_replaces_is_not_required() {
        let resource = set(
            PolicyKind::Resource,
            &[r#"{"Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:role/ops/deployer"},
            "Action":"*","Resource":"*"}}"#],
        );
        let boundary = PolicySet::default();
        let documents = Documents { resource: Some(&resource), boundary: Some(&boundary), ..Documents::default() };
        let explanation = ask(&role_session(), &documents);
        assert_eq!(explanation.verdict, Verdict::Denied(crate::Cause { layer: Layer::Boundary, is_explicit: false }));
        let required = |layer| explanation.layers.iter().find(|answer| answer.layer == layer).map(|a| a.is_required);
        assert_eq!(required(Layer::Identity), Some(false));
        assert_eq!(required(Layer::Boundary), Some(true));
        assert_eq!(required(Layer::Resource), Some(false));
    }

    #[test]
    fn strangers_learn_nothing_of_the_resources_policies_but_the_verdict() {
        let identity = set(
            PolicyKind::Identity,
            &[r#"{"Version":"2012-10-17","Statement":[{"Sid":"Mine","Effect":"Allow","Action":"*","Resource":"*"},
            {"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:username":"a"}}}]}"#],
        );
        let resource = set(
            PolicyKind::Resource,
            &[r#"{"Statement":[{"Sid":"No","Effect":"Deny","Principal":"*","Action":"*","Resource":"*"},
            {"Effect":"Allow","Principal":"*","Action":"*","Resource":"*","Condition":{"Bool":{"a:b":"true"}}}]}"#],
        );
        let documents = Documents { identity: &identity, resource: Some(&resource), ..Documents::default() };
        let owner = terms::AccountId::parse("444455556666").ok();
        let principal = &user("alice");
        let inquiry =
            Inquiry { principal, action: "secretsmanager:GetSecretValue", resource: SECRET, resource_account: owner };
        let explanation = explain_to_strangers(&inquiry, &documents, &MapContext::default());
        assert_eq!(explanation.verdict, Verdict::Denied(crate::Cause { layer: Layer::Resource, is_explicit: true }));
        let sids: Vec<_> = explanation.matched.iter().map(|matched| matched.sid.as_deref()).collect();
        assert_eq!(sids, [Some("Mine")]);
        assert_eq!(explanation.layers.iter().map(|answer| answer.layer).collect::<Vec<_>>(), [Layer::Identity]);
        assert_eq!(explanation.near_misses.len(), 1);
        assert_eq!(explanation.missing_keys, ["aws:username"]);
        let whole = explain(&inquiry, &documents, &MapContext::default());
        assert_eq!((whole.matched.len(), whole.near_misses.len(), whole.layers.len()), (2, 2, 2));
    }

    #[test]
    fn a_job_of_the_service_needs_no_policies() {
        let Some(account) = user("alice").account() else { panic!() };
        let job = Principal::Service { account, job: crate::Action::new("SecretsManager:getsecretvalue") };
        assert_eq!(ask(&job, &Documents::default()).verdict, Verdict::Allowed);
    }
}
