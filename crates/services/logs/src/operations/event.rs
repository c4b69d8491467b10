//! Log events.

pub(super) mod filter_log_events;
pub(super) mod get_log_events;
pub(super) mod put_log_events;
