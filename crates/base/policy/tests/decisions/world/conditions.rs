//! Invented conditions, and the context they are tested against.

use serde_json::{Map, Value, json};

use crate::case::{Caller, Context, role_arn, user_arn};
use crate::chance::Chance;

/// Keys and values that belong together.
struct Family {
    operators: &'static [&'static str],
    keys: &'static [&'static str],
    /// What policies compare with; those with a `$` only where policies have variables.
    wanted: &'static [&'static str],
    /// What policies write without quotes.
    unquoted: &'static [&'static str],
    present: &'static [&'static str],
}

const TEXT: Family = Family {
    operators: &[
        "StringEquals",
        "StringNotEquals",
        "StringEqualsIgnoreCase",
        "StringNotEqualsIgnoreCase",
        "StringLike",
        "StringNotLike",
    ],
    keys: &[
        "aws:PrincipalTag/team",
        "aws:principaltag/TEAM",
        "aws:ResourceTag/team",
        "aws:RequestTag/team",
        "aws:username",
        "AWS:UserName",
        "aws:TagKeys",
        "aws:CalledVia",
        "aws:SourceVpce",
        "secretsmanager:VersionStage",
    ],
    wanted: &[
        "red",
        "red",
        "blue",
        "RED",
        "r*",
        "*e*",
        "?ed",
        "b?ue",
        "*",
        "alice",
        "AL*",
        "${aws:PrincipalTag/team}",
        "${aws:PrincipalTag/TEAM}",
        "${aws:ResourceTag/team, 'blue'}",
        "${aws:username}",
        "${ aws:username }",
        "${aws:username}*",
        "r${aws:username}d",
        "r${*}d",
        "${?}ed",
        "${$}{x}",
        "",
    ],
    unquoted: &["7", "true"],
    present: &["red", "red", "blue", "Red", "RED", "alice", "r*d", "?ed", "${x}", "read", "", "7", "true"],
};

const NUMBER: Family = Family {
    operators: &[
        "NumericEquals",
        "NumericNotEquals",
        "NumericLessThan",
        "NumericLessThanEquals",
        "NumericGreaterThan",
        "NumericGreaterThanEquals",
    ],
    keys: &["aws:MultiFactorAuthAge", "secretsmanager:RecoveryWindowInDays"],
    wanted: &["7", "7.0", "7.5", "30", "0", "-1", "3600"],
    unquoted: &["7", "7.5", "30", "-1"],
    present: &["7", "7", "7.0", "7.50", "30", "0", "-1", "3599", "seven"],
};

const TIME: Family = Family {
    operators: &[
        "DateEquals",
        "DateNotEquals",
        "DateLessThan",
        "DateLessThanEquals",
        "DateGreaterThan",
        "DateGreaterThanEquals",
    ],
    keys: &["aws:CurrentTime", "aws:EpochTime", "aws:TokenIssueTime"],
    wanted: &[
        "2026-11-21T12:00:00Z",
        "2026-11-21T13:00:00+01:00",
        "2026-11-21T12:00Z",
        "2026-11-21T12:00:00.5Z",
        "2026-11-21",
        "2026-11",
        "2024-02-29T23:59:59Z",
        "1795262400",
    ],
    unquoted: &["1795262400", "1795262401"],
    present: &[
        "2026-11-21T12:00:00Z",
        "2026-11-21T12:00:00Z",
        "2026-11-21T11:59:59Z",
        "2026-11-21T07:00:00-05:00",
        "2026-11-21T00:00:00Z",
        "2024-03-01T00:00:00Z",
        "1795262400",
        "1795262401",
        "noon",
    ],
};

const TRUTH: Family = Family {
    operators: &["Bool"],
    keys: &["aws:SecureTransport", "aws:MultiFactorAuthPresent"],
    wanted: &["true", "false", "TRUE", "False"],
    unquoted: &["true", "false"],
    present: &["true", "false", "true", "false", "True", "yes"],
};

const BYTES: Family = Family {
    operators: &["BinaryEquals"],
    keys: &["keepwell:Digest"],
    wanted: &["QUJD", "QQ==", "AAEC"],
    unquoted: &[],
    present: &["QUJD", "QUJE", "QQ==", "AAEC"],
};

const ADDRESS: Family = Family {
    operators: &["IpAddress", "NotIpAddress"],
    keys: &["aws:SourceIp", "aws:VpcSourceIp"],
    wanted: &[
        "203.0.113.0/24",
        "203.0.113.7",
        "203.0.113.7/32",
        "203.0.113.128/25",
        "10.0.0.0/8",
        "0.0.0.0/0",
        "2001:db8::/32",
        "2001:DB8:0:1::/64",
        "2001:db8::1",
        "::/0",
    ],
    unquoted: &[],
    present: &[
        "203.0.113.7",
        "203.0.113.7",
        "203.0.113.200",
        "203.0.114.1",
        "10.1.2.3",
        "2001:db8::1",
        "2001:db8:0:1::5",
        "lambda.amazonaws.com",
    ],
};

