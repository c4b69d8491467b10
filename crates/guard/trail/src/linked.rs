//! Calls to KMS that a service makes on its caller's behalf.
//!
//! CloudTrail has a record of its own for each, as it would if the caller had called KMS: the caller's identity, with the
//! service that the call was `invokedBy`. Nothing in it names the call that it belongs to. The two meet in the
//! encryption context, which names the secret and its version.

use std::sync::Arc;

use parking_lot::Mutex;
use policy::Action;
use terms::{AccountId, EventId, RequestId, VersionId};

use crate::{
    by_service::{CallByService, OneResource},
    call::{Failure, write_failure},
    entry::write_head,
    json::JsonObject,
    mixed_id::mixed_id,
};

const KMS: &str = "kms.amazonaws.com";
/// The code under which CloudTrail keeps no parameters.
const ACCESS_DENIED: &str = "AccessDenied";

/// A call to KMS that a service made on its caller's behalf.
#[derive(Debug, Clone)]
pub struct LinkedCall {
    pub event: EventId,
    /// `kms:GenerateDataKey`, `kms:Encrypt` or `kms:Decrypt`.
    pub action: Action,
    pub key_arn: Arc<str>,
    pub key_account: AccountId,
    pub secret_arn: Arc<str>,
    pub version_id: VersionId,
    pub failure: Option<LinkedFailure>,
}

/// How such a call failed, in the trail's words: `AccessDenied` when it was denied.
#[derive(Debug, Clone)]
pub struct LinkedFailure {
    pub code: &'static str,
    pub message: String,
}

/// Those of one call, gathered while its story is told. Allocates nothing until there is one.
#[derive(Debug, Default)]
pub struct LinkedCalls(Mutex<Vec<LinkedCall>>);

impl LinkedCalls {
    pub const fn new() -> Self {
        Self(Mutex::new(Vec::new()))
    }

    pub fn push(&self, call: LinkedCall) {
        self.0.lock().push(call);
    }

    /// The story is told anew.
    pub fn clear(&self) {
        self.0.lock().clear();
    }

    /// In the order in which they were made. Nothing can be pushed meanwhile.
    pub fn with<T>(&self, use_calls: impl FnOnce(&[LinkedCall]) -> T) -> T {
        use_calls(&self.0.lock())
    }
}

impl LinkedCall {
    pub(crate) fn told(&self) -> LinkedRecord<'_> {
        LinkedRecord {
            event: self.event,
            operation: self.action.operation(),
            key_arn: &self.key_arn,
            key_account: self.key_account.as_str(),
            secret_arn: &self.secret_arn,
            version_id: self.version_id.as_str(),
            failure: self.failure.as_ref().map(|LinkedFailure { code, message }| Failure { code, message }),
        }
    }
}

/// What such a call's record says that the record of its parent, the call that the caller made, does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LinkedRecord<'a> {
    pub(crate) event: EventId,
    pub(crate) operation: &'a str,
    pub(crate) key_arn: &'a str,
    pub(crate) key_account: &'a str,
    pub(crate) secret_arn: &'a str,
    pub(crate) version_id: &'a str,
    pub(crate) failure: Option<Failure<'a>>,
}

/// What it repeats of its parent's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Parent<'a> {
    /// JSON.
    pub(crate) identity: &'a str,
    pub(crate) time: &'a str,
    /// The service that the caller called.
    pub(crate) source: &'a str,
    pub(crate) region: &'a str,
    pub(crate) account: &'a str,
    pub(crate) request_id: RequestId,
}

impl LinkedRecord<'_> {
    /// The whole entry.
    pub(crate) fn write(&self, out: &mut Vec<u8>, parent: &Parent<'_>) {
        write_head(out, self.event, None);
        self.write_json(out, parent);
    }

    pub(crate) fn write_json(&self, out: &mut Vec<u8>, parent: &Parent<'_>) {
        let call = CallByService {
            event: self.event,
            request: self.request_id(parent.request_id),
            time: parent.time,
            service: parent.source,
            source: KMS,
            name: self.operation,
            region: parent.region,
            is_read_only: true,
            is_data: false,
            resource: OneResource { account: self.key_account, kind: "AWS::KMS::Key", arn: self.key_arn },
            recipient: parent.account,
        };
        let identity = |out: &mut Vec<u8>| write_identity(out, parent.identity, parent.source);
        call.write(out, identity, |record| {
            if let Some(failure) = self.failure {
                write_failure(record, failure);
            }
            if self.failure.is_some_and(|failure| failure.code == ACCESS_DENIED) {
                record.raw("requestParameters", "null");
            } else {
                record.value("requestParameters", |out| self.write_parameters(out));
            }
            record.raw("responseElements", "null");
        });
    }

    /// AWS shows another one than the parent's. Nobody asked with it and nobody was answered it, so it is not drawn.
    fn request_id(&self, parent: RequestId) -> RequestId {
        RequestId::from_bytes(mixed_id(self.event.as_bytes(), parent.as_bytes()))
    }

    /// The order of each operation is the one that AWS's records have.
    fn write_parameters(&self, out: &mut Vec<u8>) {
        let mut parameters = JsonObject::begin(out);
        match self.operation {
            // Which key it was says the ciphertext.
            "Decrypt" => {
                parameters
                    .value("encryptionContext", |out| self.write_context(out))
                    .raw("encryptionAlgorithm", "\"SYMMETRIC_DEFAULT\"");
            }
            "GenerateDataKey" => {
                parameters
                    .text("keyId", self.key_arn)
                    .raw("keySpec", "\"AES_256\"")
                    .value("encryptionContext", |out| self.write_context(out));
            }
            _ => {
                parameters
                    .text("keyId", self.key_arn)
                    .raw("encryptionAlgorithm", "\"SYMMETRIC_DEFAULT\"")
                    .value("encryptionContext", |out| self.write_context(out));
            }
        }
        parameters.end();
    }

    fn write_context(&self, out: &mut Vec<u8>) {
        JsonObject::begin(out).text("SecretARN", self.secret_arn).text("SecretVersionId", self.version_id).end();
    }
}

/// The caller's identity was written when its credential was seated, and is not read again to add a member.
fn write_identity(out: &mut Vec<u8>, identity: &str, invoked_by: &str) {
    // Without its brace; an identity has members.
    out.extend_from_slice(identity.strip_suffix('}').unwrap_or(identity).as_bytes());
    out.extend_from_slice(b",\"invokedBy\":\"");
    out.extend_from_slice(invoked_by.as_bytes());
    out.extend_from_slice(b"\"}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_service_that_called_is_the_last_member_of_the_callers_identity() {
        let identity = r#"{"type":"AssumedRole","sessionContext":{"attributes":{"mfaAuthenticated":"false"}}}"#;
        let mut out = Vec::new();
        write_identity(&mut out, identity, "secretsmanager.amazonaws.com");
        let expected = r#"{"type":"AssumedRole","sessionContext":{"attributes":{"mfaAuthenticated":"false"}},"invokedBy":"secretsmanager.amazonaws.com"}"#;
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}
