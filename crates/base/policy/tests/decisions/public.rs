//! Is a policy public? A table of what AWS calls public, and invented policies: one that is said not to be public must
//! turn every stranger away, whatever the stranger can choose about the request.

use std::cell::RefCell;
use std::collections::BTreeSet;

use keepwell_policy::{Policy, PolicyKind, is_public};
use serde_json::{Value, json};

use crate::case::{Caller, Case, Context, Documents, Request, Role, role_arn, user_arn};
use crate::chance::Chance;
use crate::naive;

const STRANGE_ACCOUNT: &str = "999988887777";
const SECRET: &str = "arn:aws:secretsmanager:us-east-1:111122223333:secret:db-AbCdEf";
const POLICIES: u64 = 4_000;
const STRANGERS_A_POLICY: usize = 20;

#[test]
fn policies_are_public_as_documented() {
    let groups: Value = serde_json::from_str(include_str!("table/public.json")).unwrap();
    let mut names = BTreeSet::new();
    for group in groups.as_array().unwrap() {
        assert!(group["source"].as_str().unwrap().contains(", "));
        for row in group["rows"].as_array().unwrap() {
            let name = row["name"].as_str().unwrap();
            assert!(names.insert(name), "there are two rows of the name {name}");
            let policy = json!({ "Version": "2012-10-17", "Statement": row["policy"] });
            assert_eq!(says_public(&policy), row["public"].as_bool().unwrap(), "{name}");
        }
    }
    println!("{} documented answers", names.len());
}

#[test]
fn a_policy_that_is_not_public_turns_every_stranger_away() {
    let (mut public, mut bounded, mut let_in) = (0, 0, 0);
    for number in 0..POLICIES {
        let mut chance = Chance::new(1_861, number);
        let policy = invented(&mut chance);
        let is_public = says_public(&policy);
        if is_public {
            public += 1;
        } else {
            bounded += 1;
        }
        let mut lets_in = false;
        for _ in 0..STRANGERS_A_POLICY {
            let case = stranger(&mut chance, &policy);
            if naive::evaluate(&case, &RefCell::default()).is_allowed {
                assert!(is_public, "it is said not to be public and lets a stranger in: {:#}", case.to_json());
                lets_in = true;
            }
        }
        let_in += u64::from(lets_in);
    }
    println!("{public} public policies, {let_in} of which let a stranger in; {bounded} that are not public");
    assert!(bounded * 10 > POLICIES && let_in * 10 > POLICIES, "too few of one kind to prove anything");
}

fn says_public(policy: &Value) -> bool {
    is_public(&Policy::parse(&policy.to_string(), PolicyKind::Resource).unwrap())
}

/// Operators and keys that bound a grant, and such that only seem to.
const CONDITIONS: &[(&str, &str, &[&str])] = &[
    ("StringEquals", "aws:PrincipalOrgID", &["o-keep"]),
    ("StringEquals", "aws:PrincipalOrgID", &["o-keep", "o-other"]),
    ("StringLike", "aws:PrincipalOrgID", &["o-*"]),
    ("StringLike", "aws:PrincipalOrgID", &["*"]),
    ("StringNotEquals", "aws:PrincipalOrgID", &["o-keep"]),
    ("StringEqualsIfExists", "aws:PrincipalOrgID", &["o-keep"]),
    ("ForAllValues:StringEquals", "aws:PrincipalOrgID", &["o-keep"]),
    ("ForAnyValue:StringEquals", "aws:PrincipalOrgID", &["o-keep"]),
    ("StringEquals", "aws:PrincipalOrgID", &["${aws:PrincipalOrgID}"]),
    ("StringEquals", "aws:PrincipalOrgID", &["o-${aws:PrincipalTag/team}"]),
    ("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", &["o-keep/r-1/*"]),
    ("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", &["o-*/r-1/*"]),
    ("ForAllValues:StringLike", "aws:PrincipalOrgPaths", &["o-keep/r-1/*"]),
    ("Null", "aws:PrincipalOrgID", &["false"]),
    ("Null", "aws:PrincipalOrgID", &["true"]),
    ("IpAddress", "aws:SourceIp", &["203.0.113.0/24"]),
    ("IpAddress", "aws:SourceIp", &["203.0.113.0/24", "0.0.0.0/0"]),
    ("IpAddress", "aws:SourceIp", &["0.0.0.0/1", "128.0.0.0/1"]),
    ("IpAddress", "aws:SourceIp", &["2001:db8::/64"]),
    ("IpAddress", "aws:SourceIp", &["::/0"]),
    ("NotIpAddress", "aws:SourceIp", &["203.0.113.0/24"]),
    ("IpAddressIfExists", "aws:SourceIp", &["203.0.113.0/24"]),
    ("StringEquals", "aws:SourceVpce", &["vpce-1"]),
    ("StringLike", "aws:SourceVpce", &["vpce-*"]),
    ("StringNotLike", "aws:SourceVpc", &["vpc-1"]),
    ("StringEquals", "aws:SourceVpc", &["vpc-1"]),
    ("StringEqualsIgnoreCase", "aws:SourceVpc", &["VPC-1"]),
    ("ArnEquals", "aws:PrincipalArn", &["arn:aws:iam::111122223333:role/app"]),
    ("ArnLike", "aws:PrincipalArn", &["arn:aws:iam::111122223333:*"]),
    ("ArnLike", "aws:PrincipalArn", &["arn:aws:iam::*:role/app"]),
    ("ArnLike", "aws:PrincipalArn", &["arn:aws:iam::1111*:role/app", "arn:aws:iam::9*:*"]),
    ("StringLike", "aws:PrincipalArn", &["arn:aws:iam::111122223333:role/*"]),
    ("StringLike", "aws:PrincipalArn", &["arn:aws:iam::*:role/*"]),
    ("ArnNotEquals", "aws:PrincipalArn", &["arn:aws:iam::111122223333:role/app"]),
    ("StringEquals", "aws:PrincipalAccount", &["111122223333"]),
    ("StringEquals", "aws:PrincipalAccount", &["${aws:PrincipalTag/team}"]),
    ("StringNotEquals", "aws:PrincipalAccount", &["111122223333"]),
    ("StringEquals", "aws:SourceAccount", &["111122223333"]),
    ("StringEqualsIfExists", "aws:SourceAccount", &["111122223333"]),
    ("ArnLike", "aws:SourceArn", &["arn:aws:lambda:*:111122223333:function:*"]),
    ("ArnLike", "aws:SourceArn", &["arn:aws:lambda:*:*:function:*"]),
    ("StringEquals", "aws:PrincipalTag/team", &["red"]),
    ("StringEquals", "aws:username", &["alice"]),
    ("StringLike", "aws:userid", &["*:one"]),
    ("Bool", "aws:SecureTransport", &["true"]),
    ("Bool", "aws:PrincipalIsAWSService", &["true"]),
    ("StringEquals", "aws:UserAgent", &["the-secret-agent"]),
    ("DateLessThan", "aws:CurrentTime", &["2099-01-01T00:00:00Z"]),
];

