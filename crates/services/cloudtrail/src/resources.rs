//! What an event is about.
//!
//! AWS knows this of some services, and of Secrets Manager it tells nothing. Here every record says what its parameters,
//! its answer and its own `resources` name, so that events can be looked up by the resource. A call that was denied has
//! no parameters on the trail, and so no resources.

use serde_json::{Value, value::RawValue};

use crate::record::Record;

/// A type and a name, as a lookup tells them.
pub(crate) type Named = (String, String);

const SECRET: &str = "AWS::SecretsManager::Secret";
const KEY: &str = "AWS::KMS::Key";
const ALIAS: &str = "AWS::KMS::Alias";

/// Where records of a service name things of a type: in its parameters and in its answer alike.
const PLACES: &[(&str, &str, &str)] = &[
    ("secretsmanager.amazonaws.com", "/secretId", SECRET),
    ("secretsmanager.amazonaws.com", "/secretIdList", SECRET),
    ("secretsmanager.amazonaws.com", "/name", SECRET),
    ("secretsmanager.amazonaws.com", "/arn", SECRET),
    ("kms.amazonaws.com", "/keyId", KEY),
    ("kms.amazonaws.com", "/targetKeyId", KEY),
    ("kms.amazonaws.com", "/sourceKeyId", KEY),
    ("kms.amazonaws.com", "/destinationKeyId", KEY),
    ("kms.amazonaws.com", "/keyMetadata/arn", KEY),
    ("kms.amazonaws.com", "/replicaKeyMetadata/arn", KEY),
    ("kms.amazonaws.com", "/aliasName", ALIAS),
    ("sts.amazonaws.com", "/credentials/accessKeyId", "AWS::IAM::AccessKey"),
    ("sts.amazonaws.com", "/assumedRoleUser/assumedRoleId", "AWS::STS::AssumedRole"),
    ("sts.amazonaws.com", "/assumedRoleUser/arn", "AWS::STS::AssumedRole"),
    ("sts.amazonaws.com", "/roleArn", "AWS::IAM::Role"),
    ("sts.amazonaws.com", "/federatedUser/arn", "AWS::STS::FederatedUser"),
    ("iam.amazonaws.com", "/userName", "AWS::IAM::User"),
    ("iam.amazonaws.com", "/user/arn", "AWS::IAM::User"),
    ("iam.amazonaws.com", "/roleName", "AWS::IAM::Role"),
    ("iam.amazonaws.com", "/role/arn", "AWS::IAM::Role"),
    ("iam.amazonaws.com", "/groupName", "AWS::IAM::Group"),
    ("iam.amazonaws.com", "/group/arn", "AWS::IAM::Group"),
    ("iam.amazonaws.com", "/policyArn", "AWS::IAM::Policy"),
    ("iam.amazonaws.com", "/policy/arn", "AWS::IAM::Policy"),
    ("iam.amazonaws.com", "/instanceProfileName", "AWS::IAM::InstanceProfile"),
    ("iam.amazonaws.com", "/instanceProfile/arn", "AWS::IAM::InstanceProfile"),
    ("iam.amazonaws.com", "/accessKeyId", "AWS::IAM::AccessKey"),
    ("iam.amazonaws.com", "/accessKey/accessKeyId", "AWS::IAM::AccessKey"),
    ("iam.amazonaws.com", "/serialNumber", "AWS::IAM::VirtualMFADevice"),
    ("iam.amazonaws.com", "/virtualMFADevice/serialNumber", "AWS::IAM::VirtualMFADevice"),
    ("lambda.amazonaws.com", "/functionName", "AWS::Lambda::Function"),
    ("lambda.amazonaws.com", "/functionArn", "AWS::Lambda::Function"),
    ("logs.amazonaws.com", "/logGroupName", "AWS::Logs::LogGroup"),
];

/// Each once, in the order in which the record names them.
pub(crate) fn resources(record: &Record<'_>) -> Vec<Named> {
    let mut found = Found { record, named: Vec::new() };
    if let Some(Value::Array(resources)) = read(record.resources) {
        for resource in &resources {
            if let (Some(kind), Some(arn)) = (text(resource, "/type"), text(resource, "/ARN")) {
                found.add(kind, arn);
            }
        }
    }
    for part in [record.request_parameters, record.response_elements] {
        let Some(part) = read(part) else { continue };
        for (_, place, kind) in PLACES.iter().filter(|(source, ..)| *source == record.event_source) {
            match part.pointer(place) {
                Some(Value::String(name)) => found.add(kind, name),
                Some(Value::Array(names)) => {
                    names.iter().filter_map(Value::as_str).for_each(|name| found.add(kind, name));
                }
                _ => {}
            }
        }
    }
    // What the service did by itself.
    if let Some(secret) = read(record.additional_event_data).as_ref().and_then(|data| text(data, "/SecretId")) {
        found.add(SECRET, secret);
    }
    found.named
}

fn read(part: Option<&RawValue>) -> Option<Value> {
    serde_json::from_str(part?.get()).ok()
}

fn text<'a>(value: &'a Value, place: &str) -> Option<&'a str> {
    value.pointer(place)?.as_str()
}

struct Found<'a> {
    record: &'a Record<'a>,
    named: Vec<Named>,
}

impl Found<'_> {
    /// By every name that it is looked up by.
    fn add(&mut self, kind: &str, name: &str) {
        match kind {
            SECRET => {
                self.push(SECRET, name);
                if let Some(name) = name_of_secret(name) {
                    self.push(SECRET, name);
                }
            }
            KEY if name.starts_with("alias/") || name.contains(":alias/") => self.push(ALIAS, name),
            KEY if !name.starts_with("arn:") => {
                let Record { aws_region, recipient_account_id, .. } = self.record;
                self.push(
                    KEY,
                    &format!("{}:kms:{aws_region}:{recipient_account_id}:key/{name}", partition(aws_region)),
                );
            }
            _ => self.push(kind, name),
        }
    }

    fn push(&mut self, kind: &str, name: &str) {
        if !self.named.iter().any(|(known_kind, known)| (known_kind.as_str(), known.as_str()) == (kind, name)) {
            self.named.push((kind.to_owned(), name.to_owned()));
        }
    }
}

