//! Log streams.

pub(crate) mod create_log_stream;
pub(super) mod delete_log_stream;
pub(super) mod describe_log_streams;
