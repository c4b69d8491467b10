//! The words of invented policies and requests.

use crate::case::{Caller, Role};
use crate::chance::Chance;

pub(super) const HOME: &str = "111122223333";
pub(super) const ABROAD: &str = "444455556666";

pub(super) fn caller(chance: &mut Chance) -> Caller {
    let account = if chance.percent(70) { HOME } else { ABROAD }.to_owned();
    match chance.below(20) {
        0 => Caller::Root { account },
        1..8 => {
            let (name, path, id) = match chance.below(3) {
                0 => ("alice", "/", "AIDAALICE00000000001"),
                1 => ("bob", "/team/", "AIDABOB0000000000002"),
                _ => ("Alice", "/", "AIDAALICE00000000003"),
            };
            Caller::User { account, id: id.into(), name: name.into(), path: path.into() }
        }
        8..15 => {
            let (role, path, id) = match chance.below(2) {
                0 => ("app", "/service/", "AROAAPP0000000000001"),
                _ => ("reader", "/", "AROAREADER0000000002"),
            };
            let session = chance.pick(&["one", "two"]).into();
            Caller::RoleSession { account, id: id.into(), role: role.into(), path: path.into(), session }
        }
        15 | 16 => {
            let user = ("alice".to_owned(), "/".to_owned(), "AIDAALICE00000000001".to_owned());
            Caller::FederatedUser { account, name: "fed".into(), user: Some(user) }
        }
        17 => Caller::FederatedUser { account, name: "fed".into(), user: None },
        18 => Caller::AwsService { name: chance.pick(&["lambda.amazonaws.com", "events.amazonaws.com"]).into() },
        _ => Caller::Anonymous,
    }
}

/// Entries of `Principal.AWS`.
pub(super) const PRINCIPALS: &[&str] = &[
    "*",
    HOME,
    "arn:aws:iam::111122223333:root",
    "arn:aws:iam::444455556666:root",
    ABROAD,
    "arn:aws:iam::111122223333:user/alice",
    "arn:aws:iam::111122223333:user/alice",
    "arn:aws:iam::111122223333:user/Alice",
    "arn:aws:iam::111122223333:user/team/bob",
    "arn:aws:iam::111122223333:user/bob",
    "arn:aws:iam::444455556666:user/alice",
    "AIDAALICE00000000001",
    "AIDABOB0000000000002",
    "arn:aws:iam::111122223333:role/service/app",
    "arn:aws:iam::111122223333:role/service/app",
    "arn:aws:iam::111122223333:role/reader",
    "arn:aws:iam::444455556666:role/reader",
    "AROAAPP0000000000001",
    "AROAREADER0000000002",
    "arn:aws:sts::111122223333:assumed-role/app/one",
    "arn:aws:sts::111122223333:assumed-role/app/two",
    "arn:aws:sts::111122223333:assumed-role/reader/one",
    "arn:aws:sts::444455556666:assumed-role/reader/two",
    "arn:aws:sts::111122223333:federated-user/fed",
    "arn:aws:sts::444455556666:federated-user/fed",
];

/// What a NotPrincipal lists: whole chains, and chains that miss a link.
pub(super) const EXCEPTIONS: &[&[&str]] = &[
    &["arn:aws:iam::111122223333:root", "arn:aws:iam::111122223333:user/alice"],
    &["111122223333", "AIDAALICE00000000001", "arn:aws:iam::111122223333:user/team/bob"],
    &["arn:aws:iam::111122223333:user/alice"],
    &["arn:aws:iam::111122223333:root"],
    &[
        "arn:aws:iam::111122223333:root",
        "arn:aws:iam::111122223333:role/service/app",
        "arn:aws:sts::111122223333:assumed-role/app/one",
    ],
    &["arn:aws:iam::111122223333:root", "arn:aws:iam::111122223333:role/reader"],
    &["arn:aws:iam::111122223333:root", "arn:aws:sts::111122223333:assumed-role/app/two"],
    &["arn:aws:iam::111122223333:root", "arn:aws:sts::111122223333:federated-user/fed"],
    &[
        "arn:aws:iam::111122223333:root",
        "arn:aws:iam::111122223333:user/alice",
        "arn:aws:sts::111122223333:federated-user/fed",
    ],
    &[
        "arn:aws:iam::444455556666:root",
        "arn:aws:iam::444455556666:role/reader",
        "arn:aws:sts::444455556666:assumed-role/reader/one",
        "arn:aws:iam::444455556666:user/alice",
    ],
];

pub(super) fn actions(role: Role) -> &'static [&'static str] {
    match role {
        Role::Optional => &[
            "secretsmanager:GetSecretValue",
            "secretsmanager:GetSecretValue",
            "secretsmanager:DescribeSecret",
            "secretsmanager:PutSecretValue",
            "secretsmanager:TagResource",
        ],
        Role::Trust => &["sts:AssumeRole", "sts:AssumeRole", "sts:TagSession"],
        Role::Key => &["kms:Decrypt", "kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey"],
    }
}

