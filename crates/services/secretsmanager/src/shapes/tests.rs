use proptest::prelude::*;
use shape::{ParseError, Reply, Structure, parse_json};
use terms::{SecretBytes, Timestamp};
use zeroize::Zeroizing;

use super::*;

const CANARY: &str = "canary-0d4f5b2e-3f43-4a6e-8a0e-5b6f9f2f7c10";
const CANARY_BASE64: &str = "Y2FuYXJ5LTBkNGY1YjJlLTNmNDMtNGE2ZS04YTBlLTViNmY5ZjJmN2MxMA==";
const TOKEN: &str = "terraform-20260202192845100500000001";

fn parse<S: Structure>(body: &str) -> S {
    parse_json(body.as_bytes()).unwrap()
}

fn violations<S: Structure + std::fmt::Debug>(body: &str) -> String {
    match parse_json::<S>(body.as_bytes()) {
        Err(ParseError::Validation(message)) => message,
        other => panic!("{body}: {other:?}"),
    }
}

fn record<S: Structure>(body: &str) -> String {
    let mut out = Vec::new();
    parse::<S>(body).record(&mut out);
    String::from_utf8(out).unwrap()
}

fn written(reply: &impl Reply) -> String {
    let mut out = Zeroizing::new(Vec::new());
    reply.write_json(&mut out);
    String::from_utf8(out.to_vec()).unwrap()
}

