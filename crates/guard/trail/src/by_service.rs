//! What the records of calls have in common that a service made, as itself or on its caller's behalf: it stands where the
//! address and the program of a client would.

use terms::{EventId, RequestId};

use crate::{call::EVENT_VERSION, json::JsonObject};

/// A call that a service made, but for what it asked and was answered.
pub(crate) struct CallByService<'a> {
    pub(crate) event: EventId,
    pub(crate) request: RequestId,
    /// As CloudTrail writes it.
    pub(crate) time: &'a str,
    /// Who called.
    pub(crate) service: &'a str,
    /// What was called.
    pub(crate) source: &'a str,
    pub(crate) name: &'a str,
    pub(crate) region: &'a str,
    pub(crate) is_read_only: bool,
    /// A data event: it uses a resource, and changes none.
    pub(crate) is_data: bool,
    pub(crate) resource: OneResource<'a>,
    /// In whose trail it is told.
    pub(crate) recipient: &'a str,
}

/// What a call was about.
pub(crate) struct OneResource<'a> {
    pub(crate) account: &'a str,
    /// Such as `AWS::KMS::Key`.
    pub(crate) kind: &'a str,
    pub(crate) arn: &'a str,
}

impl CallByService<'_> {
    /// The whole record. The second function writes how the call failed, and `requestParameters` and `responseElements`.
    pub(crate) fn write(
        &self,
        out: &mut Vec<u8>,
        identity: impl FnOnce(&mut Vec<u8>),
        asked_and_answered: impl FnOnce(&mut JsonObject<'_>),
    ) {
        let mut record = JsonObject::begin(out);
        record
            .plain("eventVersion", EVENT_VERSION)
            .value("userIdentity", identity)
            .plain("eventTime", self.time)
            .plain("eventSource", self.source)
            .plain("eventName", self.name)
            .plain("awsRegion", self.region)
            .plain("sourceIPAddress", self.service)
            .plain("userAgent", self.service);
        asked_and_answered(&mut record);
        record
            .shown("requestID", &self.request)
            .shown("eventID", &self.event)
            .raw("readOnly", if self.is_read_only { "true" } else { "false" })
            .value("resources", |out| self.resource.write(out))
            .raw("eventType", "\"AwsApiCall\"")
            .raw("managementEvent", if self.is_data { "false" } else { "true" })
            .plain("recipientAccountId", self.recipient)
            .raw("eventCategory", if self.is_data { "\"Data\"" } else { "\"Management\"" })
            .end();
    }
}

impl OneResource<'_> {
    fn write(&self, out: &mut Vec<u8>) {
        out.push(b'[');
        JsonObject::begin(out).plain("accountId", self.account).plain("type", self.kind).text("ARN", self.arn).end();
        out.push(b']');
    }
}

/// The identity of a service that acts by nobody's request.
pub(crate) fn write_service(out: &mut Vec<u8>, service: &str) {
    JsonObject::begin(out).plain("type", "AWSService").plain("invokedBy", service).end();
}
