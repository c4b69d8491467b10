use proptest::prelude::*;
use std::sync::Arc;

use terms::RequestId;

use super::*;
use crate::{
    Action, Documents, MapContext, PolicyKind, PolicySet, Principal, Question, Resource, User, decide,
    testing::{account, set},
};

fn document(principal: &str, condition: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow",{principal},"Action":"*","Resource":"*",
        "Condition":{condition}}}}}"#
    )
}

fn is_open(principal: &str, condition: &str) -> bool {
    is_public(&Policy::parse(&document(principal, condition), PolicyKind::Resource).unwrap())
}

const STAR: &str = r#""Principal":"*""#;

const NAMED: [&str; 4] = [
    r#""Principal":{"AWS":"111122223333"}"#,
    r#""Principal":{"AWS":["arn:aws:iam::111122223333:root","AIDAABCDEFGHIJKLMNOPQ"]}"#,
    r#""Principal":{"Service":"lambda.amazonaws.com"}"#,
    r#""Principal":{"AWS":"arn:aws:iam::111122223333:role/a"}"#,
];

const OPEN: [&str; 6] = [
    STAR,
    r#""Principal":{"AWS":"*"}"#,
    r#""Principal":{"AWS":["111122223333","*"]}"#,
    r#""Principal":{"Federated":"cognito-identity.amazonaws.com"}"#,
    r#""Principal":{"Service":"*"}"#,
    r#""NotPrincipal":{"AWS":"111122223333"}"#,
];

const BOUNDED: [&str; 24] = [
    r#"{"StringEquals":{"aws:PrincipalAccount":"111122223333"}}"#,
    r#"{"StringEquals":{"AWS:principalaccount":["111122223333","222233334444"]}}"#,
    r#"{"NumericEquals":{"aws:PrincipalAccount":111122223333}}"#,
    r#"{"StringLike":{"aws:PrincipalAccount":"111122223333"}}"#,
    r#"{"ForAnyValue:StringEquals":{"aws:SourceAccount":"111122223333"}}"#,
    r#"{"StringEquals":{"aws:SourceOwner":"111122223333"}}"#,
    r#"{"StringEquals":{"kms:CallerAccount":"111122223333"}}"#,
    r#"{"StringEquals":{"aws:PrincipalOrgID":"o-abc"}}"#,
    r#"{"StringEqualsIgnoreCase":{"aws:PrincipalOrgID":"o-abc"}}"#,
    r#"{"ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":"o-abc/r-1/*"}}"#,
    r#"{"ArnLike":{"aws:PrincipalArn":"arn:*:iam::111122223333:role/*"}}"#,
    r#"{"ArnEquals":{"aws:SourceArn":"arn:aws:s3:::bucket"}}"#,
    r#"{"StringLike":{"aws:PrincipalArn":"arn:aws:iam::111122223333:*"}}"#,
    r#"{"StringEquals":{"aws:PrincipalArn":"arn:aws:iam::111122223333:user/a"}}"#,
    r#"{"StringLike":{"aws:userid":"AROAABC:*"}}"#,
    r#"{"StringEquals":{"aws:userid":"AIDAABC"}}"#,
    r#"{"StringEquals":{"aws:SourceVpce":"vpce-1"}}"#,
    r#"{"StringEquals":{"aws:SourceVpc":["vpc-1"]}}"#,
    r#"{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}"#,
    r#"{"IpAddress":{"aws:SourceIp":["10.0.0.0/8","172.16.0.0/12","192.168.0.0/16","203.0.113.7","2001:db8::/32"]}}"#,
    r#"{"StringEquals":{"aws:PrincipalAccount":[]}}"#,
    r#"{"StringEquals":{"aws:PrincipalAccount":"111122223333"},"Bool":{"aws:SecureTransport":"true"}}"#,
    r#"{"NumericEquals":{"aws:PrincipalAccount":"*"}}"#,
    r#"{"StringEquals":{"aws:PrincipalAccount":"*"}}"#,
];

const UNBOUNDED: [&str; 30] = [
    "{}",
    r#"{"Bool":{"aws:SecureTransport":"true"}}"#,
    r#"{"StringNotEquals":{"aws:PrincipalAccount":"111122223333"}}"#,
    r#"{"StringEqualsIfExists":{"aws:PrincipalAccount":"111122223333"}}"#,
    r#"{"ForAllValues:StringEquals":{"aws:PrincipalAccount":"111122223333"}}"#,
    r#"{"StringEquals":{"aws:PrincipalAccount":["111122223333","${aws:PrincipalAccount}"]}}"#,
    r#"{"StringLike":{"aws:PrincipalAccount":"1111*"}}"#,
    r#"{"StringLike":{"aws:PrincipalAccount":["111122223333","*"]}}"#,
    r#"{"StringLike":{"aws:PrincipalOrgID":"o-*"}}"#,
    r#"{"ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":"o-*"}}"#,
    r#"{"ForAllValues:StringLike":{"aws:PrincipalOrgPaths":"o-abc/*"}}"#,
    r#"{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/admin"}}"#,
    r#"{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::11112222333?:role/admin"}}"#,
    r#"{"ArnLike":{"aws:SourceArn":"arn:aws:s3:::*"}}"#,
    r#"{"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/admin"}}"#,
    r#"{"StringLike":{"aws:PrincipalArn":"arn:*:iam::111122223333:role/*"}}"#,
    r#"{"StringLike":{"aws:PrincipalArn":"arn:aws:iam::111122223333*"}}"#,
    r#"{"StringLike":{"aws:userid":"AROA*"}}"#,
    r#"{"StringLike":{"aws:userid":"*:nightly"}}"#,
    r#"{"StringEquals":{"aws:userid":"anonymous"}}"#,
    r#"{"StringLike":{"aws:SourceVpce":"vpce-*"}}"#,
    r#"{"Null":{"aws:PrincipalAccount":"false"}}"#,
    r#"{"IpAddress":{"aws:SourceIp":"0.0.0.0/0"}}"#,
    r#"{"IpAddress":{"aws:SourceIp":["0.0.0.0/1","128.0.0.0/1"]}}"#,
    r#"{"IpAddress":{"aws:SourceIp":["203.0.113.0/24","::/0"]}}"#,
    r#"{"IpAddress":{"aws:SourceIp":"10.0.0.0/7"}}"#,
    r#"{"NotIpAddress":{"aws:SourceIp":"203.0.113.0/24"}}"#,
    r#"{"StringEquals":{"aws:PrincipalTag/team":"red"}}"#,
    r#"{"StringEquals":{"aws:ResourceAccount":"111122223333"}}"#,
    r#"{"StringEquals":{"kms:ViaService":"secretsmanager.eu-west-1.amazonaws.com"}}"#,
];

