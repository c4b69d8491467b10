//! What the store promises, in domain words.
//!
//! - A read is one consistent answer in one round trip, and comes [`Guarded`]: until a permit opens it, it shows only
//!   what a decision needs.
//! - A write is a value, a [`Commit`]: guards, changes, background jobs and the trail's records. It happens whole or
//!   not at all, is durable when it is answered, and never holds a transaction open while a story thinks.
//! - Bookkeeping without meaning for callers is a closed list, [`Note`].
//!
//! Nothing here is SQLite's: a second engine implements these traits and lives through the same stories
//! (`crates/store/suite`).

mod account;
mod commit;
mod document;
mod function;
mod guarded;
mod identities;
mod identity;
mod job;
mod key;
mod list;
mod log;
mod permitted;
mod rotation;
mod secret;
mod store;
mod tag;

pub use account::{AccountRecord, AccountStatus, CredentialRecord, CredentialStatus, DeploymentRecord, LastUse};
pub use commit::{Change, Commit, CommitError, Guard, PendingRecord, SecretChange};
pub use document::{PolicyDocument, UnreadablePolicy};
pub use function::{
    CodeRef, FunctionAlias, FunctionChange, FunctionConfiguration, FunctionDetails, FunctionRecord, FunctionVersion,
    LATEST, NewCode, SealedBytes, function_arn,
};
pub use guarded::{DecisionSubject, FunctionSubject, Guarded, GuardedPage, KeySubject, ServiceSubject};
pub use identities::{Identities, IdentityChange, account_uid};
pub use identity::{
    AccountSettings, EnabledMfa, Entity, EntityKey, EntityKind, GroupRecord, InlinePolicies, InstanceProfileRecord,
    LoginProfile, MfaDeviceRecord, PolicyRecord, PolicyVersion, RoleRecord, UserRecord,
};
pub use job::{JobChange, JobKind, JobRecord, Lease, RotatingSecret, UnplannedQuery};
pub use key::{
    AliasRecord, GrantConstraint, GrantRecord, KeyChange, KeyDetails, KeyId, KeyManager, KeyMaterialRecord, KeyRecord,
    KeySpec, KeyState, KeyUsage, MaterialOrigin, Rotation, alias_arn, key_arn,
};
pub use list::{ListOrder, ListPosition, ListQuery, SortKey};
pub use log::{
    CHUNK_OVERHEAD_BYTES, CHUNK_SPAN_MS, ChunkOrder, ChunkPosition, GuardedLogs, LogBounds, LogChunk, LogChunksQuery,
    LogContentChange, LogGroupChange, LogGroupDetails, LogGroupRecord, LogGroupSubject, LogGroupsFilter,
    LogGroupsQuery, LogReads, LogRemains, LogStreamOrder, LogStreamPosition, LogStreamRecord, LogStreamsQuery,
    LogStreamsWanted, StoredLogChunk, log_group_arn, log_groups_resource, log_stream_arn, log_streams_resource,
};
pub use rotation::{
    ATTEMPTS_KEPT, AttemptCause, AttemptKind, AttemptOutcome, AttemptStep, AttemptsQuery, RotationAttempt,
    RotationRecord, RotationRules, RotationRun, RotationWindow,
};
pub use secret::{AccessDay, SecretRecord, Value, VersionRecord};
pub use store::{
    Answer, CommitObserver, Jobs, LogHead, Note, Pick, Reads, StoreError, Writes, account_arn, deployment_arn,
};
pub use tag::Tag;
