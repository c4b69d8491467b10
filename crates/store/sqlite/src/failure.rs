//! What SQLite says, in the contract's words.

use contract::{CommitError, StoreError};
use rusqlite::{Error, ErrorCode};

/// Only the code and SQLite's own text: rows and values never appear in either.
pub(crate) fn store_error(error: Error) -> StoreError {
    StoreError::Internal(error.to_string().into())
}

pub(crate) fn commit_error(error: Error) -> CommitError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => CommitError::Full,
        Some(ErrorCode::SystemIoFailure | ErrorCode::CannotOpen | ErrorCode::ReadOnly) => CommitError::Away,
        _ => CommitError::Internal(error.to_string().into()),
    }
}
