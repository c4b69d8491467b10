//! Laws that hold whatever the policies say.

use proptest::prelude::*;

use super::*;
use crate::{Inquiry, Verdict, explain, testing::federated_user};

/// The documents of one layer, as statements without their version.
type Layer = Vec<String>;

#[derive(Debug, Clone)]
struct World {
    identity: Layer,
    boundary: Option<Layer>,
    session: Option<Layer>,
    resource: Option<Layer>,
    service_control: Vec<Layer>,
    role: ResourceRole,
    is_home: bool,
    principal: Principal,
    context: MapContext,
}

fn one_of(choices: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
    prop::sample::select(choices)
}

const CONDITIONS: &[&str] = &[
    "{}",
    "{}",
    r#"{"StringEquals":{"aws:PrincipalTag/team":"red"}}"#,
    r#"{"StringEquals":{"aws:PrincipalTag/team":"${aws:ResourceTag/team}"}}"#,
    r#"{"StringNotEquals":{"aws:PrincipalTag/team":["red","${aws:ResourceTag/team, 'blue'}"]}}"#,
    r#"{"StringLikeIfExists":{"aws:PrincipalTag/team":"r*"},"Bool":{"aws:SecureTransport":true}}"#,
    r#"{"Null":{"aws:MultiFactorAuthAge":"true"}}"#,
    r#"{"NumericLessThan":{"aws:MultiFactorAuthAge":300}}"#,
    r#"{"ForAllValues:StringEquals":{"aws:TagKeys":["team","cost"]}}"#,
    r#"{"ForAnyValue:StringNotEquals":{"aws:TagKeys":["team"]}}"#,
    r#"{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}"#,
];

fn statement_with(principals: &'static [&'static str]) -> impl Strategy<Value = String> {
    let action = one_of(&[
        r#""Action":"*""#,
        r#""Action":"secretsmanager:GetSecretValue""#,
        r#""Action":["kms:*","secretsmanager:get*"]"#,
        r#""NotAction":"secretsmanager:Get*""#,
        r#""NotAction":"kms:*""#,
    ]);
    let resource = one_of(&[
        r#""Resource":"*""#,
        r#""Resource":"arn:aws:secretsmanager:*:*:secret:prod/*""#,
        r#""Resource":"arn:aws:secretsmanager:*:*:secret:${aws:PrincipalTag/team}/*""#,
        r#""NotResource":"arn:aws:secretsmanager:*:111122223333:*""#,
    ]);
    let effect = prop_oneof![3 => Just("Allow"), 1 => Just("Deny")];
    (effect, action, resource, one_of(principals), one_of(CONDITIONS)).prop_map(
        |(effect, action, resource, principal, condition)| {
            format!(r#"{{"Effect":"{effect}",{principal}{action},{resource},"Condition":{condition}}}"#)
        },
    )
}

fn layer() -> impl Strategy<Value = Layer> {
    prop::collection::vec(statement_with(&[""]), 0..4)
}

fn resource_layer() -> impl Strategy<Value = Layer> {
    let principals = &[
        r#""Principal":"*","#,
        r#""Principal":{"AWS":"111122223333"},"#,
        r#""Principal":{"AWS":["arn:aws:iam::111122223333:user/alice","arn:aws:iam::111122223333:role/ops/deployer"]},"#,
        r#""Principal":{"AWS":"arn:aws:sts::111122223333:assumed-role/deployer/nightly"},"#,
        r#""NotPrincipal":{"AWS":["111122223333","arn:aws:iam::111122223333:user/alice"]},"#,
    ];
    prop::collection::vec(statement_with(principals), 0..4)
}

fn context() -> impl Strategy<Value = MapContext> {
    let entry = prop::sample::select(vec![
        ("aws:PrincipalTag/team", vec!["red"]),
        ("aws:PrincipalTag/team", vec!["prod"]),
        ("aws:ResourceTag/team", vec!["red"]),
        ("aws:MultiFactorAuthAge", vec!["20"]),
        ("aws:TagKeys", vec!["team"]),
        ("aws:TagKeys", vec!["team", "owner"]),
        ("aws:TagKeys", vec![]),
        ("aws:SecureTransport", vec!["true"]),
        ("aws:SourceIp", vec!["203.0.113.9"]),
    ]);
    prop::collection::vec(entry, 0..6).prop_map(|entries| {
        let mut context = MapContext::default();
        entries.into_iter().for_each(|(key, values)| context.insert(key, values));
        context
    })
}

fn worlds() -> impl Strategy<Value = World> {
    let principal = prop::sample::select(vec![
        Principal::Root { account: account() },
        user("alice"),
        user("bob"),
        role_session(),
        federated_user(),
        Principal::Anonymous,
        Principal::AwsService { name: "lambda.amazonaws.com".into(), account: None },
    ]);
    let role = prop::sample::select(vec![ResourceRole::Optional, ResourceRole::Trust, ResourceRole::Key]);
    let layers = (
        layer(),
        prop::option::of(layer()),
        prop::option::of(layer()),
        prop::option::of(resource_layer()),
        prop::collection::vec(layer(), 0..3),
    );
    (layers, role, any::<bool>(), principal, context()).prop_map(
        |((identity, boundary, session, resource, service_control), role, is_home, principal, context)| World {
            identity,
            boundary,
            session,
            resource,
            service_control,
            role,
            is_home,
            principal,
            context,
        },
    )
}

/// Every statement a document of its own.
fn compile(layer: &Layer, kind: PolicyKind) -> PolicySet {
    let document = |statement: &String| format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#);
    let documents: Vec<String> = layer.iter().map(document).collect();
    set(kind, &documents.iter().map(String::as_str).collect::<Vec<_>>())
}

/// All statements in one document.
fn compile_together(layer: &Layer, kind: PolicyKind) -> PolicySet {
    if layer.is_empty() {
        return PolicySet::default();
    }
    set(kind, &[&format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, layer.join(","))])
}