const ARN: Family = Family {
    operators: &["ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"],
    keys: &["aws:PrincipalArn", "aws:SourceArn", "secretsmanager:SecretId"],
    wanted: &[
        "arn:aws:iam::111122223333:user/alice",
        "arn:aws:iam::111122223333:user/*",
        "arn:aws:iam::*:role/*",
        "arn:*:iam::11112222333?:user/*",
        "arn:aws:iam::111122223333:role/service/app",
        "arn:aws:*:*:*:*",
        "arn:aws:secretsmanager:*:111122223333:secret:db-*",
        "arn:aws:secretsmanager:*:secret:db-AbCdEf",
        "arn:aws:iam::111122223333:user/${aws:username}",
        "arn:aws:iam::*:user/${aws:username, 'alice'}",
        "${aws:PrincipalArn}",
    ],
    unquoted: &[],
    present: &[
        "arn:aws:iam::111122223333:user/alice",
        "arn:aws:iam::111122223333:user/Alice",
        "arn:aws:iam::111122223333:role/service/app",
        "arn:aws:secretsmanager:us-east-1:111122223333:secret:db-AbCdEf",
        "arn:aws:secretsmanager:us-east-1:999900001111:x:111122223333:secret:db-AbCdEf",
        "nothing like one",
    ],
};

const FAMILIES: &[&Family] = &[&TEXT, &TEXT, &TEXT, &NUMBER, &TIME, &TRUTH, &BYTES, &ADDRESS, &ARN];

/// Operators of other families that AWS's examples use on these keys.
const STRINGS_FOR_ARNS: &[&str] = &["StringEquals", "StringLike", "StringNotLike"];

/// One to three operators, each with one or two keys.
pub(super) fn block(chance: &mut Chance, has_variables: bool) -> Value {
    let mut block = Map::new();
    for _ in 0..[1, 1, 1, 2, 3][chance.below(5)] {
        let family = FAMILIES[chance.below(FAMILIES.len())];
        let is_null = chance.percent(12);
        let operator = if is_null { "Null".to_owned() } else { operator(chance, family) };
        let mut keys = Map::new();
        for _ in 0..if chance.percent(85) { 1 } else { 2 } {
            let key = chance.pick(family.keys).to_owned();
            // Whether a key without values exists, as IfExists asks, is said nowhere.
            if key == "aws:TagKeys" && operator.ends_with("IfExists") {
                continue;
            }
            // The same key in another case is the same key, and policies may not repeat themselves.
            if keys.keys().any(|taken: &String| taken.eq_ignore_ascii_case(&key)) {
                continue;
            }
            let value = if is_null {
                [json!("true"), json!("false"), json!(true), json!(false)][chance.below(4)].clone()
            } else {
                wanted(chance, family, has_variables)
            };
            keys.insert(key, value);
        }
        if !keys.is_empty() {
            block.insert(operator, Value::Object(keys));
        }
    }
    Value::Object(block)
}

fn operator(chance: &mut Chance, family: &Family) -> String {
    let mut operator = if family.keys == ARN.keys && chance.percent(20) {
        chance.pick(STRINGS_FOR_ARNS).to_owned()
    } else {
        chance.pick(family.operators).to_owned()
    };
    if chance.percent(15) {
        operator.push_str("IfExists");
    }
    match chance.below(10) {
        0 => format!("ForAllValues:{operator}"),
        1 => format!("ForAnyValue:{operator}"),
        _ => operator,
    }
}

fn wanted(chance: &mut Chance, family: &Family, has_variables: bool) -> Value {
    let mut values: Vec<Value> = Vec::new();
    for _ in 0..[1, 1, 1, 2, 3][chance.below(5)] {
        if !family.unquoted.is_empty() && chance.percent(12) {
            values.push(serde_json::from_str(chance.pick(family.unquoted)).unwrap());
            continue;
        }
        let text = chance.pick(family.wanted);
        // An ARN that is all variable is no ARN where variables are plain text.
        if has_variables || !text.starts_with("${aws:PrincipalArn") {
            values.push(json!(text));
        }
    }
    match values.len() {
        0 => json!(family.wanted[0]),
        1 if chance.percent(70) => values.remove(0),
        _ => Value::Array(values),
    }
}

/// What is known about a request: truth about the caller, invention about the rest. Keys are in lower case.
pub(super) fn context(chance: &mut Chance, caller: &Caller) -> Context {
    let mut context = Context::new();
    for family in FAMILIES {
        for key in family.keys {
            let key = key.to_ascii_lowercase();
            if context.contains_key(&key) || !chance.percent(65) {
                continue;
            }
            let count = match key.as_str() {
                "aws:tagkeys" => chance.below(4),
                "aws:calledvia" => 1 + chance.below(3),
                _ if chance.percent(4) => 2,
                _ => 1,
            };
            let mut values: Vec<String> = (0..count).map(|_| chance.pick(family.present).to_owned()).collect();
            if values.len() > 1 {
                // Whether an empty string among others counts is said nowhere.
                values.iter_mut().filter(|value| value.is_empty()).for_each(|value| "read".clone_into(value));
            }
            context.insert(key, values);
        }
    }
    let arn = match caller {
        Caller::Root { account } => Some(format!("arn:aws:iam::{account}:root")),
        Caller::User { account, name, path, .. } => {
            if chance.percent(80) {
                context.insert("aws:username".into(), vec![name.clone()]);
            }
            Some(user_arn(account, path, name))
        }
        Caller::RoleSession { account, role, path, .. } => Some(role_arn(account, path, role)),
        _ => None,
    };
    if let Some(arn) = arn {
        context.insert("aws:principalarn".into(), vec![arn]);
    }
    context
}
