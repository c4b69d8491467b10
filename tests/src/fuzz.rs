//! Anything at all is answered: the fuzz targets, one line each, and bytes thrown at a whole house.

mod policies;
mod queries;

use http::HeaderValue;
use proptest::{prelude::*, sample::select, test_runner::TestCaseResult};
use secretsmanager::Operation;
use serde_json::json;
use terms::{SecretId, SecretName};

use crate::{
    house::House,
    letters::{Letter, token},
    refusals::requests,
};

/// Text that is nearly what a parser wants.
fn fragments(words: &'static [&'static str]) -> impl Strategy<Value = String> {
    let word = prop_oneof![4 => select(words).prop_map(str::to_owned), 1 => ".{0,6}"];
    prop::collection::vec(word, 0..24).prop_map(|words| words.concat())
}

const AUTHORIZATION: &[&str] = &[
    "AWS4-HMAC-SHA256",
    " ",
    ",",
    "=",
    "/",
    ";",
    "\n",
    "Credential=",
    "SignedHeaders=",
    "Signature=",
    "AKIA",
    "20260302",
    "us-east-1",
    "secretsmanager",
    "aws4_request",
    "host",
    "x-amz-date",
    "20260302T080000Z",
    "0f",
    "\t",
];
const QUERY: &[&str] = &[
    "X-Amz-Algorithm=AWS4-HMAC-SHA256",
    "&",
    "=",
    "%",
    "%2F",
    "X-Amz-Credential=",
    "AKIA/20260302/us-east-1/sts/aws4_request",
    "X-Amz-Date=20260302T080000Z",
    "X-Amz-Expires=",
    "60",
    "X-Amz-SignedHeaders=host",
    "X-Amz-Signature=",
    "0f",
    "+",
    "X-Amz-Security-Token=",
];
const ARN: &[&str] = &[
    "arn:",
    "aws",
    ":",
    "secretsmanager",
    "eu-central-1",
    "111122223333",
    "secret",
    "secret:",
    "name",
    "-",
    "a1b2c3",
    "/",
    "!",
    " ",
    "cn-north-1",
    "aws-cn",
];
const REST: &[&str] = &[
    "/",
    "/2015-03-31/functions",
    "arn%3Aaws%3Alambda%3Aus-east-1%3A111122223333%3Afunction%3Arotate",
    "rotate",
    "live",
    ":",
    "$LATEST",
    "Qualifier",
    "tagKeys",
    "MaxItems",
    "=",
    "&",
    "+",
    "%",
    "%ff",
    "%2F",
    "Event",
    "Tail",
    "7",
    "é",
];
const CONFIG: &[&str] = &[
    "KEEPWELL_LISTEN",
    "KEEPWELL_REGION",
    "\n",
    "region",
    "data_dir",
    " = ",
    "\"",
    "[",
    "]",
    "quota.secret_bytes",
    "[quota]",
    "versions_per_secret",
    "127.0.0.1:0",
    "us-east-1",
    "5",
    "16 MiB",
    "1m",
    "true",
    "#",
];

