//! The record of a service that called another one as itself, as CloudTrail has it of Secrets Manager and the functions that
//! it calls: an invocation, by nobody's request.

use terms::{AccountId, EventId, Region, RequestId, Timestamp};

use crate::{
    by_service::{CallByService, OneResource, write_service},
    entry::{Subject, write_head},
    event_time::with_event_time,
};

/// A call that a service made as itself. It uses a resource, and changes none.
#[derive(Debug, Clone, Copy)]
pub struct ServiceCall<'a> {
    pub event: EventId,
    pub request: RequestId,
    pub at: Timestamp,
    /// Who called, such as `secretsmanager.amazonaws.com`.
    pub service: &'a str,
    /// What was called, such as `lambda.amazonaws.com`.
    pub source: &'a str,
    pub name: &'a str,
    /// The `requestParameters` object, JSON.
    pub parameters: &'a str,
    pub resource: CalledResource<'a>,
}

/// What the call was for, in whose account it is told.
#[derive(Debug, Clone, Copy)]
pub struct CalledResource<'a> {
    pub account: AccountId,
    pub region: Region,
    /// Such as `AWS::Lambda::Function`.
    pub kind: &'a str,
    pub arn: &'a str,
}

impl ServiceCall<'_> {
    pub(crate) fn write(&self, out: &mut Vec<u8>, subject: Option<Subject>) {
        write_head(out, self.event, subject);
        let CalledResource { account, region, kind, arn } = &self.resource;
        with_event_time(self.at, |time| {
            let call = CallByService {
                event: self.event,
                request: self.request,
                time,
                service: self.service,
                source: self.source,
                name: self.name,
                region: region.as_str(),
                is_read_only: false,
                is_data: true,
                resource: OneResource { account: account.as_str(), kind, arn },
                recipient: account.as_str(),
            };
            let identity = |out: &mut Vec<u8>| write_service(out, self.service);
            call.write(out, identity, |record| {
                record.raw("requestParameters", self.parameters).raw("responseElements", "null");
            });
        });
    }
}

#[cfg(test)]
mod tests {
    use terms::Uid;

    use super::*;
    use crate::{Entry, EntryKind};

    const FUNCTION: &str = "arn:aws:lambda:eu-central-1:111122223333:function:rotate";

    #[test]
    fn a_services_call_is_told_as_cloudtrail_tells_it() {
        let call = ServiceCall {
            event: EventId::from_bytes([1; 16]),
            request: RequestId::from_bytes([2; 16]),
            at: Timestamp::from_millis(1_795_262_400_000),
            service: "secretsmanager.amazonaws.com",
            source: "lambda.amazonaws.com",
            name: "Invoke",
            parameters: r#"{"functionName":"rotate"}"#,
            resource: CalledResource {
                account: AccountId::parse("111122223333").unwrap(),
                region: Region::parse("eu-central-1").unwrap(),
                kind: "AWS::Lambda::Function",
                arn: FUNCTION,
            },
        };
        let subject = Subject { kind: EntryKind::Seen, uid: Uid::from_bytes([7; 16]), revision: 9 };
        let mut written = Vec::new();
        call.write(&mut written, Some(subject));
        let entry = Entry::read(&written).unwrap();
        assert_eq!(entry.subject, Some(subject));
        let record: serde_json::Value = serde_json::from_slice(entry.json).unwrap();
        assert_eq!(
            record,
            serde_json::json!({
                "eventVersion": "1.11",
                "userIdentity": {"type": "AWSService", "invokedBy": "secretsmanager.amazonaws.com"},
                "eventTime": "2026-11-21T12:00:00Z",
                "eventSource": "lambda.amazonaws.com",
                "eventName": "Invoke",
                "awsRegion": "eu-central-1",
                "sourceIPAddress": "secretsmanager.amazonaws.com",
                "userAgent": "secretsmanager.amazonaws.com",
                "requestParameters": {"functionName": "rotate"},
                "responseElements": null,
                "requestID": "02020202-0202-0202-0202-020202020202",
                "eventID": EventId::from_bytes([1; 16]).to_string(),
                "readOnly": false,
                "resources": [{"accountId": "111122223333", "type": "AWS::Lambda::Function", "ARN": FUNCTION}],
                "eventType": "AwsApiCall",
                "managementEvent": false,
                "recipientAccountId": "111122223333",
                "eventCategory": "Data",
            })
        );
    }
}
