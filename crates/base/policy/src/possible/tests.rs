use std::sync::Arc;

use proptest::{collection::vec, prelude::*, sample::select};

use super::*;
use crate::{
    Attached, MapContext, Policy, PolicyKind, PolicySet, PolicySource, SourceKind, explain,
    testing::{account, role_session, user},
};

const SECRET: &str = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:prod/db-Ab12Cd";

fn set(kind: PolicyKind, source: SourceKind, statements: &[String]) -> PolicySet {
    let text = format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, statements.join(","));
    let policy = Arc::new(Policy::parse(&text, kind).unwrap());
    PolicySet::new(vec![Attached { source: PolicySource { kind: source, id: "p".into() }, policy }])
}

fn statement(effect: &str, resource: &str, condition: &str) -> String {
    format!(
        r#"{{"Effect":"{effect}","Action":"secretsmanager:*","Resource":"{resource}","Condition":{{{condition}}}}}"#
    )
}

fn inquiry(principal: &Principal) -> Inquiry<'_> {
    Inquiry { principal, action: "secretsmanager:GetSecretValue", resource: SECRET, resource_account: Some(account()) }
}

fn ask(statements: &[String], context: &MapContext) -> Possibility {
    let identity = set(PolicyKind::Identity, SourceKind::User, statements);
    let documents = Documents { identity: &identity, ..Documents::default() };
    let principal = user("alice");
    possible(&inquiry(&principal), &documents, context, &|key| key == "aws:sourceip" || key.starts_with("aws:open"))
}

#[test]
fn what_depends_on_no_open_key_is_certain() {
    let known = MapContext::default();
    let always = ask(&[statement("Allow", "*", "")], &known);
    assert_eq!(always.possible, Possible::Always);
    assert_eq!(always.statements.len(), 1);
    let absent = statement("Allow", "*", r#""StringEquals":{"aws:known":"x"}"#);
    assert_eq!(ask(&[absent], &known).possible, Possible::Never);
    let denied = [statement("Allow", "*", ""), statement("Deny", "*", "")];
    assert_eq!(ask(&denied, &known), Possibility { possible: Possible::Never, statements: Vec::new() });
}

#[test]
fn open_conditions_of_allows_and_denies_are_told() {
    let allow = statement("Allow", "*", r#""IpAddress":{"aws:SourceIp":"10.0.0.0/8"}"#);
    let deny = statement("Deny", "*", r#""StringNotEquals":{"aws:openKey":"x"}"#);
    let found = ask(&[allow, deny], &MapContext::default());
    assert_eq!(found.possible, Possible::Sometimes);
    let told: Vec<_> = found
        .statements
        .iter()
        .map(|found| (found.statement.effect, found.open[0].operator.as_str(), found.open[0].key.as_str()))
        .collect();
    assert_eq!(told, [(Effect::Allow, "IpAddress", "aws:SourceIp"), (Effect::Deny, "StringNotEquals", "aws:openKey")]);
}

#[test]
fn an_open_variable_opens_its_resource_and_its_condition_but_not_a_known_absence() {
    let open = statement("Allow", "arn:aws:secretsmanager:*:*:secret:${aws:openTeam}/*", "");
    let found = ask(&[open], &MapContext::default());
    assert_eq!(found.possible, Possible::Sometimes);
    assert_eq!(found.statements[0].open, [OpenCondition { operator: "Resource".into(), key: "aws:openTeam".into() }]);

    let tagged = [statement("Allow", "*", r#""StringEquals":{"aws:ResourceTag/team":"${aws:openTeam}"}"#)];
    assert_eq!(ask(&tagged, &MapContext::default()).possible, Possible::Never);
    let mut context = MapContext::default();
    context.insert("aws:ResourceTag/team", ["db"]);
    assert_eq!(ask(&tagged, &context).possible, Possible::Sometimes);
}

#[test]
fn a_boundary_with_an_open_condition_makes_a_grant_conditional() {
    let identity = set(PolicyKind::Identity, SourceKind::Role, &[statement("Allow", "*", "")]);
    let boundary = set(
        PolicyKind::Boundary,
        SourceKind::Boundary,
        &[statement("Allow", "*", r#""Bool":{"aws:openFlag":"true"}"#)],
    );
    let documents = Documents { identity: &identity, boundary: Some(&boundary), ..Documents::default() };
    let principal = role_session();
    let found = possible(&inquiry(&principal), &documents, &MapContext::default(), &|key| key.starts_with("aws:open"));
    assert_eq!(found.possible, Possible::Sometimes);
}

const CONDITIONS: &[&str] = &[
    "",
    r#""StringEquals":{"aws:openA":"x"}"#,
    r#""StringNotEquals":{"aws:openA":["x","y"]}"#,
    r#""StringLikeIfExists":{"aws:openB":"x*"}"#,
    r#""Null":{"aws:openA":"true"}"#,
    r#""Null":{"aws:openB":"false"},"StringEquals":{"aws:known":"k"}"#,
    r#""ForAllValues:StringEquals":{"aws:openB":["x","y"]}"#,
    r#""ForAnyValue:StringNotEquals":{"aws:openB":"x"}"#,
    r#""StringEquals":{"aws:known":"${aws:openA}"}"#,
    r#""StringNotEquals":{"aws:nowhere":"${aws:openA}"}"#,
    r#""StringEquals":{"aws:known":"other"}"#,
];
const RESOURCES: &[&str] =
    &["*", SECRET, "arn:aws:secretsmanager:*:*:secret:${aws:openA}/*", "arn:aws:secretsmanager:*:*:secret:other*"];

fn statements(max: usize) -> impl Strategy<Value = Vec<String>> {
    let one = (select(vec!["Allow", "Allow", "Deny"]), select(RESOURCES), select(CONDITIONS));
    vec(one, 1..=max).prop_map(|drawn| {
        let write = |(effect, resource, condition): (&str, &str, &str)| statement(effect, resource, condition);
        drawn.into_iter().map(write).collect()
    })
}

fn values() -> impl Strategy<Value = Option<Vec<&'static str>>> {
    prop::option::of(vec(select(vec!["x", "y", "k", "prod", "xx"]), 0..3))
}

proptest! {
    /// Whatever the open keys turn out to be, the decision is one that was foretold.
    #[test]
    fn no_request_is_decided_against_what_was_foretold(
        identity in statements(4),
        boundary in prop::option::of(statements(3)),
        open_a in values(),
        open_b in values(),
    ) {
        let identity = set(PolicyKind::Identity, SourceKind::User, &identity);
        let boundary = boundary.map(|drawn| set(PolicyKind::Boundary, SourceKind::Boundary, &drawn));
        let documents = Documents { identity: &identity, boundary: boundary.as_ref(), ..Documents::default() };
        let principal = user("alice");
        let mut known = MapContext::default();
        known.insert("aws:known", ["k"]);
        let foretold = possible(&inquiry(&principal), &documents, &known, &|key| key.starts_with("aws:open")).possible;

        let mut whole = known;
        for (key, values) in [("aws:openA", open_a), ("aws:openB", open_b)] {
            if let Some(values) = values {
                whole.insert(key, values);
            }
        }
        let is_allowed = explain(&inquiry(&principal), &documents, &whole).verdict == Verdict::Allowed;
        match foretold {
            Possible::Never => prop_assert!(!is_allowed),
            Possible::Always => prop_assert!(is_allowed),
            Possible::Sometimes => {}
        }
    }
}
