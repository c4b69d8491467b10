//! What a key's state allows: the table "Key states of AWS KMS keys" of the developer guide.

use contract::{KeySpec, KeyState, KeyUsage};

use crate::{error::Error, key_keys::usage_name};

/// For cryptography, grants and rotation.
pub(crate) fn require_enabled(arn: &str, state: KeyState) -> Result<(), Error> {
    match state {
        KeyState::Enabled => Ok(()),
        KeyState::Disabled => Err(Error::refused("DisabledException", format!("{arn} is disabled."))),
        KeyState::PendingDeletion { .. } | KeyState::PendingReplicaDeletion { .. } | KeyState::Deleted => {
            Err(pending_deletion(arn))
        }
    }
}

/// For what a disabled key takes too.
pub(crate) fn require_not_pending_deletion(arn: &str, state: KeyState) -> Result<(), Error> {
    match state {
        KeyState::Enabled | KeyState::Disabled => Ok(()),
        KeyState::PendingDeletion { .. } | KeyState::PendingReplicaDeletion { .. } | KeyState::Deleted => {
            Err(pending_deletion(arn))
        }
    }
}

pub(crate) fn require_pending_deletion(arn: &str, state: KeyState) -> Result<(), Error> {
    match state {
        KeyState::PendingDeletion { .. } | KeyState::PendingReplicaDeletion { .. } => Ok(()),
        KeyState::Enabled | KeyState::Disabled | KeyState::Deleted => {
            Err(Error::invalid_state(format!("{arn} is not pending deletion.")))
        }
    }
}

/// `operation` is named in the text.
pub(crate) fn require_usage(arn: &str, usage: KeyUsage, wanted: KeyUsage, operation: &str) -> Result<(), Error> {
    if usage == wanted {
        return Ok(());
    }
    let usage = usage_name(usage);
    let text = format!("{arn} key usage is {usage} which is not valid for {operation}.");
    Err(Error::refused("InvalidKeyUsageException", text))
}

/// AWS sends no text.
pub(crate) fn require_symmetric(spec: KeySpec) -> Result<(), Error> {
    if spec == KeySpec::SymmetricDefault { Ok(()) } else { Err(Error::silent("UnsupportedOperationException")) }
}

fn pending_deletion(arn: &str) -> Error {
    Error::invalid_state(format!("{arn} is pending deletion."))
}
