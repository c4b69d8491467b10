//! The traits that a store adapter implements.

use std::{
    pin::Pin,
    sync::{Arc, Weak},
};

use policy::WrongPermit;
use terms::{AccountId, Day, Region, Scope, SecretName, Timestamp, Uid, VersionId};

use crate::{
    AccountRecord, AttemptsQuery, Commit, CommitError, CredentialRecord, DeploymentRecord, FunctionRecord, Guarded,
    GuardedPage, Identities, JobKind, JobRecord, KeyRecord, LastUse, Lease, ListQuery, PendingRecord, RotatingSecret,
    RotationAttempt, SealedBytes, SecretRecord, UnplannedQuery,
};

/// What the store answers with, later.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Reading. Each method is one consistent answer.
pub trait Reads: Send + Sync {
    /// The secret of this name with all its versions. Labelled versions carry their sealed values, and so does the one
    /// that is picked.
    fn secret<'a>(
        &'a self,
        scope: Scope,
        name: &'a str,
        pick: Pick<'a>,
    ) -> Answer<'a, Result<Option<Guarded<Arc<SecretRecord>>>, StoreError>>;

    /// A page of the scope's secrets, with labelled versions only and without values.
    fn list<'a>(
        &'a self,
        scope: Scope,
        query: &'a ListQuery,
    ) -> Answer<'a, Result<GuardedPage<Arc<SecretRecord>>, StoreError>>;

    fn credential<'a>(&'a self, access_key_id: &'a str) -> Answer<'a, Result<Option<CredentialRecord>, StoreError>>;

    /// The account's IAM as it is now. Two answers that are the same `Arc` are the same state. None for an account that
    /// does not exist or is closed.
    fn identities(&self, account: AccountId) -> Answer<'_, Result<Option<Arc<Identities>>, StoreError>>;

    /// When an access key, or a role by its id, was used last.
    fn last_use<'a>(&'a self, id: &'a str) -> Answer<'a, Result<Option<LastUse>, StoreError>>;

    /// None before the first start has made it.
    fn deployment(&self) -> Answer<'_, Result<Option<DeploymentRecord>, StoreError>>;

    fn accounts(&self) -> Answer<'_, Result<Vec<AccountRecord>, StoreError>>;

    /// The key with these bits in its id, also one that is gone.
    fn key(&self, region: Region, bits: [u8; 16]) -> Answer<'_, Result<Option<Guarded<Arc<KeyRecord>>>, StoreError>>;

    fn key_by_alias<'a>(
        &'a self,
        scope: Scope,
        alias: &'a str,
    ) -> Answer<'a, Result<Option<Guarded<Arc<KeyRecord>>>, StoreError>>;

    /// All keys of the scope that are not gone, by id.
    fn keys(&self, scope: Scope) -> Answer<'_, Result<GuardedPage<Arc<KeyRecord>>, StoreError>>;

    fn function<'a>(
        &'a self,
        scope: Scope,
        name: &'a str,
    ) -> Answer<'a, Result<Option<Guarded<Arc<FunctionRecord>>>, StoreError>>;

    /// All functions of the scope, by name.
    fn functions(&self, scope: Scope) -> Answer<'_, Result<GuardedPage<Arc<FunctionRecord>>, StoreError>>;

    /// How many concurrent calls the functions of the scope have reserved together.
    fn reserved_concurrency(&self, scope: Scope) -> Answer<'_, Result<u32, StoreError>>;

    /// The code that a version of the function has. None once no version has it. Never kept in memory.
    fn function_code(&self, function: Uid, sha256: [u8; 32]) -> Answer<'_, Result<Option<SealedBytes>, StoreError>>;

    /// What became of a secret's rotations, the newest first.
    fn rotation_attempts(&self, query: AttemptsQuery) -> Answer<'_, Result<Vec<RotationAttempt>, StoreError>>;

    /// The trail's records that may not have reached the log yet, by ticket.
    fn pending_records(&self) -> Answer<'_, Result<Vec<PendingRecord>, StoreError>>;

    /// Where the log was known to end when it was last noted.
    fn log_head(&self, log_id: [u8; 16]) -> Answer<'_, Result<Option<LogHead>, StoreError>>;

    /// Every secret, every key, every function and every account's IAM, with its revision, which the trail must account for.
    fn revisions(&self) -> Answer<'_, Result<Vec<(Uid, u64)>, StoreError>>;
}

/// Writing. Given to the recorder alone, so that nothing is written without its record.
pub trait Writes: Send + Sync {
    /// Durable when answered, and then the observer has seen the commit's records. Whether anyone waits for the answer
    /// changes neither.
    fn commit(&self, commit: Commit) -> Answer<'static, Result<(), CommitError>>;

    /// Names who is shown the records of every commit from now on, while it lives. The first one named stays.
    fn observe(&self, observer: Weak<dyn CommitObserver>);

    /// Not awaited by callers, and lost in a crash without harm.
    fn note(&self, note: Note);

    /// Waits until all notes so far are written.
    fn flush_notes(&self) -> Answer<'static, Result<(), StoreError>>;
}

/// Is shown what was committed: the trail's log.
pub trait CommitObserver: Send + Sync {
    /// The records of one or more commits that are durable now, in the order of the commits.
    fn committed(&self, records: &[&PendingRecord]);
}

/// Claiming background work.
pub trait Jobs: Send + Sync {
    /// Unclaimed or abandoned jobs of these kinds that are due, the longest overdue first.
    fn due<'a>(
        &'a self,
        kinds: &'a [JobKind],
        now: Timestamp,
        limit: usize,
    ) -> Answer<'a, Result<Vec<JobRecord>, StoreError>>;

    /// Where background work is missing that a server with other settings had no reason to plan.
    fn unplanned(&self, query: UnplannedQuery) -> Answer<'_, Result<Vec<RotatingSecret>, StoreError>>;

    /// Takes the job if its fence is still the one that was seen.
    fn claim<'a>(&'a self, job: &'a JobRecord) -> Answer<'a, Result<Option<Lease>, StoreError>>;
}

/// Which value a read should carry beside those of labelled versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pick<'a> {
    Labelled,
    Version(&'a str),
}

/// Bookkeeping without meaning: the only writes that leave no record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    Accessed {
        scope: Scope,
        name: SecretName,
        secret: Uid,
        version: VersionId,
        day: Day,
    },
    /// An access key, or a role by its id.
    Used {
        id: String,
        last_use: LastUse,
    },
    /// The log holds these commits' records durably.
    Recorded {
        tickets: Vec<u64>,
    },
    LogHead(LogHead),
}

/// The end of a node's log. A log that is shorter has been cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogHead {
    pub log_id: [u8; 16],
    pub sequence: u64,
    pub mac: [u8; 32],
}

#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    #[error("the store is not available")]
    Away,
    #[error("the store failed: {0}")]
    Internal(Arc<str>),
}

impl From<WrongPermit> for StoreError {
    fn from(wrong: WrongPermit) -> Self {
        Self::Internal(wrong.to_string().into())
    }
}

/// The ARN that permits for an account's own affairs name as their resource.
pub fn account_arn(account: AccountId) -> Arc<str> {
    crate::permitted::account_arn(account)
}

/// The ARN that permits for the deployment's own affairs name as their resource.
pub fn deployment_arn() -> Arc<str> {
    "arn:aws:keepwell:::deployment".into()
}
