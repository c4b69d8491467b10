//! What was done: CloudTrail-format records in one chained log, and the recorder through which alone the store is
//! written and answers are released.
//!
//! - A change carries its record in its own transaction (the insurance), and the record joins the log right after.
//! - A read or a refusal is appended to the log before its answer leaves; in strict mode it is on the disk by then.
//! - What cannot be recorded is not answered: only [`Recorder`] makes a [`Recorded`], and only that is rendered.

mod audit;
mod by_service;
mod call;
mod composition;
mod entry;
mod event_time;
mod history;
mod json;
mod linked;
pub mod log;
mod mixed_id;
mod pending;
mod recorder;
mod role_taken;
mod service_call;
mod settle;
mod stub;
mod subject;

pub use audit::{AuditReport, Evidence, Finding, audit};
pub use call::{ApiCall, Failure, RequestParameters, ServiceEvent};
pub use entry::{Entry, EntryKind, MalformedEntry, Subject};
pub use event_time::event_seconds;
pub use history::{History, HistoryError, Look, Past};
pub use json::JsonObject;
pub use linked::{LinkedCall, LinkedCalls, LinkedFailure};
pub use recorder::{Durability, OpenError, Recorded, Recorder, RecorderSettings, Unrecorded, log_id, log_key};
pub use role_taken::RoleTaken;
pub use service_call::{CalledResource, ServiceCall};
pub use stub::Entries;
pub use subject::Subjects;
