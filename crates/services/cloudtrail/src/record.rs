//! A record of the trail, as far as it is looked up by.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

/// Texts that need no unescaping are not copied.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Record<'a> {
    #[serde(borrow)]
    pub(crate) user_identity: Identity<'a>,
    pub(crate) event_time: &'a str,
    #[serde(borrow)]
    pub(crate) event_source: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) event_name: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) aws_region: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) request_parameters: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(crate) response_elements: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(crate) additional_event_data: Option<&'a RawValue>,
    #[serde(rename = "eventID")]
    pub(crate) event_id: &'a str,
    pub(crate) read_only: bool,
    #[serde(borrow)]
    pub(crate) resources: Option<&'a RawValue>,
    pub(crate) management_event: bool,
    #[serde(borrow)]
    pub(crate) recipient_account_id: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) event_category: Cow<'a, str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Identity<'a> {
    /// None for what a service did by itself.
    #[serde(borrow, rename = "type")]
    kind: Option<Cow<'a, str>>,
    #[serde(borrow)]
    principal_id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    user_name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(crate) access_key_id: Option<Cow<'a, str>>,
}

impl<'a> Record<'a> {
    pub(crate) fn read(json: &'a [u8]) -> Option<Self> {
        serde_json::from_slice(json).ok()
    }

    /// Events of data, such as the invocation of a function, are no part of an account's event history.
    pub(crate) fn is_of_management(&self) -> bool {
        self.management_event && self.event_category == "Management"
    }

    pub(crate) fn read_only_text(&self) -> &'static str {
        if self.read_only { "true" } else { "false" }
    }

    /// As event history names callers: users by their names, sessions by theirs. Services have none.
    pub(crate) fn username(&self) -> Option<&str> {
        let identity = &self.user_identity;
        match identity.kind.as_deref()? {
            "Root" => Some("root"),
            "IAMUser" => identity.user_name.as_deref(),
            // `AROAEXAMPLEROLEID0001:web-7f9c` and `111122223333:bob`.
            "AssumedRole" | "FederatedUser" => Some(identity.principal_id.as_deref()?.split_once(':')?.1),
            _ => None,
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::{Value, json};

    use super::*;

    pub(crate) fn record(source: &str, name: &str, parameters: Value, response: Value) -> String {
        json!({
            "eventVersion": "1.11",
            "userIdentity": {"type": "IAMUser", "principalId": "AIDA", "userName": "lena", "accessKeyId": "AKIA"},
            "eventTime": "2026-03-02T08:15:31Z", "eventSource": source, "eventName": name,
            "awsRegion": "eu-central-1", "requestParameters": parameters, "responseElements": response,
            "eventID": "2b9b1c0e-4a7e-4d86-8a55-6b1f0c7e9a01", "readOnly": true, "managementEvent": true,
            "recipientAccountId": "111122223333", "eventCategory": "Management",
        })
        .to_string()
    }

    fn username(identity: Value) -> Option<String> {
        let mut value: Value = serde_json::from_str(&record("s", "n", Value::Null, Value::Null)).unwrap();
        value["userIdentity"] = identity;
        Record::read(value.to_string().as_bytes()).unwrap().username().map(str::to_owned)
    }

    #[test]
    fn callers_are_named_as_event_history_names_them() {
        let account = json!({"accountId": "111122223333", "invokedBy": "secretsmanager.amazonaws.com"});
        let cases = [
            (json!({"type": "Root", "principalId": "111122223333"}), Some("root")),
            (json!({"type": "IAMUser", "principalId": "AIDA", "userName": "l\"na"}), Some("l\"na")),
            (json!({"type": "AssumedRole", "principalId": "AROA:web:7"}), Some("web:7")),
            (json!({"type": "FederatedUser", "principalId": "111122223333:bob"}), Some("bob")),
            (json!({"type": "AWSService", "invokedBy": "kms.amazonaws.com"}), None),
            (account, None),
        ];
        for (identity, expected) in cases {
            assert_eq!(username(identity.clone()).as_deref(), expected, "{identity}");
        }
    }

    #[test]
    fn events_of_data_are_told_apart() {
        let text = record("lambda.amazonaws.com", "Invoke", Value::Null, Value::Null);
        assert!(Record::read(text.as_bytes()).unwrap().is_of_management());
        let data = text.replace("\"eventCategory\":\"Management\"", "\"eventCategory\":\"Data\"");
        assert!(!Record::read(data.as_bytes()).unwrap().is_of_management());
        let data = text.replace("\"managementEvent\":true", "\"managementEvent\":false");
        assert!(!Record::read(data.as_bytes()).unwrap().is_of_management());
    }
}
