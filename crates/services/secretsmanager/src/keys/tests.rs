use std::sync::Arc;

use contract::Tag;
use terms::{AccountId, Region};

use super::*;
use crate::shapes::RotationRulesType;

/// The reference's table of actions: the keys that each operation has, its members' first.
const REFERENCE: &str = "
BatchGetSecretValue
CancelRotateSecret: + standard
CreateSecret: Name Description KmsKeyId KmsKeyArn AddReplicaRegions ForceOverwriteReplicaSecret Type + resource/AllowRotationLambdaArn resource/Type ResourceTag/
DeleteResourcePolicy: + standard
DeleteSecret: RecoveryWindowInDays ForceDeleteWithoutRecovery + standard
DescribeSecret: + standard
GetRandomPassword
GetResourcePolicy: + standard
GetSecretValue: VersionId VersionStage + standard
ListResourcePolicies: + standard
ListSecretVersionIds: + standard
ListSecrets
PutResourcePolicy: BlockPublicPolicy + standard
PutSecretValue: + standard
RestoreSecret: + standard
RotateSecret: RotationLambdaARN RotateImmediately ModifyRotationRules ExternalSecretRotationRoleArn + standard
TagResource: + standard
UntagResource: + standard
UpdateSecret: Description KmsKeyId KmsKeyArn Type + standard
UpdateSecretVersionStage: VersionStage + standard
ValidateResourcePolicy: + standard
";
const STANDARD: &str = "SecretId SecretPrimaryRegion resource/AllowRotationLambdaArn resource/Type ResourceTag/";

const ARN: &str = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:prod/db-Ab12Cd";

#[test]
fn every_operation_has_the_keys_of_the_reference_and_no_others() {
    let mut operations = Vec::new();
    for line in REFERENCE.trim().lines() {
        let (name, keys) = line.split_once(':').unwrap_or((line, ""));
        let operation = *Operation::ALL.iter().find(|operation| operation.action().operation() == name).unwrap();
        let (members, resource) = keys.split_once('+').unwrap_or_default();
        let resource = if resource.trim() == "standard" { STANDARD } else { resource };
        let keys = |names: &str| -> Vec<Key> {
            names.split_whitespace().map(|name| Key::named(&name.to_lowercase()).unwrap()).collect()
        };
        assert_eq!(member_keys(operation), keys(members), "{name}");
        assert_eq!(resource_keys(operation), keys(resource), "{name}");
        operations.push(operation);
    }
    assert_eq!(operations, Operation::ALL);
}

fn subject<'a>(arn: &'a Arc<str>, tags: &'a [Tag]) -> DecisionSubject<'a> {
    let region = Region::parse("eu-central-1").unwrap();
    let scope = Scope { account: AccountId::parse("111122223333").unwrap(), region };
    DecisionSubject {
        arn,
        scope,
        tags,
        resource_policy: None,
        partner_type: Some("SnowflakePat"),
        rotation_function_arn: None,
        origin_region: region,
    }
}

fn value(members: &dyn Members, key: &str) -> Option<Vec<String>> {
    let arn: Arc<str> = ARN.into();
    let tags = [("Team", "core"), ("Größe", "L")].map(|(key, value)| Tag { key: key.into(), value: value.into() });
    let mut values = Vec::new();
    let keys = SecretKeys { subject: &subject(&arn, &tags), members };
    let is_present = keys.values(&key.to_lowercase(), &mut |value| values.push(value.to_owned()));
    assert!(is_present || values.is_empty(), "{key}");
    is_present.then_some(values)
}

fn one(text: &str) -> Option<Vec<String>> {
    Some(vec![text.to_owned()])
}

#[test]
fn a_secret_has_its_arn_its_type_and_its_tags() {
    let ask = DescribeSecretRequest::default();
    assert_eq!(value(&ask, "secretsmanager:SecretId"), one(ARN));
    assert_eq!(value(&ask, "secretsmanager:resource/Type"), one("SnowflakePat"));
    assert_eq!(value(&ask, "secretsmanager:ResourceTag/team"), one("core"));
    assert_eq!(value(&ask, "secretsmanager:ResourceTag/GRÖSSE"), None);
    assert_eq!(value(&ask, "secretsmanager:ResourceTag/GRÖßE"), one("L"));
    for absent in ["SecretPrimaryRegion", "resource/AllowRotationLambdaArn", "ResourceTag/", "Type", "Nonsense"] {
        assert_eq!(value(&ask, &format!("secretsmanager:{absent}")), None, "{absent}");
    }
    assert_eq!(value(&ask, "aws:SecretId"), None);
}

