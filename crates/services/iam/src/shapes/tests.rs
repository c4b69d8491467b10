use std::collections::BTreeSet;

use proptest::prelude::*;
use shape::{ParseError, QueryParameters, Structure, parse_query_unquoted, xml_answer};
use terms::{SecretBytes, Timestamp};
use zeroize::Zeroizing;

use super::*;

const CANARY: &str = "canary-0d4f5b2e";
const TRUST: &str = r#"{"Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}"#;

fn parse<S: Structure>(form: &str) -> Result<S, ParseError> {
    parse_query_unquoted(&QueryParameters::parse(form.as_bytes()).unwrap())
}

fn refused<S: Structure + std::fmt::Debug>(form: &str) -> String {
    let error = parse::<S>(form).unwrap_err();
    format!("{}: {}", error.query_code(), error.message().unwrap_or_default())
}

fn record<S: Structure>(structure: &S) -> String {
    let mut out = Vec::new();
    structure.record(&mut out);
    String::from_utf8(out).unwrap()
}

fn answer(operation: &str, reply: &impl shape::Reply) -> String {
    let mut out = Zeroizing::new(Vec::new());
    xml_answer("https://iam.amazonaws.com/doc/2010-05-08/", "request", operation, reply, &mut out);
    let text = String::from_utf8(out.to_vec()).unwrap();
    let (_, inner) = text.split_once('>').unwrap();
    let (inner, _) = inner.split_once("<ResponseMetadata>").unwrap();
    inner.to_owned()
}

fn secret() -> SecretBytes {
    SecretBytes::copy_of(CANARY.as_bytes())
}

#[test]
fn a_role_is_made_with_its_trust_and_tags() {
    let request: CreateRoleRequest = parse(
        "Action=CreateRole&Version=2010-05-08&RoleName=deploy&Path=%2Fci%2F&MaxSessionDuration=7200\
         &AssumeRolePolicyDocument=%7B%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Principal%22%3A%7B%22AWS\
         %22%3A%22*%22%7D%2C%22Action%22%3A%22sts%3AAssumeRole%22%7D%5D%7D\
         &Tags.member.1.Key=Team&Tags.member.1.Value=core&Tags.member.2.Key=Cost+center&Tags.member.2.Value=",
    )
    .unwrap();
    let tag = |key: &str, value: &str| Tag { key: key.to_owned(), value: value.to_owned() };
    assert_eq!(
        request,
        CreateRoleRequest {
            path: Some("/ci/".to_owned()),
            role_name: "deploy".to_owned(),
            assume_role_policy_document: TRUST.to_owned(),
            max_session_duration: Some(7200),
            tags: Some(vec![tag("Team", "core"), tag("Cost center", "")]),
            ..CreateRoleRequest::default()
        }
    );
}

#[test]
fn names_and_paths_are_refused_in_words_of_iams_own() {
    assert_eq!(
        refused::<CreateRoleRequest>("RoleName=Deny+unless+VPC&AssumeRolePolicyDocument=x"),
        "ValidationError: The specified value for roleName is invalid. \
         It must contain only alphanumeric characters and/or the following: +=,.@_-"
    );
    assert_eq!(
        refused::<CreateUserRequest>("UserName=ada&Path=%2Fstaff"),
        "ValidationError: The specified value for path is invalid. \
         It must begin and end with / and contain only alphanumeric characters and/or / characters."
    );
    assert_eq!(
        refused::<ListPoliciesRequest>("PathPrefix=%2Ffoo"),
        "ValidationError: The specified value for pathPrefix is invalid. \
         It must begin with the / character and contain only alphanumeric characters and/or / characters."
    );
}

#[test]
fn a_role_takes_64_characters_and_an_existing_user_128() {
    let (short, long) = ("n".repeat(64), "n".repeat(65));
    assert!(parse::<GetRoleRequest>(&format!("RoleName={short}")).is_ok());
    assert_eq!(
        refused::<GetRoleRequest>(&format!("RoleName={long}")),
        "ValidationError: 1 validation error detected: Value at 'roleName' failed to satisfy constraint: \
         Member must have length less than or equal to 64"
    );
    assert!(parse::<GetUserRequest>(&format!("UserName={long}")).is_ok());
    assert!(parse::<CreateUserRequest>(&format!("UserName={long}")).is_err());
}

