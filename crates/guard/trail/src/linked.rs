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
    call::{ApiCall, EVENT_VERSION, Failure, write_failure},
    entry::write_head,
    event_time::with_event_time,
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
    /// `parent` is the call that the caller made.
    pub(crate) fn write(&self, out: &mut Vec<u8>, parent: &ApiCall<'_>) {
        write_head(out, self.event, None);
        let mut record = JsonObject::begin(out);
        record
            .plain("eventVersion", EVENT_VERSION)
            .value("userIdentity", |out| write_identity(out, parent.caller.identity_json(), parent.source));
        with_event_time(parent.context.received_at, |time| {
            record.plain("eventTime", time);
        });
        record
            .plain("eventSource", KMS)
            .plain("eventName", self.action.operation())
            .plain("awsRegion", parent.caller.region().as_str())
            .plain("sourceIPAddress", parent.source)
            .plain("userAgent", parent.source);
        if let Some(LinkedFailure { code, message }) = &self.failure {
            write_failure(&mut record, Failure { code, message });
        }
        if self.failure.as_ref().is_some_and(|failure| failure.code == ACCESS_DENIED) {
            record.raw("requestParameters", "null");
        } else {
            record.value("requestParameters", |out| self.write_parameters(out));
        }
        record
            .raw("responseElements", "null")
            .shown("requestID", &self.request_id(parent.context.request_id))
            .shown("eventID", &self.event)
            .raw("readOnly", "true")
            .value("resources", |out| self.write_resources(out))
            .raw("eventType", "\"AwsApiCall\"")
            .raw("managementEvent", "true")
            .plain("recipientAccountId", parent.caller.account().as_str())
            .raw("eventCategory", "\"Management\"")
            .end();
    }

    /// AWS shows another one than the parent's. Nobody asked with it and nobody was answered it, so it is not drawn.
    fn request_id(&self, parent: RequestId) -> RequestId {
        RequestId::from_bytes(mixed_id(self.event.as_bytes(), parent.as_bytes()))
    }

    /// The order of each operation is the one that AWS's records have.
    fn write_parameters(&self, out: &mut Vec<u8>) {
        let mut parameters = JsonObject::begin(out);
        match self.action.operation() {
            // Which key it was says the ciphertext.
            "Decrypt" => {
                parameters
                    .value("encryptionContext", |out| self.write_context(out))
                    .raw("encryptionAlgorithm", "\"SYMMETRIC_DEFAULT\"");
            }
            "GenerateDataKey" => {
                parameters
                    .text("keyId", &self.key_arn)
                    .raw("keySpec", "\"AES_256\"")
                    .value("encryptionContext", |out| self.write_context(out));
            }
            _ => {
                parameters
                    .text("keyId", &self.key_arn)
                    .raw("encryptionAlgorithm", "\"SYMMETRIC_DEFAULT\"")
                    .value("encryptionContext", |out| self.write_context(out));
            }
        }
        parameters.end();
    }

    fn write_context(&self, out: &mut Vec<u8>) {
        JsonObject::begin(out)
            .text("SecretARN", &self.secret_arn)
            .text("SecretVersionId", self.version_id.as_str())
            .end();
    }

    fn write_resources(&self, out: &mut Vec<u8>) {
        out.push(b'[');
        JsonObject::begin(out)
            .plain("accountId", self.key_account.as_str())
            .raw("type", "\"AWS::KMS::Key\"")
            .text("ARN", &self.key_arn)
            .end();
        out.push(b']');
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
