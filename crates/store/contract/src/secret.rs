//! A secret as it is kept.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicI32, Ordering},
    },
};

use seal::SealedValue;
use terms::{ArnSuffix, Day, Region, Scope, SecretName, StagingLabel, Timestamp, Uid, VersionId};

use crate::{PolicyDocument, RotationRecord, Tag};

/// A secret with its versions. Values stay sealed.
///
/// INVARIANT (one holder): a staging label sits on at most one version of a secret.
/// INVARIANT (revision): every change raises `revision` by one, and is committed only against the revision it read.
#[derive(Clone, Debug, PartialEq)]
pub struct SecretRecord {
    pub scope: Scope,
    /// The same in every region that holds the secret.
    pub uid: Uid,
    pub name: SecretName,
    pub suffix: ArnSuffix,
    /// The complete ARN, made once.
    pub arn: Arc<str>,
    /// Where changes are made; replicas name another region than their own.
    pub origin_region: Region,
    /// Raised when a replica is promoted or removed, so that a late copy of the old primary is refused.
    pub generation: u64,
    pub revision: u64,
    pub created_at: Timestamp,
    pub changed_at: Timestamp,
    /// End of the recovery window, once deletion is scheduled.
    pub delete_at: Option<Timestamp>,
    pub accessed: AccessDay,
    pub description: Option<Arc<str>>,
    /// As the caller gave it; absent means the managed key.
    pub kms_key_id: Option<Arc<str>>,
    /// `Type` of a secret that a partner holds.
    pub partner_type: Option<Arc<str>>,
    /// Absent until the secret was first tagged; empty after the last tag was removed.
    pub tags: Option<Arc<[Tag]>>,
    /// Principals stand in it by their ids.
    pub resource_policy: Option<PolicyDocument>,
    /// The service that owns the secret, if one does: its short name.
    pub owning_service: Option<Arc<str>>,
    /// Absent until rotation was first configured.
    pub rotation: Option<Arc<RotationRecord>>,
    /// Oldest first.
    pub versions: Vec<Arc<VersionRecord>>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct VersionRecord {
    pub id: VersionId,
    pub created_at: Timestamp,
    pub accessed: AccessDay,
    /// Sorted. A version without labels is deprecated.
    pub labels: Vec<StagingLabel>,
    pub value: Value,
}

/// The sealed value of a version.
#[derive(Clone, PartialEq)]
pub enum Value {
    /// A rotation placeholder: no value has been put yet.
    Absent,
    /// There is one, and this answer does not carry it.
    NotLoaded,
    Sealed(SealedValue),
}

/// The day of the last read. Shared with the cache and moved forward in place: it is bookkeeping, no revision.
pub struct AccessDay(AtomicI32);

const NEVER: i32 = i32::MIN;

impl SecretRecord {
    pub fn version(&self, id: &str) -> Option<&Arc<VersionRecord>> {
        self.versions.iter().find(|version| version.id == *id)
    }

    pub fn holder(&self, label: &str) -> Option<&Arc<VersionRecord>> {
        self.versions.iter().find(|version| version.has_label(label))
    }

    pub fn labels_count(&self) -> usize {
        self.versions.iter().map(|version| version.labels.len()).sum()
    }

    /// Each labelled version with each of its labels.
    pub fn labels(&self) -> impl Iterator<Item = (&StagingLabel, &VersionRecord)> {
        self.versions.iter().flat_map(|version| version.labels.iter().map(move |label| (label, &**version)))
    }

    pub fn is_replica(&self) -> bool {
        self.origin_region != self.scope.region
    }

    /// INVARIANT (one holder)
    pub fn has_one_holder_per_label(&self) -> bool {
        let mut labels: Vec<&str> = self.labels().map(|(label, _)| label.as_str()).collect();
        labels.sort_unstable();
        labels.windows(2).all(|pair| pair.first() != pair.last())
    }
}

impl VersionRecord {
    pub fn has_label(&self, label: &str) -> bool {
        self.labels.iter().any(|held| held == label)
    }
}

impl AccessDay {
    pub fn never() -> Self {
        Self(AtomicI32::new(NEVER))
    }

    pub fn on(day: Option<Day>) -> Self {
        Self(AtomicI32::new(day.map_or(NEVER, Day::number)))
    }

    pub fn day(&self) -> Option<Day> {
        let number = self.0.load(Ordering::Relaxed);
        (number != NEVER).then(|| Day::from_number(number))
    }

    /// Moves the day forward; true when it was earlier, so that someone should note it.
    pub fn advance_to(&self, day: Day) -> bool {
        self.0.load(Ordering::Relaxed) < day.number()
            && self.0.fetch_max(day.number(), Ordering::Relaxed) < day.number()
    }
}

impl Clone for AccessDay {
    fn clone(&self) -> Self {
        Self::on(self.day())
    }
}

impl PartialEq for AccessDay {
    fn eq(&self, other: &Self) -> bool {
        self.day() == other.day()
    }
}

impl fmt::Debug for AccessDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.day(), f)
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Absent => "Absent",
            Self::NotLoaded => "NotLoaded",
            Self::Sealed(_) => "Sealed(..)",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_only_moves_forward_and_says_so_once() {
        let accessed = AccessDay::never();
        assert_eq!(accessed.day(), None);
        assert!(accessed.advance_to(Day::from_number(100)));
        assert!(!accessed.advance_to(Day::from_number(100)));
        assert!(!accessed.advance_to(Day::from_number(99)));
        assert_eq!(accessed.day(), Some(Day::from_number(100)));
    }
}
