//! Why a document cannot be saved, in AWS's words.

/// The document cannot be saved. Displays AWS's message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct PolicyError(pub(crate) Fault);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Fault {
    #[error("Syntax errors in policy.")]
    Syntax,
}

impl PolicyError {
    /// The error code that AWS sends with the message.
    pub fn code(&self) -> &'static str {
        "MalformedPolicyDocument"
    }
}

impl From<Fault> for PolicyError {
    fn from(fault: Fault) -> Self {
        Self(fault)
    }
}
