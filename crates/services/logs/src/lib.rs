//! CloudWatch Logs: what functions and others write down, kept sealed and read back.
//!
//! Callers come through the API; whoever runs functions comes through [`facades::LogEvents`], as the function's role. Events
//! rest in chunks, one for everything that was written at once to a stream, each sealed under the account's key and bound to
//! its place. A search opens the chunks that may hold what is looked for, in the order of their times, and keeps no more of
//! them in memory than one page.

mod background;
mod batch;
mod chunk;
mod error;
mod find;
mod group_id;
mod log_events;
mod operations;
mod paging;
mod pattern;
mod room;
mod search;
pub mod shapes;
mod tags;

pub use error::Error;
pub use operations::{Operation, Outcome, answer};
pub use room::Room;
pub use search::Searches;