#[test]
fn a_replica_has_a_primary_region() {
    let arn: Arc<str> = ARN.into();
    let replica = DecisionSubject { origin_region: Region::parse("us-east-1").unwrap(), ..subject(&arn, &[]) };
    let keys = SecretKeys { subject: &replica, members: &DescribeSecretRequest::default() };
    let mut seen = String::new();
    assert!(keys.values("secretsmanager:secretprimaryregion", &mut |region| seen.push_str(region)));
    assert_eq!(seen, "us-east-1");
}

#[test]
fn a_new_secret_has_no_arn_that_policies_may_ask_for() {
    let ask = CreateSecretRequest {
        name: "prod/db".to_owned(),
        description: Some(String::new()),
        kms_key_id: Some("alias/app".to_owned()),
        add_replica_regions: Some(
            ["us-west-2", "us-east-1"]
                .map(|region| ReplicaRegionType { region: Some(region.to_owned()), kms_key_id: None })
                .into(),
        ),
        ..Default::default()
    };
    assert_eq!(value(&ask, "secretsmanager:SecretId"), None);
    assert_eq!(value(&ask, "secretsmanager:Name"), one("prod/db"));
    assert_eq!(value(&ask, "secretsmanager:Description"), one(""));
    assert_eq!(value(&ask, "secretsmanager:KmsKeyId"), one("alias/app"));
    assert_eq!(value(&ask, "secretsmanager:KmsKeyArn"), one("arn:aws:kms:eu-central-1:111122223333:alias/app"));
    assert_eq!(
        value(&ask, "secretsmanager:AddReplicaRegions"),
        Some(vec!["us-west-2".to_owned(), "us-east-1".to_owned()])
    );
    assert_eq!(value(&ask, "secretsmanager:ForceOverwriteReplicaSecret"), one("false"));
    assert_eq!(value(&ask, "secretsmanager:Type"), None);
    assert_eq!(value(&CreateSecretRequest::default(), "secretsmanager:KmsKeyArn"), None);
}

#[test]
fn a_read_is_of_the_current_version_unless_it_says_otherwise() {
    let ask = |id: Option<&str>, stage: Option<&str>| GetSecretValueRequest {
        secret_id: "prod/db".to_owned(),
        version_id: id.map(str::to_owned),
        version_stage: stage.map(str::to_owned),
    };
    let of = |ask: &GetSecretValueRequest| {
        (value(ask, "secretsmanager:VersionId"), value(ask, "secretsmanager:VersionStage"))
    };
    assert_eq!(of(&ask(None, None)), (None, one("AWSCURRENT")));
    assert_eq!(of(&ask(None, Some("blue"))), (None, one("blue")));
    assert_eq!(of(&ask(Some("v1"), None)), (one("v1"), None));
    assert_eq!(of(&ask(Some("v1"), Some("blue"))), (one("v1"), one("blue")));
}

#[test]
fn members_that_are_true_or_false_have_a_value_also_when_they_are_not_sent() {
    let put = |block_public_policy| PutResourcePolicyRequest { block_public_policy, ..Default::default() };
    for (sent, told) in [(None, "false"), (Some(false), "false"), (Some(true), "true")] {
        assert_eq!(value(&put(sent), "secretsmanager:BlockPublicPolicy"), one(told));
        let delete = DeleteSecretRequest { force_delete_without_recovery: sent, ..Default::default() };
        assert_eq!(value(&delete, "secretsmanager:ForceDeleteWithoutRecovery"), one(told));
        assert_eq!(value(&delete, "secretsmanager:RecoveryWindowInDays"), None);
    }
    // It rotates at once unless it is told not to.
    let rotate = |rotate_immediately| RotateSecretRequest { rotate_immediately, ..Default::default() };
    for (sent, told) in [(None, "true"), (Some(false), "false"), (Some(true), "true")] {
        assert_eq!(value(&rotate(sent), "secretsmanager:RotateImmediately"), one(told));
        assert_eq!(value(&rotate(sent), "secretsmanager:ModifyRotationRules"), one("false"));
    }
    let rules = RotateSecretRequest { rotation_rules: Some(RotationRulesType::default()), ..Default::default() };
    assert_eq!(value(&rules, "secretsmanager:ModifyRotationRules"), one("true"));
    assert_eq!(value(&rules, "secretsmanager:RotationLambdaARN"), None);
    let delete = DeleteSecretRequest { recovery_window_in_days: Some(7), ..Default::default() };
    assert_eq!(value(&delete, "secretsmanager:RecoveryWindowInDays"), one("7"));
}

#[test]
fn a_key_has_the_arn_that_its_identifier_means() {
    let scope = subject(&ARN.into(), &[]).scope;
    assert_eq!(kms_key_arn(scope, ""), None);
    assert_eq!(kms_key_arn(scope, "arn:aws:kms:x:y:key/z").unwrap(), "arn:aws:kms:x:y:key/z");
    assert_eq!(kms_key_arn(scope, "1234-ab").unwrap(), "arn:aws:kms:eu-central-1:111122223333:key/1234-ab");
}