proptest! {
    #[test]
    fn an_authorization_header(text in fragments(AUTHORIZATION), bytes: Vec<u8>) {
        sigv4::fuzz::fuzz_authorization(text.as_bytes());
        sigv4::fuzz::fuzz_authorization(&bytes);
    }

    #[test]
    fn a_presigned_query(text in fragments(QUERY), bytes: Vec<u8>) {
        sigv4::fuzz::fuzz_presigned(text.as_bytes());
        sigv4::fuzz::fuzz_presigned(&bytes);
    }

    #[test]
    fn the_json_of_every_shape(text in json_text(), bytes: Vec<u8>) {
        for bytes in [text.as_bytes(), &bytes] {
            secretsmanager::shapes::fuzz_all(bytes);
            kms::shapes::fuzz_all(bytes);
            lambda::shapes::fuzz_all(bytes);
            logs::shapes::fuzz_all(bytes);
            cloudtrail::shapes::fuzz_all(bytes);
            deployment::shapes::fuzz_all(bytes);
        }
    }

    #[test]
    fn the_parts_of_a_rest_request(label in fragments(REST), query in fragments(REST), header in fragments(REST), body in json_text()) {
        lambda::shapes::fuzz_all(format!("{label}\n{query}\n{header}\n{body}").as_bytes());
        let _ = shape::route(lambda::shapes::OPERATIONS, "GET", &label);
    }

    #[test]
    fn an_arn_or_a_name(text in fragments(ARN)) {
        // What is understood writes back what was read.
        match SecretId::parse(&text) {
            Ok(SecretId::Name(name)) => prop_assert_eq!(name.as_str(), text),
            Ok(SecretId::Arn { scope, name, suffix }) => {
                prop_assert_eq!(terms::secret_arn(&scope, &name, &suffix), text);
            }
            Ok(SecretId::PartialArn { scope, name }) => {
                let partial = format!("arn:{}:secretsmanager:{}:{}:secret:{name}", scope.region.partition(), scope.region, scope.account);
                prop_assert_eq!(partial, text);
            }
            Ok(SecretId::Nothing) => prop_assert!(text.starts_with("arn:")),
            Err(_) => prop_assert!(SecretName::parse(&text).is_err()),
        }
    }

    #[test]
    fn a_configuration(text in fragments(CONFIG), bytes: Vec<u8>) {
        keepwell::config::fuzz_config(text.as_bytes());
        keepwell::config::fuzz_config(&bytes);
    }
}

/// JSON whose members are those of requests, with values of every type.
fn json_text() -> impl Strategy<Value = String> {
    let names = [
        "SecretId",
        "Name",
        "ClientRequestToken",
        "SecretString",
        "SecretBinary",
        "VersionStages",
        "VersionStage",
        "Filters",
        "Tags",
        "TagKeys",
        "MaxResults",
        "NextToken",
        "SecretIdList",
        "RecoveryWindowInDays",
        "ForceDeleteWithoutRecovery",
        "PasswordLength",
        "ExcludeCharacters",
        "SortBy",
        "Description",
        "KmsKeyId",
        "MoveToVersionId",
        "RemoveFromVersionId",
        "VersionId",
        "IncludeDeprecated",
        "Type",
        "RotationToken",
    ];
    let values = [
        "null",
        "true",
        "false",
        "0",
        "1",
        "-1",
        "1e9",
        "1.5",
        "99999999999999999999",
        "\"\"",
        "\"db\"",
        "\"a b\"",
        "\"\\ud83d\"",
        "\"Zm9v\"",
        "\"!x\"",
        "[]",
        "{}",
        "[null]",
        "[\"db\",\"db\"]",
        "[{}]",
        "[[[[]]]]",
        "[{\"Key\":\"name\",\"Values\":[\"d\"]}]",
        "[{\"Key\":\"k\",\"Value\":\"v\"}]",
        "\"AWSCURRENT\"",
        "\"0d4f5b2e-3f43-4a6e-8a0e-000000000001\"",
        "\"arn:aws:secretsmanager:eu-central-1:111122223333:secret:db\"",
    ];
    let member = (select(names.to_vec()), select(values.to_vec()));
    let object = prop::collection::vec(member, 0..8).prop_map(|members| {
        let members: Vec<String> = members.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
        format!("{{{}}}", members.join(","))
    });
    // Some are cut short.
    (object, prop::option::weighted(0.1, 0_usize..60)).prop_map(|(object, cut)| match cut {
        Some(cut) => object.chars().take(cut).collect(),
        None => object,
    })
}

/// Runs a property against one house, and looks whether it still stands.
fn against_a_house<S: Strategy>(strategy: S, deed: impl AsyncFn(&House, S::Value)) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let house = runtime.block_on(async {
        let house = House::open().await;
        house.admin().create("db", "one").await;
        house
    });
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(400)
    });
    let outcome = runner.run(&strategy, |value| -> TestCaseResult {
        runtime.block_on(deed(&house, value));
        Ok(())
    });
    outcome.unwrap();
    runtime.block_on(async {
        house.admin().create("afterwards", "two").await;
        assert_eq!(house.admin().value("afterwards").await, "two");
        assert_eq!(house.close().await.audit().findings, []);
    });
}