#[test]
fn choices_and_version_ids_are_refused_with_their_rule() {
    assert_eq!(
        refused::<UpdateAccessKeyRequest>("AccessKeyId=AKIAIOSFODNN7EXAMPLE&Status=Off"),
        "ValidationError: 1 validation error detected: Value at 'status' failed to satisfy constraint: \
         Member must satisfy enum value set: [Active, Inactive, Expired]"
    );
    assert_eq!(
        refused::<GetPolicyVersionRequest>("PolicyArn=arn:aws:iam::aws:policy/ReadOnlyAccess&VersionId=1"),
        "ValidationError: 1 validation error detected: Value at 'versionId' failed to satisfy constraint: \
         Member must satisfy regular expression pattern: v[1-9][0-9]*(\\.[A-Za-z0-9-]*)?"
    );
}

#[test]
fn both_passwords_are_demanded_and_neither_is_quoted() {
    assert_eq!(
        refused::<ChangePasswordRequest>(&format!("OldPassword={CANARY}")),
        "ValidationError: 1 validation error detected: Value null at 'newPassword' failed to satisfy constraint: \
         Member must not be null"
    );
    for form in [
        format!("OldPassword={CANARY}%E2%82%AC&NewPassword={}", CANARY.repeat(20)),
        format!("OldPassword={CANARY}&OldPassword.{CANARY}={CANARY}&NewPassword={CANARY}"),
    ] {
        assert!(!refused::<ChangePasswordRequest>(&form).contains("canary"), "{form}");
    }
}

