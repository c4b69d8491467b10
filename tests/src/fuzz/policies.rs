//! Policy documents from people who mean no good: AWS's error or a policy, in bounded time, and what is refused grants
//! nothing.

use std::time::{Duration, Instant};

use proptest::{prelude::*, sample::select};
use serde_json::json;

use super::{against_a_house, fragments};
use crate::{
    house::{ACCOUNT, House},
    letters::Answer,
    people::{Person, trusting, trusting_if},
};

/// Generous for a build without optimisations on a busy machine; what is quadratic in 100 KB takes minutes.
const TIME_MAX: Duration = Duration::from_secs(5);

const WORDS: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\"Version\":\"2012-10-17\",",
    "\"Version\":\"2008-10-17\"",
    "\"Statement\":",
    "\"Effect\":\"Allow\",",
    "\"Effect\":\"Deny\",",
    "\"Principal\":\"*\",",
    "\"Principal\":{\"AWS\":\"111122223333\"},",
    "\"NotPrincipal\":",
    "\"Action\":\"*\",",
    "\"Action\":[\"secretsmanager:*\"],",
    "\"NotAction\":\"s3:*\"",
    "\"Resource\":\"*\"",
    "\"NotResource\":\"arn:aws:s3:::a\"",
    "\"Condition\":{\"StringLike\":{\"aws:username\":\"${aws:username}\"}}",
    "\"Condition\":{\"Bool\":{\"aws:SecureTransport\":true}}",
    "${",
    "*",
    "null",
    "1e9",
    "\\u0000",
    "\\ud83d",
];

fn allowing(action: &str, resource: &str, more: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"AWS":"{ACCOUNT}"}},"Action":{action},"Resource":{resource}{more}}}]}}"#
    )
}

fn principal() -> String {
    format!(r#""Principal":{{"AWS":"{ACCOUNT}"}},"#)
}

/// The same as a policy of users.
fn without_principal(document: &str) -> String {
    document.replace(&principal(), "")
}

/// A policy that allows everything, in which something was cut out or put in.
fn damaged() -> impl Strategy<Value = String> {
    let sound =
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"secretsmanager:*","Resource":"*"}]}"#;
    let word = prop_oneof![3 => select(WORDS).prop_map(str::to_owned), 1 => ".{0,3}"];
    (0..sound.len(), 0_usize..12, word).prop_map(|(at, cut, word)| {
        let kept: String = sound.chars().take(at).collect();
        let rest: String = sound.chars().skip(at + cut).collect();
        format!("{kept}{word}{rest}")
    })
}