impl World {
    fn decide(&self) -> Verdict {
        self.decide_by(compile)
    }

    fn is_allowed(&self) -> bool {
        self.decide() == Verdict::Allowed
    }

    fn decide_by(&self, compile: fn(&Layer, PolicyKind) -> PolicySet) -> Verdict {
        let layer = |layer: &Layer| compile(layer, PolicyKind::Identity);
        let (identity, boundary) = (layer(&self.identity), self.boundary.as_ref().map(layer));
        let session = self.session.as_ref().map(layer);
        let resource = self.resource.as_ref().map(|layer| compile(layer, PolicyKind::Key));
        let service_control: Vec<PolicySet> = self.service_control.iter().map(layer).collect();
        let documents = Documents {
            identity: &identity,
            boundary: boundary.as_ref(),
            session: session.as_ref(),
            resource: resource.as_ref(),
            resource_role: self.role,
            service_control: &service_control,
            ..Documents::default()
        };
        let owner = if self.is_home { account() } else { other_account() };
        let Resource::One { arn, .. } = secret_of(owner) else { panic!("a secret is one resource") };
        let inquiry = Inquiry {
            principal: &self.principal,
            action: READ.as_str(),
            resource: &arn,
            resource_account: Some(owner),
        };
        let explained = explain(&inquiry, &documents, &self.context).verdict;
        let request = RequestId::from_bytes([0; 16]);
        let question =
            Question { principal: self.principal.clone(), action: READ, resource: secret_of(owner), request };
        let decision = decide(question, &documents, &self.context);
        assert_eq!(decision.verdict, explained, "an explanation answers as the decision does");
        explained
    }
}

fn deny_all(principal: &str) -> String {
    format!(r#"{{"Effect":"Deny",{principal}"Action":"*","Resource":"*"}}"#)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn adding_a_deny_never_grants(world in worlds(), deny in statement_with(&[""])) {
        let deny = deny.replace("\"Allow\"", "\"Deny\"");
        let before = world.is_allowed();
        for change in [
            |world: &mut World, deny: String| world.identity.push(deny),
            |world: &mut World, deny: String| world.boundary.iter_mut().for_each(|layer| layer.push(deny.clone())),
            |world: &mut World, deny: String| world.session.iter_mut().for_each(|layer| layer.push(deny.clone())),
            |world: &mut World, deny: String| world.service_control.iter_mut().for_each(|layer| layer.push(deny.clone())),
        ] {
            let mut more = world.clone();
            change(&mut more, deny.clone());
            prop_assert!(before || !more.is_allowed());
        }
    }

    #[test]
    fn a_deny_of_everything_leaves_nothing(world in worlds()) {
        let mut denied = world.clone();
        denied.identity.push(deny_all(""));
        prop_assert!(!denied.is_allowed());
        let mut denied = world;
        denied.resource.get_or_insert_default().push(deny_all("\"Principal\":\"*\","));
        prop_assert!(!denied.is_allowed());
    }

    #[test]
    fn the_order_of_statements_and_documents_never_matters(world in worlds()) {
        let mut turned = world.clone();
        let layers = [Some(&mut turned.identity), turned.boundary.as_mut(), turned.session.as_mut()];
        layers.into_iter().flatten().chain(turned.resource.as_mut()).for_each(|layer| layer.reverse());
        turned.service_control.reverse();
        prop_assert_eq!(world.decide(), turned.decide());
        prop_assert_eq!(world.decide(), world.decide_by(compile_together));
    }

    #[test]
    fn a_key_that_no_policy_uses_never_changes_a_decision(world in worlds()) {
        let mut more = world.clone();
        more.context.insert("aws:PrincipalTag/unused", ["red"]);
        prop_assert_eq!(world.decide(), more.decide());
    }

    #[test]
    fn boundaries_session_policies_and_service_control_policies_never_grant(world in worlds(), limit in layer()) {
        let before = world.is_allowed();
        let mut more = world.clone();
        more.boundary = Some(limit.clone());
        prop_assert!(before || !more.is_allowed() || world.boundary.is_some());
        let mut more = world.clone();
        more.session = Some(limit.clone());
        // Without one, a federated session has nothing that it could be given.
        let may_gain = world.session.is_some() || matches!(world.principal, Principal::FederatedUser(_));
        prop_assert!(before || !more.is_allowed() || may_gain);
        let mut more = world.clone();
        more.service_control.push(limit);
        prop_assert!(before || !more.is_allowed());
    }

    #[test]
    fn if_exists_and_the_plain_form_differ_only_where_the_key_is_absent(mut world in worlds()) {
        let plain = r#""StringEquals":{"aws:PrincipalTag/team""#;
        world.context.insert("aws:PrincipalTag/team", ["red"]);
        let mut lenient = world.clone();
        let soften = |layer: &mut Layer| layer.iter_mut().for_each(|statement| {
            *statement = statement.replace(plain, &plain.replace("Equals", "EqualsIfExists"));
        });
        soften(&mut lenient.identity);
        lenient.resource.iter_mut().for_each(soften);
        prop_assert_eq!(world.decide(), lenient.decide());
    }
}