#[test]
fn no_record_holds_a_secret_or_a_code() {
    let changed: ChangePasswordRequest = parse(&format!("OldPassword={CANARY}&NewPassword={CANARY}x")).unwrap();
    assert_eq!(changed.new_password.expose(), format!("{CANARY}x").as_bytes());
    assert_eq!(record(&changed), "{}");

    let created: CreateLoginProfileRequest = parse(&format!("UserName=ada&Password={CANARY}")).unwrap();
    assert_eq!(record(&created), r#"{"userName":"ada"}"#);

    let enabled: EnableMFADeviceRequest = parse(
        "UserName=ada&SerialNumber=arn%3Aaws%3Aiam%3A%3A111122223333%3Amfa%2Fada\
         &AuthenticationCode1=123456&AuthenticationCode2=654321",
    )
    .unwrap();
    assert_eq!(enabled.authentication_code_2, "654321");
    assert_eq!(record(&enabled), r#"{"userName":"ada","serialNumber":"arn:aws:iam::111122223333:mfa/ada"}"#);

    let key = AccessKey { user_name: "ada".to_owned(), secret_access_key: secret(), ..AccessKey::default() };
    let made = record(&CreateAccessKeyResponse { access_key: key });
    assert_eq!(made, r#"{"accessKey":{"userName":"ada","accessKeyId":"","status":"Inactive"}}"#);

    let device = VirtualMFADevice {
        serial_number: "arn:aws:iam::111122223333:mfa/ada".to_owned(),
        base32_string_seed: Some(secret()),
        qr_code_png: Some(secret()),
        ..VirtualMFADevice::default()
    };
    let made = record(&CreateVirtualMFADeviceResponse { virtual_mfa_device: device });
    assert_eq!(made, r#"{"virtualMFADevice":{"serialNumber":"arn:aws:iam::111122223333:mfa/ada"}}"#);
}

#[test]
fn no_debug_output_holds_a_secret() {
    let key = AccessKey { secret_access_key: secret(), ..AccessKey::default() };
    assert!(!format!("{key:?}").contains("canary"));
    let changed = ChangePasswordRequest { old_password: secret(), new_password: secret() };
    assert!(!format!("{changed:?}").contains("canary"));
}

#[test]
fn policies_are_recorded_as_they_were_sent() {
    let put: PutUserPolicyRequest =
        parse("UserName=ada&PolicyName=read&PolicyDocument=%7B%22Statement%22%3A%5B%5D%7D").unwrap();
    assert_eq!(record(&put), r#"{"userName":"ada","policyName":"read","policyDocument":"{\"Statement\":[]}"}"#);
}

#[test]
fn a_simulation_is_told_which_policies_to_leave_out() {
    let request: SimulatePrincipalPolicyRequest = parse(
        "PolicySourceArn=arn%3Aaws%3Aiam%3A%3A111122223333%3Auser%2Fada\
         &ActionNames.member.1=secretsmanager%3AGetSecretValue&ActionNames.member.2=kms%3ADecrypt\
         &PolicyExclusionList.member.1.PolicyType=permission-boundary\
         &PolicyExclusionList.member.2.InlinePolicyIdentifier.PolicyName=read\
         &PolicyExclusionList.member.2.InlinePolicyIdentifier.AttachmentType=group\
         &PolicyExclusionList.member.2.InlinePolicyIdentifier.AttachmentName=staff",
    )
    .unwrap();
    assert_eq!(request.action_names, ["secretsmanager:GetSecretValue", "kms:Decrypt"]);
    let of_a_type = PolicyIdentifier {
        policy_type: Some(PolicyIdentifierPolicyType::PermissionBoundary),
        ..PolicyIdentifier::default()
    };
    let by_name = InlinePolicyIdentifierType {
        policy_name: "read".to_owned(),
        attachment_type: AttachmentType::Group,
        attachment_name: "staff".to_owned(),
    };
    let inline = PolicyIdentifier { inline_policy_identifier: Some(by_name), ..PolicyIdentifier::default() };
    assert_eq!(request.policy_exclusion_list.unwrap(), [of_a_type, inline]);
}

#[test]
fn answers_are_elements_with_the_wires_names() {
    let key = AccessKey {
        user_name: "ada".to_owned(),
        access_key_id: "AKIAIOSFODNN7EXAMPLE".to_owned(),
        status: StatusType::Active,
        secret_access_key: secret(),
        create_date: Some(Timestamp::from_millis(1_741_263_906_999)),
    };
    assert_eq!(
        answer("CreateAccessKey", &CreateAccessKeyResponse { access_key: key }),
        "<CreateAccessKeyResult><AccessKey><UserName>ada</UserName><AccessKeyId>AKIAIOSFODNN7EXAMPLE</AccessKeyId>\
         <Status>Active</Status><SecretAccessKey>canary-0d4f5b2e</SecretAccessKey>\
         <CreateDate>2025-03-06T12:25:06Z</CreateDate></AccessKey></CreateAccessKeyResult>"
    );
    assert_eq!(answer("UpdateRole", &UpdateRoleResponse {}), "<UpdateRoleResult></UpdateRoleResult>");
    let none = ListUsersResponse { is_truncated: Some(false), ..ListUsersResponse::default() };
    assert_eq!(
        answer("ListUsers", &none),
        "<ListUsersResult><Users></Users><IsTruncated>false</IsTruncated></ListUsersResult>"
    );
}

#[test]
fn maps_of_answers_have_an_entry_for_each_key() {
    let key = |key: SummaryKeyType| shape::Enumeration::as_str(key).to_owned();
    let summary = GetAccountSummaryResponse {
        summary_map: Some([(key(SummaryKeyType::UsersQuota), 5000), (key(SummaryKeyType::Users), 2)].into()),
    };
    assert_eq!(
        answer("GetAccountSummary", &summary),
        "<GetAccountSummaryResult><SummaryMap><entry><key>Users</key><value>2</value></entry>\
         <entry><key>UsersQuota</key><value>5000</value></entry></SummaryMap></GetAccountSummaryResult>"
    );
}

#[test]
fn a_decision_that_nobody_made_is_a_denial() {
    assert_eq!(EvaluationResult::default().eval_decision, PolicyEvaluationDecisionType::ImplicitDeny);
}

#[test]
fn each_of_the_operations_is_listed_once() {
    let names: BTreeSet<_> = OPERATIONS.iter().map(|operation| operation.name).collect();
    assert_eq!((names.len(), OPERATIONS.len()), (104, 104));
}

proptest! {
    #[test]
    fn any_bytes_are_answered_by_every_operation(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
        fuzz_all(&bytes);
    }

    #[test]
    fn any_parameters_are_answered_by_every_operation(
        names in prop::collection::vec(prop::sample::select(member_names()), 1..8),
        behinds in prop::collection::vec(
            prop::sample::select(vec!["", "", "", ".member.1", ".member.2.Key", ".member.2.Value", ".x"]),
            8,
        ),
        values in prop::collection::vec(
            prop::sample::select(vec![
                "", "a", "true", "1", "3600", "-1", "v1", "%2F", "%2Fa%2F", "User", "Active", "All", "123456", "%00",
                "%EF%BF%BE", "%E2%82%AC", "AKIAIOSFODNN7EXAMPLE", "arn%3Aaws%3Aiam%3A%3Aaws%3Apolicy%2Fa", "%7B%7D",
            ]),
            8,
        ),
    ) {
        let parameters: Vec<_> = names
            .iter()
            .zip(&behinds)
            .zip(&values)
            .map(|((name, behind), value)| format!("{name}{behind}={value}"))
            .collect();
        fuzz_all(parameters.join("&").as_bytes());
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