fn hostile() -> Vec<(&'static str, String)> {
    let list = |count: usize, entry: &str| format!("[{}]", vec![entry; count].join(","));
    let all = "\"*\"";
    let pattern = format!("\"{}b\"", "a*".repeat(1_000));
    let reading = "\"secretsmanager:GetSecretValue\"";
    let arns = format!("\"arn:aws:secretsmanager:*:*:secret:{}b\"", "a*?".repeat(600));
    let conditions: Vec<String> = (0..400).map(|number| format!(r#""aws:k{number}":"{}""#, "*?".repeat(20))).collect();
    let statement = r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#;
    vec![
        ("deep lists", "[".repeat(100_000)),
        ("deep objects", "{\"Statement\":".repeat(9_000)),
        ("a deep statement", format!("{{\"Statement\":{}{}}}", "[".repeat(50_000), "]".repeat(50_000))),
        ("a deep condition", allowing(all, all, &format!(",\"Condition\":{}", "{\"Bool\":".repeat(10_000)))),
        ("a long string", format!("\"{}\"", "a".repeat(130_000))),
        ("a longer one", format!("{{\"Version\":\"{}\"}}", "a".repeat(400_000))),
        ("much space", format!("{{{}}}", " ".repeat(300_000))),
        ("many statements", format!(r#"{{"Version":"2012-10-17","Statement":{}}}"#, list(2_500, statement))),
        ("many actions", allowing(&list(3_000, "\"s*:*G*e*t*S*e*c*\""), all, "")),
        ("a thousand wildcards", allowing(reading, &pattern, "")),
        ("wildcards in an ARN", allowing(reading, &arns, "")),
        ("many of them", allowing(reading, &list(40, &arns), "")),
        (
            "many conditions",
            allowing(all, all, &format!(",\"Condition\":{{\"StringLike\":{{{}}}}}", conditions.join(","))),
        ),
        ("many values", {
            let values = list(2_000, "\"*a*a*a*a*a*a*b\"");
            allowing(all, all, &format!(",\"Condition\":{{\"ForAnyValue:StringLike\":{{\"aws:TagKeys\":{values}}}}}"))
        }),
        ("open variables", allowing(reading, &format!("\"arn:aws:secretsmanager:::{}\"", "${".repeat(2_000)), "")),
        ("nested variables", {
            let nested = format!("{}x{}", "${aws:username, '".repeat(500), "'}".repeat(500));
            allowing(reading, &format!("\"arn:aws:secretsmanager:::{nested}\""), "")
        }),
        ("a huge number", allowing(all, all, ",\"Condition\":{\"NumericEquals\":{\"aws:k\":1e999999999}}")),
        (
            "many digits",
            allowing(all, all, &format!(",\"Condition\":{{\"NumericEquals\":{{\"aws:k\":{}}}}}", "9".repeat(60_000))),
        ),
        ("a lone surrogate", allowing("\"\\ud83d\"", all, "")),
        ("a zero", allowing("\"s3:\\u0000\"", all, "")),
        ("the same twice", r#"{"Statement":[],"Statement":[]}"#.to_owned()),
        ("two documents", format!("{0}{0}", without_principal(&allowing(all, all, "")))),
        ("a list of one", format!("[{}]", without_principal(&allowing(all, all, "")))),
        ("nothing", String::new()),
        ("a byte order mark", format!("\u{feff}{}", without_principal(&allowing(all, all, "")))),
    ]
}

fn is_answered(name: &str, place: &str, answer: &Answer, start: Instant) {
    let known = [200, 400, 403, 409].contains(&answer.status);
    assert!(known, "{name} in {place}: {} {}", answer.status, answer.text());
    let took = start.elapsed();
    assert!(took < TIME_MAX, "{name} in {place}: {took:?}");
}

/// Puts the document wherever a policy can be put.
async fn put_everywhere(house: &House, victim: &Person, name: &str, document: &str) {
    let identity = without_principal(document);
    let admin = house.admin();
    let user = [("UserName", "victim"), ("PolicyName", "hostile"), ("PolicyDocument", &*identity)];
    let managed = [("PolicyName", "hostile"), ("PolicyDocument", &*identity)];
    let trust = [("RoleName", "role"), ("PolicyDocument", document)];
    let custom = [("PolicyInputList.member.1", &*identity), ("ActionNames.member.1", "secretsmanager:GetSecretValue")];
    let keys = [("PolicyInputList.member.1", &*identity)];
    for (action, parameters) in [
        ("PutUserPolicy", &user[..]),
        ("CreatePolicy", &managed),
        ("UpdateAssumeRolePolicy", &trust),
        ("SimulateCustomPolicy", &custom),
        ("GetContextKeysForCustomPolicy", &keys),
    ] {
        let start = Instant::now();
        is_answered(name, action, &admin.iam(action, parameters).await, start);
    }
    let role = format!("arn:aws:iam::{ACCOUNT}:role/open");
    let session = [("RoleArn", &*role), ("RoleSessionName", "story"), ("Policy", &*identity)];
    let federated = [("Name", "guest"), ("Policy", &*identity)];
    for (action, parameters) in [("AssumeRole", &session[..]), ("GetFederationToken", &federated)] {
        let start = Instant::now();
        is_answered(name, action, &victim.at(house).sts(action, parameters).await, start);
    }
    for operation in ["ValidateResourcePolicy", "PutResourcePolicy"] {
        let start = Instant::now();
        let members = json!({"SecretId": "db", "ResourcePolicy": document, "BlockPublicPolicy": true});
        let members = if operation == "PutResourcePolicy" { members } else { json!({"ResourcePolicy": document}) };
        is_answered(name, operation, &admin.call(operation, members).await, start);
    }
}

#[tokio::test]
async fn hostile_policies_are_answered_in_bounded_time_and_so_are_decisions_on_them() {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", "one").await;
    let long = "a".repeat(500);
    admin.create(&long, "two").await;
    let victim = house.user("victim", "").await;
    admin.role("role", &trusting(ACCOUNT), "").await;
    admin.role("open", &trusting(&victim.arn), "").await;
    for (name, document) in hostile() {
        put_everywhere(&house, &victim, name, &document).await;
        for asked in ["db", &*long] {
            let start = Instant::now();
            let answer = victim.at(&house).call("GetSecretValue", json!({"SecretId": asked})).await;
            is_answered(name, "a decision", &answer, start);
        }
        admin.iam("DeleteUserPolicy", &[("UserName", "victim"), ("PolicyName", "hostile")]).await;
        let policy = format!("arn:aws:iam::{ACCOUNT}:policy/hostile");
        admin.iam("DeletePolicy", &[("PolicyArn", &*policy)]).await;
        admin.ask("DeleteResourcePolicy", json!({"SecretId": "db"})).await;
    }
    let house = house.restart().await;
    assert_eq!(house.admin().value("db").await, "one");
}

/// As large as a trust policy may be, and compared with what a stranger chooses.
#[tokio::test]
async fn a_trust_policy_of_wildcards_is_decided_in_bounded_time() {
    let house = House::open().await;
    let pattern = format!("{}b", "a*".repeat(400));
    let trust = trusting_if(ACCOUNT, json!({"StringLike": {"sts:ExternalId": pattern}}));
    house.admin().role("role", &trust, "").await;
    let user = house.user("user", &without_principal(&allowing("\"sts:AssumeRole\"", "\"*\"", ""))).await;
    let role = format!("arn:aws:iam::{ACCOUNT}:role/role");
    for (external_id, status) in [("a".repeat(1_224), 403), (format!("{}b", "a".repeat(1_223)), 200)] {
        let start = Instant::now();
        let answer = user.at(&house).ask_role(&role, &[("ExternalId", &*external_id)]).await;
        assert_eq!(answer.status, status, "{}", answer.text());
        is_answered("wildcards", "a decision on trust", &answer, start);
    }
}

#[test]
fn a_policy_that_is_refused_grants_nothing_and_one_that_is_kept_is_json() {
    let documents = prop_oneof![3 => damaged(), 1 => fragments(WORDS)];
    against_a_house(documents, async |house, document| {
        if house.admin().iam("GetUser", &[("UserName", "victim")]).await.status != 200 {
            house.user("victim", "").await;
        }
        let key = house.admin().iam("CreateAccessKey", &[("UserName", "victim")]).await;
        let victim = Person::of(&key, String::new(), String::new());
        let parameters = [("UserName", "victim"), ("PolicyName", "inline"), ("PolicyDocument", &*document)];
        let put = house.admin().iam("PutUserPolicy", &parameters).await;
        assert!([200, 400].contains(&put.status), "{document}: {}", put.text());
        let read = victim.at(house).call("GetSecretValue", json!({"SecretId": "db"})).await;
        if put.status == 200 {
            assert!(serde_json::from_str::<serde_json::Value>(&document).is_ok(), "{document}");
        } else {
            assert_eq!(read.status, 400, "{document}: {}", read.text());
        }
        house.admin().iam("DeleteUserPolicy", &[("UserName", "victim"), ("PolicyName", "inline")]).await;
        let key = [("UserName", "victim"), ("AccessKeyId", &*victim.access_key_id)];
        house.admin().iam("DeleteAccessKey", &key).await.is_success();
    });
}
