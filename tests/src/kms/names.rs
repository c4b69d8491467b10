//! Names of keys and rights to them: aliases, key policies, grants, and keys of several Regions.

mod aliases;
mod constraints;
mod grants;
mod policies;
mod regions;
mod retiring;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::Fault;
use crate::{
    house::{ACCOUNT, House},
    letters::{Answer, Persona},
    people::{Person, allow, document, trusting},
};

impl Persona<'_> {
    async fn sealed(self, key: &str, context: Value) -> Value {
        let members = json!({"KeyId": key, "Plaintext": STANDARD.encode("text"), "EncryptionContext": context});
        self.ask_kms("Encrypt", members).await["CiphertextBlob"].clone()
    }

    async fn opened(self, blob: &Value, context: Value) -> Answer {
        self.kms("Decrypt", json!({"CiphertextBlob": blob, "EncryptionContext": context})).await
    }

    async fn opens(self, blob: &Value, context: Value) {
        assert_eq!(self.opened(blob, context).await.json()["Plaintext"], STANDARD.encode("text"));
    }

    async fn opens_not(self, blob: &Value, context: Value) {
        self.opened(blob, context).await.is_denied();
    }

    /// Makes a grant; its id and token.
    async fn grant(self, members: Value) -> (String, String) {
        let answer = self.ask_kms("CreateGrant", members).await;
        let text = |member: &str| answer[member].as_str().unwrap().to_owned();
        (text("GrantId"), text("GrantToken"))
    }

    /// The key's grants.
    async fn grants(self, key: &str) -> Vec<Value> {
        self.ask_kms("ListGrants", json!({"KeyId": key})).await["Grants"].as_array().unwrap().clone()
    }

    async fn put_policy(self, key: &str, policy: &str) -> Answer {
        self.kms("PutKeyPolicy", json!({"KeyId": key, "Policy": policy})).await
    }
}

impl Answer {
    #[track_caller]
    fn is_denied(&self) {
        assert_eq!(self.status, 400);
        assert!(self.text().contains(r#""__type":"AccessDeniedException""#), "{}", self.text());
    }

    /// An error of this name, whatever its text.
    #[track_caller]
    fn is_fault(&self, code: &str) {
        assert_eq!(self.status, 400, "{}", self.text());
        assert!(self.text().contains(&format!(r#""__type":"{code}""#)), "{}", self.text());
    }
}

/// A session of a role of the first account, with this inline policy unless it is empty; and the role's ARN.
async fn session(house: &House, role: &str, policy: &str) -> (Person, String) {
    let role = house.admin().role(role, &trusting(ACCOUNT), policy).await;
    let name = format!("assumer-{}", role.id);
    let assumer = house.user(&name, &document(allow(&["sts:AssumeRole"], "*"))).await;
    (assumer.at(house).assume(&role.arn, &[]).await, role.arn)
}

fn root(account: &str) -> String {
    format!("arn:aws:iam::{account}:root")
}

/// A key policy: the account's own statement, and more.
fn key_policy(more: &[Value]) -> String {
    let own = json!({"Effect": "Allow", "Principal": {"AWS": root(ACCOUNT)}, "Action": "kms:*", "Resource": "*"});
    document(Value::Array([&[own], more].concat()))
}

fn invalid(text: impl Into<String>) -> Fault {
    Fault::new("ValidationException", text)
}

/// The persona's refusal, of this action on this resource.
fn denied(caller: &str, action: &str, resource: &str, kind: &str) -> Fault {
    let text = format!(
        "User: {caller} is not authorized to perform: {action} on resource: {resource} because no {kind} policy allows \
         the {action} action"
    );
    Fault::new("AccessDeniedException", text)
}