#[test]
fn a_binary_value_one_byte_too_long_is_refused_as_aws_was_recorded_to() {
    let body = |bytes: usize| {
        let mut value = Zeroizing::new(Vec::new());
        GetSecretValueResponse { secret_binary: Some(SecretBytes::new(vec![7; bytes])), ..Default::default() }
            .write_json(&mut value);
        let value = String::from_utf8(value.to_vec()).unwrap();
        format!(r#"{{"Name":"n",{}"#, value.trim_start_matches('{'))
    };
    assert_eq!(parse::<CreateSecretRequest>(&body(65_536)).secret_binary.unwrap().len(), 65_536);
    assert_eq!(
        violations::<CreateSecretRequest>(&body(65_537)),
        "1 validation error detected: Value at 'secretBinary' failed to satisfy constraint: \
         Member must have length less than or equal to 65536"
    );
}

#[test]
fn a_text_value_is_measured_in_bytes() {
    let body = |text: &str| format!(r#"{{"Name":"n","SecretString":"{text}"}}"#);
    assert!(parse_json::<CreateSecretRequest>(body(&"é".repeat(32_768)).as_bytes()).is_ok());
    let message = violations::<CreateSecretRequest>(&body(&"é".repeat(32_769)));
    assert!(message.contains("Value at 'secretString' failed"), "{message}");
    let message = violations::<CreateSecretRequest>(&body(""));
    assert!(message.ends_with("Member must have length greater than or equal to 1"), "{message}");
}

#[test]
fn a_bad_filter_key_is_named_by_its_path() {
    assert_eq!(
        violations::<ListSecretsRequest>(r#"{"Filters":[{"Key":"invalid","Values":["x"]}]}"#),
        "1 validation error detected: Value 'invalid' at 'filters.1.member.key' failed to satisfy constraint: \
         Member must satisfy enum value set: \
         [description, name, tag-key, tag-value, primary-region, owning-service, all]"
    );
}

#[test]
fn violations_stand_in_the_order_of_the_model_whatever_the_order_of_the_body() {
    assert_eq!(
        violations::<UpdateSecretVersionStageRequest>(r#"{"MoveToVersionId":"x","SecretId":""}"#),
        "3 validation errors detected: \
         Value '' at 'secretId' failed to satisfy constraint: Member must have length greater than or equal to 1; \
         Value null at 'versionStage' failed to satisfy constraint: Member must not be null; \
         Value 'x' at 'moveToVersionId' failed to satisfy constraint: Member must have length greater than or equal to 32"
    );
}

#[test]
fn a_resource_policy_has_a_length_and_its_name_a_pattern() {
    let policy = "x".repeat(20_481);
    assert!(violations::<ValidateResourcePolicyRequest>(&format!(r#"{{"ResourcePolicy":"{policy}"}}"#)).ends_with(
        "at 'resourcePolicy' failed to satisfy constraint: Member must have length less than or equal to 20480"
    ));
    assert_eq!(
        violations::<PutResourcePolicyRequest>(r#"{"SecretId":"s","ResourcePolicy":"","PolicyName":"my policy"}"#),
        "2 validation errors detected: Value '' at 'resourcePolicy' failed to satisfy constraint: \
         Member must have length greater than or equal to 1; \
         Value 'my policy' at 'policyName' failed to satisfy constraint: \
         Member must satisfy regular expression pattern: [0-9A-Za-z\\-\\_]+"
    );
    assert_eq!(written(&ListResourcePoliciesResponse::default()), r#"{"ResourcePolicies":[]}"#);
}

#[test]
fn tokens_need_not_be_uuids_and_empty_descriptions_are_taken() {
    let request: CreateSecretRequest =
        parse(&format!(r#"{{"Name":"n","ClientRequestToken":"{TOKEN}","Description":"","KmsKeyId":"","Type":""}}"#));
    assert_eq!(request.client_request_token.unwrap(), TOKEN);
    assert_eq!(request.description.unwrap(), "");
}

#[test]
fn binary_that_is_no_base64_is_a_serialization_exception() {
    let parsed = parse_json::<PutSecretValueRequest>(br#"{"SecretId":"s","SecretBinary":"not base64!"}"#);
    assert_eq!(parsed, Err(ParseError::Serialization(None)));
}

#[test]
fn records_are_the_trails_request_parameters() {
    assert_eq!(
        record::<GetSecretValueRequest>(r#"{"VersionStage":"AWSCURRENT","SecretId":"prod/db"}"#),
        r#"{"secretId":"prod/db","versionStage":"AWSCURRENT"}"#
    );
    assert_eq!(
        record::<CreateSecretRequest>(&format!(
            r#"{{"Name":"prod/db","ClientRequestToken":"{TOKEN}","Description":"primary \"database\"",
                "KmsKeyId":"alias/app","SecretString":"{CANARY}","SecretBinary":"{CANARY_BASE64}",
                "Tags":[{{"Key":"team","Value":"core"}}],
                "AddReplicaRegions":[{{"Region":"us-west-2","KmsKeyId":"alias/west"}}],
                "ForceOverwriteReplicaSecret":false,"Type":"SnowflakePat",
                "CrossAccountPrimaryARN":"arn:aws:secretsmanager:x"}}"#
        )),
        format!(
            r#"{{"name":"prod/db","clientRequestToken":"{TOKEN}","description":"primary \"database\"","kmsKeyId":"alias/app","tags":[{{"key":"team","value":"core"}}],"addReplicaRegions":[{{"region":"us-west-2","kmsKeyId":"alias/west"}}],"forceOverwriteReplicaSecret":false,"type":"SnowflakePat","crossAccountPrimaryARN":"arn:aws:secretsmanager:x"}}"#
        )
    );
    assert_eq!(
        record::<ListSecretsRequest>(
            r#"{"Filters":[{"Key":"tag-key","Values":["a","!b"]}],"MaxResults":7,"SortBy":"name","SortOrder":"desc"}"#
        ),
        r#"{"maxResults":7,"filters":[{"key":"tag-key","values":["a","!b"]}],"sortOrder":"desc","sortBy":"name"}"#
    );
    assert_eq!(
        record::<DeleteSecretRequest>(r#"{"SecretId":"s","RecoveryWindowInDays":7}"#),
        r#"{"secretId":"s","recoveryWindowInDays":7}"#
    );
    assert_eq!(
        record::<PutResourcePolicyRequest>(
            r#"{"BlockPublicPolicy":true,"ResourcePolicy":"{\"Version\":\"2012-10-17\"}","SecretId":"s","PolicyName":"default"}"#
        ),
        r#"{"secretId":"s","resourcePolicy":"{\"Version\":\"2012-10-17\"}","policyName":"default","blockPublicPolicy":true}"#
    );
}

#[test]
fn no_record_holds_what_sensitive_members_hold() {
    let sensitive = format!(
        r#""SecretString":"{CANARY}","SecretBinary":"{CANARY_BASE64}","RotationToken":"{CANARY}","VersionStages":["X"]"#
    );
    let put = record::<PutSecretValueRequest>(&format!(r#"{{"SecretId":"s",{sensitive}}}"#));
    assert_eq!(put, r#"{"secretId":"s","versionStages":["X"]}"#);
    assert_eq!(record::<CreateSecretRequest>(&format!(r#"{{"Name":"n",{sensitive}}}"#)), r#"{"name":"n"}"#);
    assert_eq!(record::<UpdateSecretRequest>(&format!(r#"{{"SecretId":"s",{sensitive}}}"#)), r#"{"secretId":"s"}"#);

    let entry = SecretValueEntry {
        secret_string: Some(SecretBytes::copy_of(CANARY.as_bytes())),
        secret_binary: Some(SecretBytes::copy_of(CANARY.as_bytes())),
        ..Default::default()
    };
    let mut out = Vec::new();
    BatchGetSecretValueResponse { secret_values: Some(vec![entry]), ..Default::default() }.record(&mut out);
    assert_eq!(out, br#"{"secretValues":[{}]}"#);
    out.clear();
    GetRandomPasswordResponse { random_password: Some(SecretBytes::copy_of(CANARY.as_bytes())) }.record(&mut out);
    assert_eq!(out, b"{}");
}

#[test]
fn no_refusal_quotes_what_sensitive_members_hold() {
    let long = CANARY.repeat(2_000);
    for body in [
        format!(r#"{{"SecretId":"s","SecretString":"{long}"}}"#),
        format!(r#"{{"SecretId":"s","RotationToken":"{CANARY} {CANARY}"}}"#),
        format!(r#"{{"SecretId":"s","RotationToken":"{long}","SecretString":""}}"#),
        format!(r#"{{"SecretId":"s","SecretBinary":"{CANARY}"}}"#),
        format!(r#"{{"SecretId":"s","SecretString":{{"{CANARY}":"{CANARY}"}}}}"#),
        format!(r#"{{"SecretId":"s","SecretString":"{CANARY}"#),
        format!(r#"{{"SecretId":"s","SecretString":"{CANARY}","VersionStages":"{CANARY}"}}"#),
    ] {
        let refused = parse_json::<PutSecretValueRequest>(body.as_bytes()).unwrap_err();
        assert!(!format!("{refused} {refused:?}").contains("canary"), "{refused}");
    }
}

#[test]
fn answers_have_wire_names_and_only_what_is_present() {
    let answer = GetSecretValueResponse {
        arn: Some("arn:aws:secretsmanager:eu-central-1:111122223333:secret:prod/db-Ab12Cd".to_owned()),
        name: Some("prod/db".to_owned()),
        version_id: Some(TOKEN.to_owned()),
        secret_string: Some(SecretBytes::copy_of(br#"{"password":"p\w"}"#)),
        version_stages: Some(vec!["AWSCURRENT".to_owned()]),
        created_date: Some(Timestamp::from_millis(1_671_028_960_515)),
        ..Default::default()
    };
    assert_eq!(
        written(&answer),
        format!(
            r#"{{"ARN":"arn:aws:secretsmanager:eu-central-1:111122223333:secret:prod/db-Ab12Cd","Name":"prod/db","VersionId":"{TOKEN}","SecretString":"{{\"password\":\"p\\w\"}}","VersionStages":["AWSCURRENT"],"CreatedDate":1671028960.515}}"#
        )
    );
    assert_eq!(written(&DescribeSecretResponse::default()), "{}");
    assert_eq!(
        written(&ListSecretsResponse { secret_list: Some(Vec::new()), next_token: None }),
        r#"{"SecretList":[]}"#
    );
    let binary = GetSecretValueResponse { secret_binary: Some(SecretBytes::copy_of(b"footest")), ..Default::default() };
    assert_eq!(written(&binary), r#"{"SecretBinary":"Zm9vdGVzdA=="}"#);
}

#[test]
fn a_described_secret_reads_back_as_it_was_written() {
    let described = DescribeSecretResponse {
        arn: Some("arn:aws:secretsmanager:eu-central-1:111122223333:secret:prod/db-Ab12Cd".to_owned()),
        rotation_enabled: Some(true),
        rotation_rules: Some(RotationRulesType {
            automatically_after_days: Some(30),
            duration: Some("3h".to_owned()),
            schedule_expression: Some("rate(30 days)".to_owned()),
        }),
        tags: Some(vec![Tag { key: Some("team".to_owned()), value: Some(String::new()) }]),
        version_ids_to_stages: Some([(TOKEN.to_owned(), vec!["AWSCURRENT".to_owned()])].into()),
        replication_status: Some(vec![ReplicationStatusType {
            region: Some("us-west-2".to_owned()),
            status: Some(StatusType::InSync),
            last_accessed_date: Some(Timestamp::from_millis(1_670_976_000_000)),
            ..Default::default()
        }]),
        ..Default::default()
    };
    assert_eq!(parse::<DescribeSecretResponse>(&written(&described)), described);
}

#[test]
fn each_of_the_operations_is_listed_once() {
    let names: std::collections::BTreeSet<_> = OPERATIONS.iter().map(|operation| operation.name).collect();
    assert_eq!(names.len(), 21);
    assert_eq!(OPERATIONS.len(), 21);
}

proptest! {
    #[test]
    fn any_bytes_are_answered_by_every_operation(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
        fuzz_all(&bytes);
    }

    #[test]
    fn any_members_are_answered_by_every_operation(
        names in prop::collection::vec(prop::sample::select(member_names()), 1..6),
        values in prop::collection::vec(
            prop::sample::select(vec![
                "null", "true", "1", "1.5", "-1", "\"\"", "\"x\"", "\"a\\u00e9\\n\"", "[]", "{}", "[null]", "[\"x\"]",
                "[{}]", "[{\"Key\":\"name\",\"Values\":[\"a\"]}]", "\"AQID\"", "\"asc\"",
                "\"0d4f5b2e-3f43-4a6e-8a0e-5b6f9f2f7c10\"",
            ]),
            6,
        ),
    ) {
        let members: Vec<_> = names.iter().zip(&values).map(|(name, value)| format!("\"{name}\":{value}")).collect();
        fuzz_all(format!("{{{}}}", members.join(",")).as_bytes());
    }

    #[test]
    fn a_value_given_is_the_value_answered(text in "(?s).{1,60}") {
        let given = serde_json::json!({"SecretId": "s", "SecretString": text}).to_string();
        let value = parse::<PutSecretValueRequest>(&given).secret_string;
        prop_assert_eq!(value.as_ref().unwrap().expose(), text.as_bytes());
        let answer = written(&GetSecretValueResponse { secret_string: value, ..Default::default() });
        let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
        prop_assert_eq!(answer["SecretString"].as_str().unwrap(), text);
    }
}

/// The names of all members of all requests.
fn member_names() -> Vec<&'static str> {
    OPERATIONS
        .iter()
        .flat_map(|operation| (operation.input)().members.unwrap_or_default())
        .map(|(name, _)| name)
        .collect()
}
