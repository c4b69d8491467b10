//! Background work that a commit made necessary, and the leases under which it is done.

use terms::{Scope, SecretName, Timestamp, Uid};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum JobKind {
    /// Erase a secret whose recovery window has ended.
    EndRecoveryWindow,
    /// Remove unlabelled versions of a secret that has too many.
    TrimVersions,
}

/// Written in the commit that makes the work necessary, or no longer necessary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobChange {
    /// Replaces an earlier due time.
    Schedule {
        kind: JobKind,
        subject: Uid,
        scope: Scope,
        name: SecretName,
        due_at: Timestamp,
    },
    Cancel {
        kind: JobKind,
        subject: Uid,
    },
}

/// One job at most for each kind and subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobRecord {
    pub kind: JobKind,
    pub subject: Uid,
    pub scope: Scope,
    pub name: SecretName,
    pub due_at: Timestamp,
    /// Raised by every claim. A commit under an older fence is refused.
    pub fence: u64,
}

/// A claimed job. No clocks are compared: a claim raises the fence, and who holds an older one loses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    pub job: JobRecord,
}

impl JobKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::EndRecoveryWindow => "end-recovery-window",
            Self::TrimVersions => "trim-versions",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::EndRecoveryWindow, Self::TrimVersions].into_iter().find(|kind| kind.as_str() == text)
    }
}
