use proptest::prelude::*;
use shape::{ParseError, QueryParameters, Structure, parse_query, xml_answer};
use terms::{SecretBytes, Timestamp};
use zeroize::Zeroizing;

use super::*;

const ROLE: &str = "arn:aws:iam::111122223333:role/deploy";
const CANARY: &str = "canary-0d4f5b2e";

fn parse<S: Structure>(form: &str) -> Result<S, ParseError> {
    parse_query(&QueryParameters::parse(form.as_bytes()).unwrap())
}

fn refused<S: Structure + std::fmt::Debug>(form: &str) -> String {
    let error = parse::<S>(form).unwrap_err();
    format!("{}: {}", error.query_code(), error.message().unwrap_or_default())
}

fn session() -> AssumeRoleResponse {
    AssumeRoleResponse {
        credentials: Some(Credentials {
            access_key_id: "ASIAIOSFODNN7EXAMPLE".to_owned(),
            secret_access_key: Some(SecretBytes::copy_of(CANARY.as_bytes())),
            session_token: Some(SecretBytes::copy_of(format!("{CANARY}/+=").as_bytes())),
            expiration: Some(Timestamp::from_millis(1_741_263_906_999)),
        }),
        assumed_role_user: Some(AssumedRoleUser {
            assumed_role_id: "AROA123EXAMPLE123:ada".to_owned(),
            arn: "arn:aws:sts::111122223333:assumed-role/deploy/ada".to_owned(),
        }),
        packed_policy_size: Some(6),
        ..AssumeRoleResponse::default()
    }
}

#[test]
fn a_role_is_assumed_with_policies_tags_and_an_external_id() {
    let request: AssumeRoleRequest = parse(&format!(
        "Action=AssumeRole&Version=2011-06-15&RoleArn={ROLE}&RoleSessionName=ada&DurationSeconds=3600\
         &PolicyArns.member.1.arn=arn%3Aaws%3Aiam%3A%3Aaws%3Apolicy%2FReadOnlyAccess&ExternalId=partner%3A42\
         &Tags.member.1.Key=Team&Tags.member.1.Value=core&Tags.member.2.Key=Cost+center&Tags.member.2.Value=\
         &TransitiveTagKeys.member.1=Team"
    ))
    .unwrap();
    assert_eq!(
        request,
        AssumeRoleRequest {
            role_arn: ROLE.to_owned(),
            role_session_name: "ada".to_owned(),
            policy_arns: Some(vec![PolicyDescriptorType {
                arn: Some("arn:aws:iam::aws:policy/ReadOnlyAccess".to_owned())
            }]),
            duration_seconds: Some(3600),
            tags: Some(vec![
                Tag { key: "Team".to_owned(), value: "core".to_owned() },
                Tag { key: "Cost center".to_owned(), value: String::new() },
            ]),
            transitive_tag_keys: Some(vec!["Team".to_owned()]),
            external_id: Some("partner:42".to_owned()),
            ..AssumeRoleRequest::default()
        }
    );
}

#[test]
fn constraints_are_refused_in_recorded_words() {
    assert_eq!(
        refused::<AssumeRoleRequest>(&format!("RoleArn={ROLE}&RoleSessionName=Session1:2")),
        r"ValidationError: 1 validation error detected: Value 'Session1:2' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w+=,.@-]*"
    );
    assert_eq!(
        refused::<AssumeRoleRequest>("RoleArn=arn:aws:iam::123456&RoleSessionName=ada"),
        "ValidationError: 1 validation error detected: Value 'arn:aws:iam::123456' at 'roleArn' failed to satisfy constraint: Member must have length greater than or equal to 20"
    );
    assert_eq!(
        refused::<GetSessionTokenRequest>("DurationSeconds=899"),
        "ValidationError: 1 validation error detected: Value '899' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900"
    );
}

#[test]
fn a_misspelt_list_of_policies_is_refused_and_not_forgotten() {
    let form = format!("RoleArn={ROLE}&RoleSessionName=ada&PolicyArns.1.arn=arn:aws:iam::aws:policy/ReadOnlyAccess");
    assert_eq!(refused::<AssumeRoleRequest>(&form), "MalformedInput: Unexpected list element termination");
}

#[test]
fn an_answer_is_written_as_sts_writes_it() {
    let mut out = Zeroizing::new(Vec::new());
    xml_answer("https://sts.amazonaws.com/doc/2011-06-15/", "id-1", "AssumeRole", &session(), &mut out);
    assert_eq!(
        String::from_utf8(out.to_vec()).unwrap(),
        format!(
            "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult>\
             <Credentials><AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId><SecretAccessKey>{CANARY}</SecretAccessKey>\
             <SessionToken>{CANARY}/+=</SessionToken><Expiration>2025-03-06T12:25:06Z</Expiration></Credentials>\
             <AssumedRoleUser><AssumedRoleId>AROA123EXAMPLE123:ada</AssumedRoleId>\
             <Arn>arn:aws:sts::111122223333:assumed-role/deploy/ada</Arn></AssumedRoleUser>\
             <PackedPolicySize>6</PackedPolicySize></AssumeRoleResult>\
             <ResponseMetadata><RequestId>id-1</RequestId></ResponseMetadata></AssumeRoleResponse>"
        )
    );
}

#[test]
fn neither_record_nor_debug_shows_a_key() {
    let mut record = Vec::new();
    session().record(&mut record);
    let record = String::from_utf8(record).unwrap();
    assert!(record.starts_with(r#"{"credentials":{"accessKeyId":"ASIAIOSFODNN7EXAMPLE","expiration":"#), "{record}");
    assert!(!format!("{record} {:?}", session()).contains(CANARY), "{record}");
}

#[test]
fn each_of_the_operations_is_listed_once() {
    let names: std::collections::BTreeSet<_> = OPERATIONS.iter().map(|operation| operation.name).collect();
    assert_eq!((names.len(), OPERATIONS.len()), (6, 6));
}

proptest! {
    #[test]
    fn any_bytes_are_answered_by_every_operation(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
        fuzz_all(&bytes);
    }

    #[test]
    fn any_parameters_are_answered_by_every_operation(
        parameters in prop::collection::vec(
            (
                prop::sample::select(member_names()),
                prop::sample::select(vec!["", ".member.1", ".member.2", ".member.1.Key", ".member.1.arn", ".1", ".x"]),
                prop_oneof![
                    Just(ROLE.to_owned()), Just("3600".to_owned()), Just("{}".to_owned()), "[a-zA-Z0-9=@]{0,20}", "(?s).{0,9}",
                ],
            ),
            1..8,
        ),
    ) {
        let encoded = |value: &str| value.bytes().map(|byte| format!("%{byte:02x}")).collect::<String>();
        let parameters = parameters.iter().map(|(name, path, value)| format!("{name}{path}={}", encoded(value)));
        let parameters: Vec<_> = parameters.collect();
        fuzz_all(parameters.join("&").as_bytes());
        fuzz_all(format!("RoleArn={ROLE}&RoleSessionName=ada&Name=ada&{}", parameters.join("&")).as_bytes());
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
