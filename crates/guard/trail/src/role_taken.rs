//! The record of a service that took a role for itself, as CloudTrail has it of Lambda: AssumeRole, by nobody's request.

use terms::{AccountId, EventId, Region, RequestId, Timestamp};

use crate::{
    by_service::{CallByService, OneResource, write_service},
    entry::write_head,
    event_time::with_event_time,
    json::JsonObject,
};

/// A session that a service began for itself.
#[derive(Debug, Clone, Copy)]
pub struct RoleTaken<'a> {
    pub event: EventId,
    /// Of what the service needed it for.
    pub request: RequestId,
    pub at: Timestamp,
    /// Such as `lambda.amazonaws.com`.
    pub service: &'a str,
    pub role_arn: &'a str,
    pub session_name: &'a str,
    /// The role's.
    pub account: AccountId,
    pub region: Region,
    /// By which the session's own calls are found. Its secret and token are not known here.
    pub access_key_id: &'a str,
    pub expires_at: Timestamp,
}

impl RoleTaken<'_> {
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        write_head(out, self.event, None);
        with_event_time(self.at, |time| {
            let call = CallByService {
                event: self.event,
                request: self.request,
                time,
                service: self.service,
                source: "sts.amazonaws.com",
                name: "AssumeRole",
                region: self.region.as_str(),
                is_read_only: true,
                is_data: false,
                resource: OneResource { account: self.account.as_str(), kind: "AWS::IAM::Role", arn: self.role_arn },
                recipient: self.account.as_str(),
            };
            let identity = |out: &mut Vec<u8>| write_service(out, self.service);
            call.write(out, identity, |record| {
                record
                    .value("requestParameters", |out| self.write_parameters(out))
                    .value("responseElements", |out| self.write_response(out));
            });
        });
    }

    fn write_parameters(&self, out: &mut Vec<u8>) {
        JsonObject::begin(out).text("roleArn", self.role_arn).text("roleSessionName", self.session_name).end();
    }

    fn write_response(&self, out: &mut Vec<u8>) {
        JsonObject::begin(out).value("credentials", |out| self.write_credentials(out)).end();
    }

    fn write_credentials(&self, out: &mut Vec<u8>) {
        let mut credentials = JsonObject::begin(out);
        credentials.text("accessKeyId", self.access_key_id);
        with_event_time(self.expires_at, |time| {
            credentials.plain("expiration", time);
        });
        credentials.end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Entry;

    #[test]
    fn a_role_that_was_taken_is_told_as_cloudtrail_tells_it() {
        let taken = RoleTaken {
            event: EventId::from_bytes([1; 16]),
            request: RequestId::from_bytes([2; 16]),
            at: Timestamp::from_millis(1_795_262_400_000),
            service: "lambda.amazonaws.com",
            role_arn: "arn:aws:iam::111122223333:role/reader",
            session_name: "greeter",
            account: AccountId::parse("111122223333").unwrap(),
            region: Region::parse("us-east-1").unwrap(),
            access_key_id: "ASIAEXAMPLE",
            expires_at: Timestamp::from_millis(1_795_305_600_000),
        };
        let mut written = Vec::new();
        taken.write(&mut written);
        let entry = Entry::read(&written).unwrap();
        let record: serde_json::Value = serde_json::from_slice(entry.json).unwrap();
        assert_eq!(
            record,
            serde_json::json!({
                "eventVersion": "1.11",
                "userIdentity": {"type": "AWSService", "invokedBy": "lambda.amazonaws.com"},
                "eventTime": "2026-11-21T12:00:00Z",
                "eventSource": "sts.amazonaws.com",
                "eventName": "AssumeRole",
                "awsRegion": "us-east-1",
                "sourceIPAddress": "lambda.amazonaws.com",
                "userAgent": "lambda.amazonaws.com",
                "requestParameters": {"roleArn": taken.role_arn, "roleSessionName": "greeter"},
                "responseElements": {
                    "credentials": {"accessKeyId": "ASIAEXAMPLE", "expiration": "2026-11-22T00:00:00Z"}
                },
                "requestID": taken.request.to_string(),
                "eventID": taken.event.to_string(),
                "readOnly": true,
                "resources": [
                    {"accountId": "111122223333", "type": "AWS::IAM::Role", "ARN": taken.role_arn}
                ],
                "eventType": "AwsApiCall",
                "managementEvent": true,
                "recipientAccountId": "111122223333",
                "eventCategory": "Management",
            })
        );
    }
}
