//! Background work that a commit made necessary, and the leases under which it is done.

use terms::{Scope, Timestamp, Uid};

use crate::Guard;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum JobKind {
    /// Erase a secret whose recovery window has ended.
    EndRecoveryWindow,
    /// Remove unlabelled versions of a secret that has too many.
    TrimVersions,
    /// Rotate a secret: begin, or try again.
    RotateSecret,
    /// Look whether a secret's rotation would work and its credentials do.
    CheckRotation,
    /// Destroy a key whose waiting period has ended.
    DeleteKey,
    /// Give a key new material.
    RotateKey,
    /// Erase what lay in a log group or stream that is deleted, and events that have expired.
    TendLogGroup,
}

/// Written in the commit that makes the work necessary, or no longer necessary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobChange {
    /// Replaces an earlier due time.
    Schedule {
        kind: JobKind,
        subject: Uid,
        scope: Scope,
        /// Of the secret, or the id of the key.
        name: String,
        due_at: Timestamp,
    },
    /// Takes the job for long work outside of the store: nobody else finds it due before then. Raises the fence by one,
    /// and the next `Schedule` or `Cancel` ends it. When the store is opened by another process, it ends as well.
    Lease {
        kind: JobKind,
        subject: Uid,
        until: Timestamp,
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
    /// Of the secret, or the id of the key.
    pub name: String,
    pub due_at: Timestamp,
    /// Raised by every claim. A commit under an older fence is refused.
    pub fence: u64,
}

/// A claimed job. No clocks are compared: a claim raises the fence, and who holds an older one loses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    pub job: JobRecord,
}

/// A page of the secrets whose rotation was configured once, and that have no job of this kind due by then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnplannedQuery {
    pub kind: JobKind,
    pub until: Timestamp,
    /// The position of the last of the page before, or 0.
    pub after: u64,
    pub limit: usize,
}

/// A secret whose rotation was configured once. Its position among them stays as long as it is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RotatingSecret {
    pub position: u64,
    pub subject: Uid,
    pub scope: Scope,
    pub name: String,
}

impl JobRecord {
    /// Holds as long as nobody else has claimed it.
    pub fn fenced(&self) -> Guard {
        Guard::Fence { kind: self.kind, subject: self.subject, fence: self.fence }
    }
}

impl JobKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::EndRecoveryWindow => "end-recovery-window",
            Self::TrimVersions => "trim-versions",
            Self::RotateSecret => "rotate-secret",
            Self::CheckRotation => "check-rotation",
            Self::DeleteKey => "delete-key",
            Self::RotateKey => "rotate-key",
            Self::TendLogGroup => "tend-log-group",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [
            Self::EndRecoveryWindow,
            Self::TrimVersions,
            Self::RotateSecret,
            Self::CheckRotation,
            Self::DeleteKey,
            Self::RotateKey,
            Self::TendLogGroup,
        ]
        .into_iter()
        .find(|kind| kind.as_str() == text)
    }
}
