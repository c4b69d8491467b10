//! Keys: making them, switching them off and on, their end, their materials and their tags.

mod creation;
mod deletion;
mod managed;
mod policies;
mod rotation;
mod states;
mod tagging;

use serde_json::{Value, json};

use super::Fault;
use crate::{house::House, letters::Persona};

impl Persona<'_> {
    /// What is told of a key.
    async fn key_metadata(self, key: &str) -> Value {
        self.ask_kms("DescribeKey", json!({"KeyId": key})).await["KeyMetadata"].clone()
    }

    async fn key_state(self, key: &str) -> String {
        self.key_metadata(key).await["KeyState"].as_str().unwrap().to_owned()
    }

    /// An operation that answers nothing.
    async fn does(self, operation: &str, key: &str) {
        self.kms(operation, json!({"KeyId": key})).await.is_empty_success();
    }

    async fn rotation(self, key: &str) -> Value {
        self.ask_kms("GetKeyRotationStatus", json!({"KeyId": key})).await
    }

    /// The rotations of a key, as `AUTOMATIC` and `ON_DEMAND`.
    async fn rotations(self, key: &str) -> Vec<String> {
        let answer = self.ask_kms("ListKeyRotations", json!({"KeyId": key})).await;
        let rotations = answer["Rotations"].as_array().unwrap();
        rotations.iter().map(|rotation| rotation["RotationType"].as_str().unwrap().to_owned()).collect()
    }

    /// Seals a text; the ciphertext, as it travels.
    async fn sealed_text(self, key: &str) -> Value {
        self.ask_kms("Encrypt", json!({"KeyId": key, "Plaintext": "dGV4dA=="})).await["CiphertextBlob"].clone()
    }

    async fn is_opened_text(self, blob: &Value) {
        let answer = self.ask_kms("Decrypt", json!({"CiphertextBlob": blob})).await;
        assert_eq!(answer["Plaintext"], "dGV4dA==");
    }
}

/// The records of what KMS did by itself, with the name of the key's operation.
fn service_events(house: &House, name: &str) -> Vec<Value> {
    let is_wanted = |record: &Value| {
        record["eventSource"] == "kms.amazonaws.com"
            && record["eventType"] == "AwsServiceEvent"
            && record["eventName"] == name
    };
    house.whole_trail().into_iter().filter(is_wanted).collect()
}

fn pending_deletion(arn: &str) -> Fault {
    Fault::new("KMSInvalidStateException", format!("{arn} is pending deletion."))
}

fn disabled(arn: &str) -> Fault {
    Fault::new("DisabledException", format!("{arn} is disabled."))
}

fn missing(arn: &str) -> Fault {
    Fault::new("NotFoundException", format!("Key '{arn}' does not exist"))
}

/// Whose key policy does not allow it.
fn refused(caller: &str, action: &str, arn: &str) -> Fault {
    let text = format!(
        "User: {caller} is not authorized to perform: kms:{action} on resource: {arn} because no resource-based policy \
         allows the kms:{action} action"
    );
    Fault::new("AccessDeniedException", text)
}

fn unsupported() -> Fault {
    Fault::silent("UnsupportedOperationException")
}

fn malformed(text: &str) -> Fault {
    Fault::new("MalformedPolicyDocumentException", text)
}

fn invalid(text: &str) -> Fault {
    Fault::new("ValidationException", text)
}
