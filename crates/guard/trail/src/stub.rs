//! The record of a call that was made for a caller, as a read leaves it in the log: a stub.
//!
//! Nearly all of such a record repeats the one of its parent, which stands before it in the same frame. A stub has the
//! rest, and a reader writes the record of the two. It has no head of its own but
//!
//! | at | bytes | |
//! |---|---|---|
//! | 0 | 1 | format version, 1 |
//! | 1 | 1 | kind: 5 |
//! | 2 | 16 | event id |
//! | 18 | n | texts, each with its length before it in 4 bytes, little endian |
//!
//! The texts are the operation, the key's ARN and its account, the secret's ARN, its version, and of a failure its code
//! and its message.

use serde::Deserialize;
use serde_json::value::RawValue;
use terms::{EventId, RequestId};

use crate::{
    call::Failure,
    entry::{Entry, LINKED, MalformedEntry, VERSION},
    linked::{LinkedRecord, Parent},
};

impl LinkedRecord<'_> {
    /// The entry without what it repeats.
    pub(crate) fn write_stub(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&[VERSION, LINKED]);
        out.extend_from_slice(self.event.as_bytes());
        let texts = [self.operation, self.key_arn, self.key_account, self.secret_arn, self.version_id];
        texts.iter().for_each(|text| write_text(out, text));
        if let Some(Failure { code, message }) = self.failure {
            write_text(out, code);
            write_text(out, message);
        }
    }
}

impl<'a> LinkedRecord<'a> {
    fn read_stub(bytes: &'a [u8]) -> Result<Self, MalformedEntry> {
        let (front, rest) = bytes.split_first_chunk::<2>().ok_or(MalformedEntry)?;
        let (event, mut rest) = rest.split_first_chunk::<16>().ok_or(MalformedEntry)?;
        if *front != [VERSION, LINKED] {
            return Err(MalformedEntry);
        }
        Ok(Self {
            event: EventId::from_bytes(*event),
            operation: read_text(&mut rest)?,
            key_arn: read_text(&mut rest)?,
            key_account: read_text(&mut rest)?,
            secret_arn: read_text(&mut rest)?,
            version_id: read_text(&mut rest)?,
            failure: match rest {
                [] => None,
                _ => Some(Failure { code: read_text(&mut rest)?, message: read_last(rest)? }),
            },
        })
    }
}

/// No text is near four gigabytes; one that were would make the stub unreadable, not another.
fn write_text(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(&u32::try_from(text.len()).unwrap_or(u32::MAX).to_le_bytes());
    out.extend_from_slice(text.as_bytes());
}

fn read_text<'a>(rest: &mut &'a [u8]) -> Result<&'a str, MalformedEntry> {
    let (length, behind) = rest.split_first_chunk::<4>().ok_or(MalformedEntry)?;
    let length = usize::try_from(u32::from_le_bytes(*length)).map_err(|_| MalformedEntry)?;
    let (text, behind) = behind.split_at_checked(length).ok_or(MalformedEntry)?;
    *rest = behind;
    std::str::from_utf8(text).map_err(|_| MalformedEntry)
}

fn read_last(mut rest: &[u8]) -> Result<&str, MalformedEntry> {
    let text = read_text(&mut rest)?;
    if rest.is_empty() { Ok(text) } else { Err(MalformedEntry) }
}

/// The members of a parent's record that its linked calls' records repeat.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ParentRecord<'a> {
    #[serde(borrow)]
    user_identity: &'a RawValue,
    event_time: &'a str,
    event_source: &'a str,
    aws_region: &'a str,
    recipient_account_id: &'a str,
    #[serde(rename = "requestID")]
    request_id: &'a str,
}

impl<'a> Parent<'a> {
    fn read(json: &'a [u8]) -> Result<Self, MalformedEntry> {
        let record: ParentRecord<'a> = serde_json::from_slice(json).map_err(|_| MalformedEntry)?;
        Ok(Self {
            identity: record.user_identity.get(),
            time: record.event_time,
            source: record.event_source,
            region: record.aws_region,
            account: record.recipient_account_id,
            request_id: RequestId::parse(record.request_id).ok_or(MalformedEntry)?,
        })
    }
}

pub(crate) fn is_stub(bytes: &[u8]) -> bool {
    bytes.starts_with(&[VERSION, LINKED])
}