fn invented(chance: &mut Chance) -> Value {
    let statements: Vec<Value> = (0..1 + chance.below(2))
        .map(|_| {
            let mut statement =
                json!({ "Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "*" });
            if chance.percent(8) {
                statement["Effect"] = json!("Deny");
            }
            let (element, principals) = match chance.below(12) {
                0 => ("Principal", json!({ "AWS": "111122223333" })),
                1 => ("Principal", json!({ "AWS": ["arn:aws:iam::444455556666:user/alice", "*"] })),
                2 => ("NotPrincipal", json!({ "AWS": "arn:aws:iam::444455556666:user/alice" })),
                3 => ("Principal", json!({ "Service": "lambda.amazonaws.com" })),
                4..8 => ("Principal", json!({ "AWS": "*" })),
                _ => ("Principal", json!("*")),
            };
            statement[element] = principals;
            for _ in 0..[0, 1, 1, 1, 2][chance.below(5)] {
                let (operator, key, values) = CONDITIONS[chance.below(CONDITIONS.len())];
                statement["Condition"][operator][key] = json!(values);
            }
            statement
        })
        .collect();
    json!({ "Version": "2012-10-17", "Statement": statements })
}

/// Somebody the owner has never heard of, who says what serves best wherever the caller has a say.
fn stranger(chance: &mut Chance, policy: &Value) -> Case {
    let account = STRANGE_ACCOUNT;
    let mut context = Context::new();
    let mut know = |key: &str, value: &str| drop(context.insert(key.to_ascii_lowercase(), vec![value.to_owned()]));
    let caller = match chance.below(4) {
        0 => {
            know("aws:PrincipalArn", &user_arn(account, "/", "alice"));
            know("aws:username", "alice");
            know("aws:userid", "AIDASTRANGER00000001");
            Caller::User {
                account: account.into(),
                id: "AIDASTRANGER00000001".into(),
                name: "alice".into(),
                path: "/".into(),
            }
        }
        1 | 2 => {
            know("aws:PrincipalArn", &role_arn(account, "/", "app"));
            know("aws:userid", "AROASTRANGER00000002:one");
            Caller::RoleSession {
                account: account.into(),
                id: "AROASTRANGER00000002".into(),
                role: "app".into(),
                path: "/".into(),
                session: "one".into(),
            }
        }
        _ => Caller::Anonymous,
    };
    if caller != Caller::Anonymous {
        know("aws:PrincipalAccount", account);
        know("aws:PrincipalIsAWSService", "false");
        if chance.percent(60) {
            know("aws:PrincipalTag/team", chance.pick(&["red", "strangers", account]));
        }
        if chance.percent(50) {
            know("aws:PrincipalOrgID", "o-strangers");
            know("aws:PrincipalOrgPaths", "o-strangers/r-1/ou-1/");
        }
    }
    match chance.below(3) {
        0 => know("aws:SourceIp", "198.51.100.9"),
        1 => know("aws:SourceIp", "2400:cb00::1"),
        _ => {
            know("aws:SourceVpce", "vpce-strangers");
            know("aws:SourceVpc", "vpc-strangers");
        }
    }
    if chance.percent(20) {
        know("aws:SourceAccount", account);
        know("aws:SourceArn", &format!("arn:aws:lambda:us-east-1:{account}:function:theirs"));
    }
    know("aws:SecureTransport", "true");
    know("aws:UserAgent", "the-secret-agent");
    know("aws:CurrentTime", "2026-11-21T12:00:00Z");
    let everything = json!({
        "Version": "2012-10-17", "Statement": { "Effect": "Allow", "Action": "*", "Resource": "*" }
    });
    let documents = Documents {
        identity: vec![everything],
        boundary: None,
        session: None,
        resource: Some(policy.clone()),
        role: Role::Optional,
        service_control: Vec::new(),
        resource_control: Vec::new(),
        endpoint: None,
    };
    let action = "secretsmanager:GetSecretValue".to_owned();
    let mut case = Case {
        documents,
        request: Request { caller, action, resource: SECRET.into(), owner: "111122223333".into(), context },
    };
    case.make_coherent();
    case
}
