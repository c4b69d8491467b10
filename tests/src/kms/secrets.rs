//! Secrets under customer keys: Secrets Manager uses them as its caller, and only as its caller may.

mod accounts;
mod moves;
mod records;
mod rights;
mod states;

use serde_json::{Value, json};

use crate::{
    house::{ACCOUNT, REGION},
    letters::{Answer, Persona, Refusal, token},
    people::{allow, document},
    texts::invalid_parameter,
};

const EVERY_SECRET: &[&str] = &["secretsmanager:*"];

impl Persona<'_> {
    /// A secret with a first value under this key; its ARN.
    pub(crate) async fn create_under(self, key: &str, name: &str, value: &str) -> String {
        let answer = self.try_to_create(key, name, value).await.json();
        answer["ARN"].as_str().unwrap().to_owned()
    }

    async fn try_to_create(self, key: &str, name: &str, value: &str) -> Answer {
        let members = json!({"Name": name, "ClientRequestToken": token(1), "SecretString": value, "KmsKeyId": key});
        self.call("CreateSecret", members).await
    }

    async fn try_to_put(self, secret: &str, number: u32) -> Answer {
        let members = json!({"SecretId": secret, "ClientRequestToken": token(number), "SecretString": "new"});
        self.call("PutSecretValue", members).await
    }

    async fn try_to_read(self, secret: &str) -> Answer {
        self.call("GetSecretValue", json!({"SecretId": secret})).await
    }

    async fn try_to_read_version(self, secret: &str, number: u32) -> Answer {
        self.call("GetSecretValue", json!({"SecretId": secret, "VersionId": token(number)})).await
    }

    async fn try_to_move(self, secret: &str, key: &str) -> Answer {
        let members = json!({"SecretId": secret, "ClientRequestToken": token(900), "KmsKeyId": key});
        self.call("UpdateSecret", members).await
    }

    async fn move_to(self, secret: &str, key: &str) {
        self.try_to_move(secret, key).await.json();
    }

    /// The keys of each version, by the number of its token.
    async fn keys_of_versions(self, secret: &str) -> Value {
        let members = json!({"SecretId": secret, "IncludeDeprecated": true});
        let answer = self.ask("ListSecretVersionIds", members).await;
        let versions = answer["Versions"].as_array().unwrap().iter();
        versions
            .map(|version| {
                let id = version["VersionId"].as_str().unwrap();
                (id.rsplit('-').next().unwrap().trim_start_matches('0').to_owned(), version["KmsKeyIds"].clone())
            })
            .collect::<serde_json::Map<_, _>>()
            .into()
    }

    pub(crate) async fn put_key_policy(self, key: &str, statements: Value) {
        let members = json!({"KeyId": key, "Policy": document(statements)});
        self.kms("PutKeyPolicy", members).await.is_empty_success();
    }
}

fn no_access() -> Refusal {
    Refusal { code: "AccessDeniedException", text: Some("Access to KMS is not allowed".to_owned()) }
}

fn other_key() -> Refusal {
    let text = "Access to KMS is not allowed. This version of secret is not encrypted with the current KMS key.";
    Refusal { code: "AccessDeniedException", text: Some(text.to_owned()) }
}

fn cannot_encrypt() -> Refusal {
    let text = "Secrets Manager can't encrypt the protected secret text using the provided KMS key. Check that the KMS \
                key is available, enabled, and not in an invalid state.";
    Refusal { code: "EncryptionFailure", text: Some(text.to_owned()) }
}

fn cannot_decrypt() -> Refusal {
    let text = "Secrets Manager can't decrypt the protected secret text using the provided KMS key.";
    Refusal { code: "DecryptionFailure", text: Some(text.to_owned()) }
}

fn invalid_key(text: &str) -> Refusal {
    invalid_parameter(format!("The operation failed because of an invalid KMS key: {text}"))
}

/// Every right to secrets, and these rights to every key.
fn with_keys(actions: &[&str]) -> String {
    match actions {
        [] => document(allow(EVERY_SECRET, "*")),
        actions => document(json!([allow(EVERY_SECRET, "*"), allow(actions, "*")])),
    }
}

/// A statement of a key policy.
fn granting(principal: &str, actions: &[&str]) -> Value {
    json!({"Effect": "Allow", "Principal": {"AWS": principal}, "Action": actions, "Resource": "*"})
}

/// The statement that leaves a key to the policies of its account.
fn of_the_account() -> Value {
    granting(&root(ACCOUNT), &["kms:*"])
}

fn root(account: &str) -> String {
    format!("arn:aws:iam::{account}:root")
}

fn through_secrets_manager() -> String {
    format!("secretsmanager.{REGION}.amazonaws.com")
}
