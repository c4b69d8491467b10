//! Writing log events as somebody, implemented by CloudWatch Logs.

use contract::Answer;
use gate::{Caller, RequestContext};
use terms::Timestamp;

/// What a service that runs something for a role may see of CloudWatch Logs.
pub trait LogEvents: Send + Sync {
    /// Appends events to a stream as this caller, who must be allowed to: `logs:PutLogEvents`, and to make the stream and
    /// the group where they are missing. Making one is on the trail as the caller's; the events are not.
    fn append<'a>(
        &'a self,
        context: &'a RequestContext,
        caller: &'a Caller,
        stream: LogStreamName<'a>,
        events: Vec<NewLogEvent>,
    ) -> Answer<'a, Result<(), LogEventsError>>;
}

#[derive(Debug, Clone, Copy)]
pub struct LogStreamName<'a> {
    pub group: &'a str,
    pub stream: &'a str,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLogEvent {
    pub at: Timestamp,
    pub message: String,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LogEventsError {
    /// The caller may not; says what.
    #[error("{0}")]
    Denied(String),
    /// There are too many, or they are too large.
    #[error("{0}")]
    Refused(String),
    #[error("{0}")]
    Internal(String),
}
