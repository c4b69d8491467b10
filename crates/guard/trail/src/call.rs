//! Records in CloudTrail's format.
//!
//! Fields, their order and the forms of errors: `userIdentity`, `eventTime` and the rest as the CloudTrail record
//! contents page of the user guide gives them, `eventVersion` 1.11. Values of secrets have no way in: parameters are
//! written by the request's shape, which leaves its sensitive members out, and answers of reads are always null.

use std::borrow::Cow;

use gate::{Caller, RequestContext};
use policy::Action;
use terms::{AccountId, EventId, Region, Timestamp};

use crate::{
    entry::{Subject, write_head},
    event_time::with_event_time,
    json::JsonObject,
    linked::{LinkedCalls, Parent},
};

pub(crate) const EVENT_VERSION: &str = "1.11";

/// One authenticated call, however it ended.
pub struct ApiCall<'a> {
    pub context: &'a RequestContext,
    pub caller: &'a Caller,
    pub event: EventId,
    /// Such as `secretsmanager.amazonaws.com`.
    pub source: &'static str,
    pub action: Action,
    /// What CloudTrail calls it where that is not the action's own name.
    pub name: Option<&'static str>,
    /// A data event: it uses a resource, and changes none.
    pub is_data: bool,
    pub is_read_only: bool,
    pub parameters: Option<&'a dyn RequestParameters>,
    /// The `responseElements` object of a change, JSON.
    pub response: Option<&'a str>,
    pub failure: Option<Failure<'a>>,
    /// What was called on the caller's behalf meanwhile. Each has a record too.
    pub linked: &'a LinkedCalls,
}

/// A request that can tell what it asked for, leaving out what must not be recorded.
pub trait RequestParameters: Sync {
    /// Appends the `requestParameters` object, JSON.
    fn write(&self, out: &mut Vec<u8>);
}

/// How a call failed, in the trail's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failure<'a> {
    pub code: &'a str,
    pub message: &'a str,
}

/// Something the service did by itself.
pub struct ServiceEvent<'a> {
    pub event: EventId,
    pub at: Timestamp,
    pub account: AccountId,
    pub region: Region,
    /// Such as `secretsmanager.amazonaws.com`.
    pub source: &'static str,
    pub name: &'a str,
    /// The `additionalEventData` object, JSON.
    pub data: Option<&'a str>,
    /// The `serviceEventDetails` object, JSON: where KMS tells what Secrets Manager tells in the other.
    pub details: Option<&'a str>,
    /// Says what belongs together, where AWS says it: no id of a request.
    pub request_id: Option<&'a str>,
    /// What went wrong. Such events have no code.
    pub error: Option<&'a str>,
}

impl ApiCall<'_> {
    pub(crate) fn write(&self, out: &mut Vec<u8>, subject: Option<Subject>) {
        write_head(out, self.event, subject);
        let RequestContext { request_id, received_at, source_ip, user_agent, .. } = self.context;
        let mut record = JsonObject::begin(out);
        record.plain("eventVersion", EVENT_VERSION).raw("userIdentity", self.caller.identity_json());
        with_event_time(*received_at, |time| {
            record.plain("eventTime", time);
        });
        record
            .plain("eventSource", self.source)
            .plain("eventName", self.name.unwrap_or_else(|| self.action.operation()))
            .plain("awsRegion", self.caller.region().as_str())
            // An IPv4 client of a dual-stack listener is shown as IPv4, as anyone searching for it would write it.
            .shown("sourceIPAddress", &source_ip.to_canonical());
        if let Some(user_agent) = user_agent {
            record.text("userAgent", &lossy(user_agent.as_bytes()));
        }
        if let Some(failure) = self.failure {
            write_failure(&mut record, failure);
        }
        match self.parameters {
            Some(parameters) => record.value("requestParameters", |out| parameters.write(out)),
            None => record.raw("requestParameters", "null"),
        };
        record
            .raw("responseElements", self.response.unwrap_or("null"))
            .shown("requestID", request_id)
            .shown("eventID", &self.event)
            .raw("readOnly", if self.is_read_only { "true" } else { "false" })
            .raw("eventType", "\"AwsApiCall\"")
            .raw("managementEvent", if self.is_data { "false" } else { "true" })
            .plain("recipientAccountId", self.caller.account().as_str())
            .raw("eventCategory", if self.is_data { "\"Data\"" } else { "\"Management\"" });
        self.write_tls(&mut record);
        record.end();
    }

    /// What the records of calls that were made on the caller's behalf repeat of this one's.
    pub(crate) fn as_parent(&self, write: impl FnOnce(&Parent<'_>)) {
        with_event_time(self.context.received_at, |time| {
            write(&Parent {
                identity: self.caller.identity_json(),
                time,
                source: self.source,
                region: self.caller.region().as_str(),
                account: self.caller.account().as_str(),
                request_id: self.context.request_id,
            });
        });
    }

    /// What the service tells of the same change beside the call's own record.
    pub(crate) fn as_service_event(&self) -> ServiceEvent<'static> {
        ServiceEvent {
            event: self.event,
            at: self.context.received_at,
            account: self.caller.account(),
            region: self.caller.region(),
            source: self.source,
            name: self.name.unwrap_or_else(|| self.action.operation()),
            data: None,
            details: None,
            request_id: None,
            error: None,
        }
    }

    fn write_tls(&self, record: &mut JsonObject<'_>) {
        let Some(tls) = &self.context.tls else { return };
        record.value("tlsDetails", |out| {
            let mut details = JsonObject::begin(out);
            details.plain("tlsVersion", tls.version).plain("cipherSuite", tls.cipher_suite);
            if let Some(host) = &self.context.host {
                details.text("clientProvidedHostHeader", &lossy(host.as_bytes()));
            }
            details.end();
        });
    }
}

impl ServiceEvent<'_> {
    pub(crate) fn write(&self, out: &mut Vec<u8>, subject: Option<Subject>) {
        write_head(out, self.event, subject);
        let mut record = JsonObject::begin(out);
        record.plain("eventVersion", EVENT_VERSION).value("userIdentity", |out| {
            let mut identity = JsonObject::begin(out);
            identity.plain("accountId", self.account.as_str()).plain("invokedBy", self.source).end();
        });
        with_event_time(self.at, |time| {
            record.plain("eventTime", time);
        });
        record
            .plain("eventSource", self.source)
            .text("eventName", self.name)
            .plain("awsRegion", self.region.as_str())
            .plain("sourceIPAddress", self.source)
            .plain("userAgent", self.source);
        if let Some(error) = self.error {
            record.text("errorMessage", error);
        }
        record.raw("requestParameters", "null").raw("responseElements", "null");
        if let Some(data) = self.data {
            record.raw("additionalEventData", data);
        }
        if let Some(request_id) = self.request_id {
            record.text("requestID", request_id);
        }
        record
            .shown("eventID", &self.event)
            .raw("readOnly", "false")
            .raw("eventType", "\"AwsServiceEvent\"")
            .raw("managementEvent", "true")
            .plain("recipientAccountId", self.account.as_str());
        if let Some(details) = self.details {
            record.raw("serviceEventDetails", details);
        }
        record.raw("eventCategory", "\"Management\"").end();
    }
}

pub(crate) fn write_failure(record: &mut JsonObject<'_>, Failure { code, message }: Failure<'_>) {
    record.text("errorCode", code);
    // Some of AWS's errors have no text.
    if !message.is_empty() {
        record.text("errorMessage", message);
    }
}

/// Most are plain text, which this finds out faster than the replacing conversion.
fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed)
}
