//! KMS through its API.

mod cryptography;
mod keys;
mod names;
mod secrets;

use serde_json::Value;

use crate::letters::{Answer, Letter, Persona};

/// An error of KMS as it crosses the wire.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    pub(crate) code: &'static str,
    pub(crate) text: Option<String>,
}

impl Fault {
    pub(crate) fn new(code: &'static str, text: impl Into<String>) -> Self {
        Self { code, text: Some(text.into()) }
    }

    /// Of the errors that AWS sends without a text.
    pub(crate) fn silent(code: &'static str) -> Self {
        Self { code, text: None }
    }
}

impl Persona<'_> {
    /// A call of KMS.
    pub(crate) async fn kms(self, operation: &str, members: Value) -> Answer {
        let mut letter = Letter::unsigned(operation, members.to_string().as_bytes());
        letter.set("x-amz-target", &format!("TrentService.{operation}"));
        Persona { service: "kms", ..self }.sign(&mut letter);
        self.house.deliver(letter).await
    }

    /// The call succeeds; its answer.
    pub(crate) async fn ask_kms(self, operation: &str, members: Value) -> Value {
        self.kms(operation, members).await.json()
    }

    /// A new key; its ARN.
    pub(crate) async fn key(self, members: Value) -> String {
        self.ask_kms("CreateKey", members).await["KeyMetadata"]["Arn"].as_str().unwrap().to_owned()
    }
}

impl Answer {
    /// A refusal of KMS, byte for byte.
    #[track_caller]
    pub(crate) fn is_kms(&self, Fault { code, text }: &Fault) {
        let member = if *code == "AccessDeniedException" { "Message" } else { "message" };
        let body = match text {
            Some(text) => format!(r#"{{"__type":"{code}","{member}":{}}}"#, Value::String(text.clone())),
            None => format!(r#"{{"__type":"{code}"}}"#),
        };
        assert_eq!((self.text(), self.status), (body, 400));
    }
}

/// The id in a key's ARN.
pub(crate) fn id_of(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap()
}