fn operation() -> impl Strategy<Value = &'static str> {
    let names: Vec<&str> = Operation::ALL.iter().map(|operation| operation.action().operation()).collect();
    select(names)
}

fn is_answered(answer: &crate::letters::Answer) {
    assert!([200, 400].contains(&answer.status), "{}: {}", answer.status, answer.text());
    assert!(answer.headers.contains_key("x-amzn-requestid"));
    assert!(answer.body.is_empty() || serde_json::from_slice::<serde_json::Value>(&answer.body).is_ok());
}

#[test]
fn a_house_answers_any_signed_body() {
    let body =
        prop_oneof![3 => json_text().prop_map(String::into_bytes), 1 => prop::collection::vec(any::<u8>(), 0..60)];
    against_a_house((operation(), body), async |house, (operation, body)| {
        is_answered(&house.admin().send(operation, &body).await);
    });
}

#[test]
fn a_house_answers_any_headers_and_targets() {
    let header = (
        select(vec![
            "authorization",
            "x-amz-date",
            "x-amz-target",
            "host",
            "content-type",
            "x-amz-security-token",
            "x-amz-content-sha256",
            "user-agent",
            "date",
        ]),
        prop_oneof![fragments(AUTHORIZATION).prop_map(String::into_bytes), prop::collection::vec(any::<u8>(), 0..40),],
        any::<bool>(),
    );
    let target = prop_oneof![
        fragments(QUERY).prop_map(|query| format!("/?{query}")),
        select(vec!["/", "//", "/a/../b", "/%00", "*", "/?"]).prop_map(str::to_owned),
    ];
    let method = select(vec!["POST", "GET", "PUT", "OPTIONS", "X"]);
    let letters = (operation(), prop::collection::vec(header, 0..5), target, method, any::<bool>());
    against_a_house(letters, async |house, (operation, headers, target, method, is_signed)| {
        let body = json!({"SecretId": "db"}).to_string();
        let mut letter = Letter::unsigned(operation, body.as_bytes());
        if is_signed {
            house.admin().sign(&mut letter);
        }
        letter.method = method.to_owned();
        // Only what is a URI gets as far as the house.
        if target.parse::<http::Uri>().is_ok() {
            letter.target = target;
        }
        for (name, value, is_further) in headers {
            let Ok(value) = HeaderValue::from_bytes(&value) else { continue };
            if is_further {
                letter.headers.append(name, value);
            } else {
                letter.headers.insert(name, value);
            }
        }
        is_answered(&house.deliver(letter).await);
    });
}

#[test]
fn a_house_stands_whatever_sequence_of_good_requests_comes() {
    let step = (0..requests().len(), 1_u32..4, select(vec!["db", "new", "other"]), 0_i64..400_000_000);
    against_a_house(step, async |house, (request, number, secret, pause)| {
        let (operation, mut members) = requests().swap_remove(request);
        for id in ["SecretId", "Name"] {
            if members.get(id).is_some() {
                members[id] = json!(secret);
            }
        }
        if members.get("ClientRequestToken").is_some() {
            members["ClientRequestToken"] = json!(token(number));
        }
        if operation == "DeleteSecret" && number > 1 {
            members.as_object_mut().unwrap().remove("ForceDeleteWithoutRecovery");
        }
        house.turn_clock(pause);
        house.do_due().await;
        is_answered(&house.admin().call(operation, members).await);
        let list = house.admin().ask("ListSecrets", json!({"IncludePlannedDeletion": true})).await;
        for entry in list["SecretList"].as_array().unwrap() {
            let Some(stages) = entry.get("SecretVersionsToStages") else { continue };
            let labels: Vec<&serde_json::Value> =
                stages.as_object().unwrap().values().flat_map(|labels| labels.as_array().unwrap()).collect();
            let current = labels.iter().filter(|label| **label == "AWSCURRENT").count();
            assert_eq!(current, 1, "{entry}");
        }
    });
}
