//! `DryRun`: everything is checked, and nothing is done.

use crate::error::Error;

/// Ends a dry run, after the last check.
pub(crate) fn end_dry_run(dry_run: Option<bool>) -> Result<(), Error> {
    if dry_run == Some(true) { Err(would_have_succeeded()) } else { Ok(()) }
}

pub(crate) fn would_have_succeeded() -> Error {
    let text = "The request would have succeeded, but the DryRun option is set.";
    Error::refused("DryRunOperationException", text)
}
