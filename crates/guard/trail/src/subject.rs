//! What records of changes and of reads are about.

use contract::{
    DeploymentRecord, FunctionRecord, IdentityChange, KeyRecord, LogGroupRecord, SecretRecord, account_uid,
};

use crate::entry::{EntryKind, Subject};

/// What one commit changes: what its record is about, and further things, which have records of their own.
#[derive(Debug, Clone, Copy)]
pub struct Subjects<'a> {
    pub(crate) first: Subject,
    pub(crate) also: &'a [Subject],
}

impl From<Subject> for Subjects<'_> {
    fn from(first: Subject) -> Self {
        Self { first, also: &[] }
    }
}

impl<'a> From<(Subject, &'a [Subject])> for Subjects<'a> {
    fn from((first, also): (Subject, &'a [Subject])) -> Self {
        Self { first, also }
    }
}

impl Subject {
    pub fn seen(secret: &SecretRecord) -> Self {
        Self { kind: EntryKind::Seen, uid: secret.uid, revision: secret.revision }
    }

    /// The secret after the change.
    pub fn changed(after: &SecretRecord) -> Self {
        Self { kind: EntryKind::Changed, uid: after.uid, revision: after.revision }
    }

    /// An account's IAM after a change.
    pub fn identities_changed(change: &IdentityChange) -> Self {
        let revision = change.revision.saturating_add(1);
        Self { kind: EntryKind::Changed, uid: account_uid(change.account), revision }
    }

    pub fn key_seen(key: &KeyRecord) -> Self {
        Self { kind: EntryKind::Seen, uid: key.uid, revision: key.revision }
    }

    /// The key after the change.
    pub fn key_changed(after: &KeyRecord) -> Self {
        Self { kind: EntryKind::Changed, uid: after.uid, revision: after.revision }
    }

    pub fn function_seen(function: &FunctionRecord) -> Self {
        Self { kind: EntryKind::Seen, uid: function.uid, revision: function.revision }
    }

    /// The function after the change.
    pub fn function_changed(after: &FunctionRecord) -> Self {
        Self { kind: EntryKind::Changed, uid: after.uid, revision: after.revision }
    }

    /// The function before it was deleted, which counts as one more revision.
    pub fn function_deleted(before: &FunctionRecord) -> Self {
        Self { kind: EntryKind::Erased, uid: before.uid, revision: before.revision.saturating_add(1) }
    }

    pub fn log_group_seen(group: &LogGroupRecord) -> Self {
        Self { kind: EntryKind::Seen, uid: group.uid, revision: group.revision }
    }

    /// The log group after the change.
    pub fn log_group_changed(after: &LogGroupRecord) -> Self {
        Self { kind: EntryKind::Changed, uid: after.uid, revision: after.revision }
    }

    /// The log group before it was deleted, which counts as one more revision.
    pub fn log_group_deleted(before: &LogGroupRecord) -> Self {
        Self { kind: EntryKind::Erased, uid: before.uid, revision: before.revision.saturating_add(1) }
    }

    /// What the root key opens, after the change.
    pub fn deployment_changed(after: &DeploymentRecord) -> Self {
        Self { kind: EntryKind::Changed, uid: after.uid, revision: after.revision }
    }

    /// The secret before it was erased; its erasure counts as one more revision.
    pub fn erased(before: &SecretRecord) -> Self {
        Self { kind: EntryKind::Erased, uid: before.uid, revision: before.revision.saturating_add(1) }
    }
}
