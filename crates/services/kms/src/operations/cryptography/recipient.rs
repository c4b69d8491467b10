//! Answers that only a Nitro enclave can read.

use crate::{error::Error, shapes::RecipientInfo};

/// No attestation document is understood here, and what was meant for an enclave is not answered in the clear.
pub(super) fn refuse_recipient(recipient: Option<&RecipientInfo>) -> Result<(), Error> {
    match recipient {
        Some(_) => Err(Error::unsupported("Recipient")),
        None => Ok(()),
    }
}