pub(super) fn action_patterns(role: Role) -> &'static [&'static str] {
    match role {
        Role::Optional => &[
            "*",
            "secretsmanager:*",
            "secretsmanager:GetSecretValue",
            "secretsmanager:GetSecretValue",
            "SecretsManager:getsecretvalue",
            "secretsmanager:Get*",
            "secretsmanager:*Secret*",
            "secretsmanager:?etSecretValue",
            "secretsmanager:DescribeSecret",
            "secretsmanager:DescribeSecret?",
            "secretsmanager:List*",
            "secretsmanager:*e*e*e*",
            "secretsmanager:GetSecret",
            "kms:*",
            "iam:Get*",
        ],
        Role::Trust => {
            &["sts:AssumeRole", "sts:AssumeRole", "sts:*", "STS:assumerole", "sts:TagSession", "sts:Assume*"]
        }
        Role::Key => {
            &["*", "kms:*", "kms:Decrypt", "kms:Decrypt", "KMS:decrypt", "kms:*crypt", "kms:Describe*", "kms:G*Key"]
        }
    }
}

pub(super) fn resources(role: Role) -> &'static [&'static str] {
    match role {
        Role::Optional => &[
            "arn:aws:secretsmanager:us-east-1:111122223333:secret:db-AbCdEf",
            "arn:aws:secretsmanager:us-east-1:111122223333:secret:db-AbCdEf",
            "arn:aws:secretsmanager:us-east-1:111122223333:secret:db-prod-XyZ123",
            "arn:aws:secretsmanager:eu-west-1:111122223333:secret:alice/key-111111",
            "arn:aws:secretsmanager:us-east-1:111122223333:secret:we*rd-222222",
            "arn:aws:secretsmanager:us-east-1:444455556666:secret:db-AbCdEf",
            "arn:aws:secretsmanager:us-east-1:444455556666:secret:red/key-333333",
        ],
        Role::Trust => &[
            "arn:aws:iam::111122223333:role/target",
            "arn:aws:iam::111122223333:role/team/target",
            "arn:aws:iam::444455556666:role/target",
        ],
        Role::Key => &[
            "arn:aws:kms:us-east-1:111122223333:key/1234abcd",
            "arn:aws:kms:us-east-1:111122223333:key/9999ffff",
            "arn:aws:kms:us-east-1:444455556666:key/1234abcd",
        ],
    }
}

pub(super) fn resource_patterns(role: Role) -> &'static [&'static str] {
    match role {
        Role::Optional => &[
            "*",
            "arn:aws:secretsmanager:us-east-1:111122223333:secret:db-AbCdEf",
            "arn:aws:secretsmanager:us-east-1:111122223333:secret:db-??????",
            "arn:aws:secretsmanager:us-east-1:111122223333:secret:db-*",
            "arn:aws:secretsmanager:*:111122223333:secret:*",
            "arn:aws:secretsmanager:us-*:*:secret:*",
            "arn:aws:secretsmanager:us-east-?:*:secret:*-AbCdEf",
            "arn:aws:secretsmanager:*:*:secret:${aws:username}/*",
            "arn:aws:secretsmanager:*:*:secret:${aws:PrincipalTag/team, 'db'}-*",
            "arn:aws:secretsmanager:*:*:secret:${aws:PrincipalTag/Team}/key-??????",
            "arn:aws:secretsmanager:*:*:secret:we${*}rd-*",
            "arn:aws:secretsmanager:*:*:secret:db${*}",
            "arn:aws:secretsmanager:us-east-1:111122223333:secret:DB-AbCdEf",
            "arn:aws:secretsmanager:us-east-1:111122223333:*",
            "arn:aws:secretsmanager:us-east-1:444455556666:secret:*",
            "arn:aws:secretsmanager:*:secret:db-AbCdEf",
            "arn:aws:secretsmanager:us-east-1:*:db-AbCdEf",
            "arn:aws-cn:secretsmanager:*:*:secret:*",
            "arn:aws:kms:*:*:key/*",
        ],
        Role::Trust => &[
            "*",
            "arn:aws:iam::111122223333:role/target",
            "arn:aws:iam::*:role/*",
            "arn:aws:iam::111122223333:role/*target",
            "arn:aws:iam::444455556666:role/*",
        ],
        Role::Key => &[
            "*",
            "arn:aws:kms:*:111122223333:key/*",
            "arn:aws:kms:us-east-1:111122223333:key/1234abcd",
            "arn:aws:kms:*:*:key/1234????",
        ],
    }
}