#[test]
fn named_principals_are_not_the_public() {
    for principal in NAMED {
        assert!(!is_open(principal, "{}"), "{principal}");
    }
    for principal in OPEN {
        assert!(is_open(principal, "{}"), "{principal}");
    }
}

#[test]
fn only_conditions_that_fix_where_a_request_comes_from_bound_it() {
    for condition in BOUNDED {
        assert!(!is_open(STAR, condition), "{condition}");
    }
    for condition in UNBOUNDED {
        assert!(is_open(STAR, condition), "{condition}");
    }
}

#[test]
fn one_open_statement_opens_the_policy_and_a_deny_opens_nothing() {
    let text = |effect: &str| {
        format!(
            r#"{{"Version":"2012-10-17","Statement":[
        {{"Effect":"Allow",{},"Action":"*","Resource":"*"}},
        {{"Effect":"{effect}",{STAR},"Action":"*","Resource":"*"}}]}}"#,
            NAMED[0]
        )
    };
    assert!(is_public(&Policy::parse(&text("Allow"), PolicyKind::Resource).unwrap()));
    assert!(!is_public(&Policy::parse(&text("Deny"), PolicyKind::Resource).unwrap()));
}

/// Somebody of whom no policy above has heard, from wherever they like.
fn stranger_is_let_in(resource: &PolicySet, address: &str) -> bool {
    let mut context = MapContext::default();
    for (key, value) in [
        ("aws:PrincipalAccount", "999988887777"),
        ("aws:PrincipalArn", "arn:aws:iam::999988887777:role/:iam::111122223333:role/admin"),
        ("aws:PrincipalOrgID", "o-strange"),
        ("aws:PrincipalOrgPaths", "o-strange/r-1/"),
        ("aws:userid", "AROASTRANGE:nightly"),
        ("aws:SourceVpce", "vpce-strange"),
        ("aws:SourceArn", "arn:aws:s3:::strange"),
        ("aws:SecureTransport", "true"),
        ("aws:PrincipalTag/team", "red"),
        ("aws:ResourceAccount", "111122223333"),
        ("aws:SourceIp", address),
    ] {
        context.insert(key, [value]);
    }
    let identity = set(
        PolicyKind::Identity,
        &[r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#],
    );
    let stranger = Principal::User(Arc::new(User {
        account: AccountId::parse("999988887777").unwrap(),
        id: "AIDASTRANGE".to_owned(),
        name: "stranger".to_owned(),
        path: "/".to_owned(),
        arn: "arn:aws:iam::999988887777:user/stranger".to_owned(),
    }));
    let documents = Documents { identity: &identity, resource: Some(resource), ..Documents::default() };
    [stranger, Principal::Anonymous].into_iter().any(|principal| {
        let secret = Resource::One { arn: "arn:aws:x:::y".into(), account: account(), asked: "y".into() };
        let (action, request) = (Action::new("secretsmanager:GetSecretValue"), RequestId::from_bytes([0; 16]));
        decide(Question { principal, action, resource: secret, request }, &documents, &context).is_allowed()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_policy_that_is_not_public_lets_no_stranger_in(
        statements in prop::collection::vec(
            (
                prop::sample::select([&NAMED[..], &OPEN[..]].concat()),
                prop::sample::select([&BOUNDED[..], &UNBOUNDED[..]].concat()),
                prop::bool::weighted(0.8),
            ),
            1..4,
        ),
        address in prop::sample::select(vec!["198.51.100.4", "8.8.8.8", "2001:4860::1"]),
    ) {
        let texts: Vec<String> = statements
            .iter()
            .map(|(principal, condition, allows)| {
                let text = document(principal, condition);
                if *allows { text } else { text.replace("Allow", "Deny") }
            })
            .collect();
        let resource = set(PolicyKind::Resource, &texts.iter().map(String::as_str).collect::<Vec<_>>());
        let is_open = resource.documents().iter().any(|attached| is_public(&attached.policy));
        prop_assert!(is_open || !stranger_is_let_in(&resource, address));
    }
}

#[test]
fn the_stranger_of_the_property_does_get_in_where_everyone_does() {
    let open = set(PolicyKind::Resource, &[&document(STAR, "{}")]);
    assert!(stranger_is_let_in(&open, "8.8.8.8"));
}