/// Writes the whole record, JSON, of a stub and its parent's record. Returns its event.
pub(crate) fn expand(out: &mut Vec<u8>, stub: &[u8], parent: &[u8]) -> Result<EventId, MalformedEntry> {
    let linked = LinkedRecord::read_stub(stub)?;
    linked.write_json(out, &Parent::read(parent)?);
    Ok(linked.event)
}

/// Reads the entries of a log in their order, and makes whole records of stubs.
#[derive(Debug, Default)]
pub struct Entries {
    /// The newest whole record.
    parent: Vec<u8>,
    expanded: Vec<u8>,
}

impl Entries {
    pub fn new() -> Self {
        Self::default()
    }

    /// The next entry. A stub whose parent was not read before is malformed.
    pub fn read<'a>(&'a mut self, bytes: &'a [u8]) -> Result<Entry<'a>, MalformedEntry> {
        if is_stub(bytes) {
            self.expanded.clear();
            let event = expand(&mut self.expanded, bytes, &self.parent)?;
            return Ok(Entry { event, subject: None, json: &self.expanded });
        }
        self.parent.clear();
        let entry = Entry::read(bytes)?;
        self.parent.extend_from_slice(entry.json);
        Ok(entry)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        entry::write_head,
        json::{JsonObject, string},
    };

    /// A call's record, with what others have beside it.
    fn written(parent: &Parent<'_>, others: &str) -> Vec<u8> {
        let mut out = Vec::new();
        write_head(&mut out, EventId::from_bytes([9; 16]), None);
        JsonObject::begin(&mut out)
            .raw("userIdentity", parent.identity)
            .plain("eventTime", parent.time)
            .plain("eventSource", parent.source)
            .text("eventName", others)
            .plain("awsRegion", parent.region)
            .text("userAgent", others)
            .value("requestParameters", |out| {
                JsonObject::begin(out).text("requestID", others).text("userIdentity", others).end();
            })
            .shown("requestID", &parent.request_id)
            .plain("recipientAccountId", parent.account)
            .end();
        out
    }

    fn identity(text: &str) -> String {
        let mut name = Vec::new();
        string(&mut name, text);
        format!(r#"{{"type":"AssumedRole","arn":{},"sessionContext":{{"x":[1]}}}}"#, String::from_utf8(name).unwrap())
    }

    proptest! {
        #[test]
        fn a_stub_and_its_parent_make_the_whole_record(
            texts in prop::array::uniform5("([\\x00-\\x7f]|.){0,40}"),
            operation in prop::sample::select(vec!["Decrypt", "GenerateDataKey", "Encrypt"]),
            failure in prop::option::of(("AccessDenied|DisabledException", "(.){0,40}")),
            ids in any::<([u8; 16], [u8; 16])>(),
            several in 1..4_usize,
        ) {
            let [key_arn, secret_arn, version_id, who, others] = &texts;
            let linked = LinkedRecord {
                event: EventId::from_bytes(ids.0),
                operation,
                key_arn,
                key_account: "444455556666",
                secret_arn,
                version_id,
                failure: failure.as_ref().map(|(code, message)| Failure { code, message }),
            };
            let identity = identity(who);
            let parent = Parent {
                identity: &identity,
                time: "2026-03-02T08:15:31Z",
                source: "secretsmanager.amazonaws.com",
                region: "eu-central-1",
                account: "111122223333",
                request_id: RequestId::from_bytes(ids.1),
            };
            let (mut whole, mut stub) = (Vec::new(), Vec::new());
            linked.write(&mut whole, &parent);
            linked.write_stub(&mut stub);
            let whole = Entry::read(&whole).unwrap();

            let mut entries = Entries::new();
            prop_assert!(entries.read(&stub).is_err(), "without its parent");
            let written = written(&parent, others);
            prop_assert_eq!(entries.read(&written), Entry::read(&written));
            for _ in 0..several {
                prop_assert_eq!(entries.read(&stub), Ok(whole));
            }

            for cut in 2..stub.len() {
                // Without its failure it is the stub of a call that did not fail.
                let is_another = failure.is_some() && LinkedRecord::read_stub(&stub[..cut]).is_ok();
                let cut = entries.read(&stub[..cut]).map(|entry| entry.event);
                prop_assert_eq!(cut.is_ok(), is_another);
            }
        }

        #[test]
        fn no_bytes_make_reading_fail_in_another_way(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            let mut entries = Entries::new();
            let _ = entries.read(&bytes);
            let _ = entries.read(&[&[VERSION, LINKED], &*bytes].concat());
        }
    }
}
