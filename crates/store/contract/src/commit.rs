//! A write, as a value.

use std::sync::Arc;

use policy::{Permit, WrongPermit};
use terms::{AccountId, EventId, Scope, SecretName, Uid};

use crate::{
    AccountRecord, AttemptOutcome, DeploymentRecord, FunctionChange, IdentityChange, JobChange, JobKind, KeyChange,
    LogContentChange, LogGroupChange, RotationAttempt, SecretRecord, permitted::is_permitted,
};

/// Everything that one call changes, handed over once.
///
/// Every change needs a permit that covers its subject and an action under which it may happen; [`Commit::change`] refuses
/// it otherwise. The guards of a changed secret follow from the change: its revision must still be the one that was
/// read, or its name still free.
#[derive(Debug)]
pub struct Commit {
    pub(crate) permits: Vec<Permit>,
    pub guards: Vec<Guard>,
    pub changes: Vec<Change>,
    pub jobs: Vec<JobChange>,
    pub records: Vec<PendingRecord>,
}

/// What must still be true for the commit to happen, beside what the changes themselves demand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Guard {
    /// The job is still ours.
    Fence { kind: JobKind, subject: Uid, fence: u64 },
    /// The secret is as it was read. For commits that change what hangs from it and not the secret itself: what was read
    /// may be from a moment before the commit that made a job, which is seen as soon as it is written.
    SecretAt { scope: Scope, name: SecretName, revision: u64 },
    /// The scope holds fewer secrets than this before the commit.
    SecretsBelow { scope: Scope, limit: u64 },
}

#[derive(Clone, Debug)]
pub enum Change {
    Secret(SecretChange),
    /// The first, or the one after the stored revision.
    Deployment(DeploymentRecord),
    /// The id must be free.
    Account(AccountRecord),
    CloseAccount(AccountId),
    /// The revision must still be the account's.
    Identity(IdentityChange),
    Key(KeyChange),
    Function(FunctionChange),
    LogGroup(LogGroupChange),
    LogContent(LogContentChange),
    /// A new attempt of the timeline, or what became of one that is there.
    RotationAttempt(Arc<RotationAttempt>),
}

/// A secret before and after. An adapter writes the difference.
#[derive(Clone, Debug)]
pub enum SecretChange {
    /// The name must be free.
    Create {
        after: Arc<SecretRecord>,
    },
    /// The revision must be the one of `before`; `after` carries the next.
    Update {
        before: Arc<SecretRecord>,
        after: Arc<SecretRecord>,
    },
    Erase {
        before: Arc<SecretRecord>,
    },
}

/// A record of the trail, written in the transaction of the change it tells of: the insurance that it exists until the
/// node's log has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingRecord {
    /// Counts the commits of this node; says which pending rows the log has by now.
    pub ticket: u64,
    pub event: EventId,
    /// Sealed by the trail, opaque here.
    pub bytes: Arc<[u8]>,
}

#[derive(Debug, Clone, thiserror::Error)]
pub enum CommitError {
    /// Something read has changed since: read again, plan again.
    #[error("the secret was changed by someone else in the meantime")]
    Conflict,
    #[error("the name is taken")]
    NameTaken,
    /// [`Guard::SecretsBelow`] did not hold.
    #[error("the region holds as many secrets as it may")]
    QuotaExceeded,
    /// The disk is full. Nothing was written.
    #[error("the store is out of space")]
    Full,
    #[error("the store is not available")]
    Away,
    #[error("the store failed: {0}")]
    Internal(Arc<str>),
}

impl From<WrongPermit> for CommitError {
    fn from(wrong: WrongPermit) -> Self {
        Self::Internal(wrong.to_string().into())
    }
}

impl Commit {
    pub fn under(permit: Permit) -> Self {
        Self { permits: vec![permit], guards: Vec::new(), changes: Vec::new(), jobs: Vec::new(), records: Vec::new() }
    }

    /// Adds a permit that a further part of the commit needs, such as TagResource for a secret created with tags.
    #[must_use]
    pub fn and_under(mut self, permit: Permit) -> Self {
        self.permits.push(permit);
        self
    }

    pub fn change(mut self, change: Change) -> Result<Self, CommitError> {
        self.require_permit(&change)?;
        match &change {
            Change::Secret(change) => change.require_sound()?,
            Change::Key(change) => change.require_sound()?,
            Change::Function(change) => change.require_sound()?,
            Change::LogGroup(change) => change.require_sound()?,
            Change::LogContent(change) => change.require_sound()?,
            Change::Deployment(_)
            | Change::Account(_)
            | Change::CloseAccount(_)
            | Change::Identity(_)
            | Change::RotationAttempt(_) => {}
        }
        self.changes.push(change);
        Ok(self)
    }

    #[must_use]
    pub fn guard(mut self, guard: Guard) -> Self {
        self.guards.push(guard);
        self
    }

    #[must_use]
    pub fn jobs(mut self, jobs: impl IntoIterator<Item = JobChange>) -> Self {
        self.jobs.extend(jobs);
        self
    }

    /// Does it change nothing but what lies in log groups? That has no revision, and may come without a record.
    pub fn is_of_log_content(&self) -> bool {
        self.changes.iter().all(|change| matches!(change, Change::LogContent(_)))
    }

    /// Does it tell of attempts that go on, and change nothing else?
    pub fn is_of_progress(&self) -> bool {
        let goes_on = |change: &Change| matches!(change, Change::RotationAttempt(attempt) if attempt.outcome == AttemptOutcome::InProgress);
        self.jobs.is_empty() && self.changes.iter().all(goes_on)
    }

    pub fn permits(&self) -> &[Permit] {
        &self.permits
    }

    fn require_permit(&self, change: &Change) -> Result<(), CommitError> {
        if self.permits.iter().any(|permit| is_permitted(permit, change)) {
            Ok(())
        } else {
            Err(CommitError::Internal("a change without a permit for it".into()))
        }
    }
}

impl SecretChange {
    /// INVARIANT (one holder), INVARIANT (revision)
    fn require_sound(&self) -> Result<(), CommitError> {
        let sound = match self {
            Self::Create { after } => after.has_one_holder_per_label() && after.revision == 1,
            Self::Update { before, after } => {
                after.has_one_holder_per_label()
                    && after.revision == before.revision.saturating_add(1)
                    && (after.uid, after.scope, &after.arn) == (before.uid, before.scope, &before.arn)
            }
            Self::Erase { .. } => true,
        };
        if sound { Ok(()) } else { Err(CommitError::Internal("a plan broke an invariant of secrets".into())) }
    }
}