fn partition(region: &str) -> String {
    let partition = terms::Region::parse(region).map(|region| region.partition().as_str());
    format!("arn:{}", partition.unwrap_or("aws"))
}

/// Of an ARN, the name before its random tail.
fn name_of_secret(arn: &str) -> Option<&str> {
    let (_, name) = arn.strip_prefix("arn:")?.split_once(":secret:")?;
    let (before, tail) = name.rsplit_once('-')?;
    (tail.len() == 6).then_some(before)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::record::tests::record;

    const SECRET_ARN: &str = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:prod/db-Ab12Cd";
    const KEY_ARN: &str = "arn:aws:kms:eu-central-1:111122223333:key/1234";

    fn named(source: &str, name: &str, parameters: Value, response: Value) -> Vec<String> {
        let text = record(&format!("{source}.amazonaws.com"), name, parameters, response);
        let record = Record::read(text.as_bytes()).unwrap();
        resources(&record).into_iter().map(|(kind, name)| format!("{kind} {name}")).collect()
    }

    #[test]
    fn secrets_are_named_by_name_and_arn() {
        let created = named("secretsmanager", "CreateSecret", json!({"name": "prod/db"}), json!({"arn": SECRET_ARN}));
        let both =
            ["AWS::SecretsManager::Secret prod/db".to_owned(), format!("AWS::SecretsManager::Secret {SECRET_ARN}")];
        assert_eq!(created, both);
        let mut read = named("secretsmanager", "GetSecretValue", json!({"secretId": SECRET_ARN}), Value::Null);
        read.reverse();
        assert_eq!(read, both);
        let batch = named("secretsmanager", "BatchGetSecretValue", json!({"secretIdList": ["a", "b"]}), Value::Null);
        assert_eq!(batch, ["AWS::SecretsManager::Secret a", "AWS::SecretsManager::Secret b"]);
        assert_eq!(named("secretsmanager", "GetSecretValue", Value::Null, Value::Null), [""; 0]);
        let service = record("secretsmanager.amazonaws.com", "EndSecretVersionDelete", Value::Null, Value::Null);
        let service = service.replace(
            "\"awsRegion\"",
            &format!("\"additionalEventData\":{{\"SecretId\":\"{SECRET_ARN}\"}},\"awsRegion\""),
        );
        let told = resources(&Record::read(service.as_bytes()).unwrap());
        assert_eq!(told[0], (SECRET.to_owned(), SECRET_ARN.to_owned()));
    }

    #[test]
    fn keys_are_named_by_their_arn_however_they_were_asked_for() {
        let own = format!("AWS::KMS::Key {KEY_ARN}");
        assert_eq!(named("kms", "DescribeKey", json!({"keyId": "1234"}), Value::Null), [&*own]);
        assert_eq!(named("kms", "DescribeKey", json!({"keyId": KEY_ARN}), Value::Null), [&*own]);
        let alias = json!({"aliasName": "alias/db", "targetKeyId": "1234"});
        assert_eq!(named("kms", "CreateAlias", alias, Value::Null), [&*own, "AWS::KMS::Alias alias/db"]);
        assert_eq!(named("kms", "Encrypt", json!({"keyId": "alias/db"}), Value::Null), ["AWS::KMS::Alias alias/db"]);
        let made = json!({"keyMetadata": {"arn": KEY_ARN}});
        assert_eq!(named("kms", "CreateKey", json!({}), made), [&*own]);
        let linked = record("kms.amazonaws.com", "Decrypt", json!({}), Value::Null);
        let list = json!([{"accountId": "111122223333", "type": "AWS::KMS::Key", "ARN": KEY_ARN}]);
        let linked = linked.replace("\"awsRegion\"", &format!("\"resources\":{list},\"awsRegion\""));
        assert_eq!(resources(&Record::read(linked.as_bytes()).unwrap()), [(KEY.to_owned(), KEY_ARN.to_owned())]);
    }

    #[test]
    fn roles_users_and_sessions_are_named_as_aws_names_them() {
        let role = "arn:aws:iam::111122223333:role/web";
        let session = json!({
            "credentials": {"accessKeyId": "ASIA1"},
            "assumedRoleUser": {"assumedRoleId": "AROA1:s", "arn": "arn:aws:sts::111122223333:assumed-role/web/s"},
        });
        let assumed = named("sts", "AssumeRole", json!({"roleArn": role, "roleSessionName": "s"}), session);
        assert_eq!(
            assumed,
            [
                "AWS::IAM::Role arn:aws:iam::111122223333:role/web",
                "AWS::IAM::AccessKey ASIA1",
                "AWS::STS::AssumedRole AROA1:s",
                "AWS::STS::AssumedRole arn:aws:sts::111122223333:assumed-role/web/s",
            ]
        );
        let attach = json!({"userName": "lena", "policyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"});
        let expected = ["AWS::IAM::User lena", "AWS::IAM::Policy arn:aws:iam::aws:policy/ReadOnlyAccess"];
        assert_eq!(named("iam", "AttachUserPolicy", attach, Value::Null), expected);
        // Of one service only what that service means by it.
        assert_eq!(named("cloudtrail", "LookupEvents", json!({"name": "x", "keyId": "y"}), Value::Null), [""; 0]);
    }
}
