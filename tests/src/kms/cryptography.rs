//! Cryptography with keys: what is sealed, who may open it, and that nothing else opens.

mod checks;
mod ciphertexts;
mod macs;
mod records;
mod rights;
mod sealing;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::Fault;
use crate::letters::Persona;

const MAC_SPECS: [(&str, &str); 4] = [
    ("HMAC_224", "HMAC_SHA_224"),
    ("HMAC_256", "HMAC_SHA_256"),
    ("HMAC_384", "HMAC_SHA_384"),
    ("HMAC_512", "HMAC_SHA_512"),
];

impl Persona<'_> {
    /// A new symmetric encryption key; its ARN.
    async fn sealing_key(self) -> String {
        self.key(json!({})).await
    }

    async fn mac_key(self, spec: &str) -> String {
        self.key(json!({"KeySpec": spec, "KeyUsage": "GENERATE_VERIFY_MAC"})).await
    }

    /// Seals the text; the ciphertext.
    async fn seal(self, key: &str, text: &str, context: Value) -> Vec<u8> {
        let members = json!({"KeyId": key, "Plaintext": coded(text.as_bytes()), "EncryptionContext": context});
        bytes(&self.ask_kms("Encrypt", members).await["CiphertextBlob"])
    }

    /// What comes out of a ciphertext.
    async fn unseal(self, blob: &[u8], context: Value) -> Vec<u8> {
        bytes(&self.ask_kms("Decrypt", unsealing(blob, context)).await["Plaintext"])
    }

    /// The ciphertext is refused, and nothing comes out of it.
    async fn is_refused_to_unseal(self, blob: &[u8], context: Value, fault: &Fault) {
        self.kms("Decrypt", unsealing(blob, context)).await.is_kms(fault);
    }
}

fn unsealing(blob: &[u8], context: Value) -> Value {
    json!({"CiphertextBlob": coded(blob), "EncryptionContext": context})
}

fn coded(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

#[track_caller]
fn bytes(value: &Value) -> Vec<u8> {
    STANDARD.decode(value.as_str().unwrap()).unwrap()
}

fn invalid_ciphertext() -> Fault {
    Fault::silent("InvalidCiphertextException")
}

/// Of a ciphertext whose key is not there or not to be used, which is told alike.
fn unusable(caller: &str, action: &str) -> Fault {
    let text = format!(
        "User: {caller} is not authorized to perform: {action} on the resource associated with this ciphertext because \
         the resource does not exist in this Region, no resource-based policies allow access, or a resource-based \
         policy explicitly denies access"
    );
    Fault::new("AccessDeniedException", text)
}

fn would_have_succeeded() -> Fault {
    Fault::new("DryRunOperationException", "The request would have succeeded, but the DryRun option is set.")
}

fn incorrect_key() -> Fault {
    let text = "The key ID in the request does not identify a CMK that can perform this operation.";
    Fault::new("IncorrectKeyException", text)
}

fn invalid(text: &str) -> Fault {
    Fault::new("ValidationException", text)
}
