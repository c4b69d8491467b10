//! The work that waits for a key, as it follows from how the key stands. Pure.

use contract::{JobChange, JobKind, KeyRecord, KeyState, KeySubject};
use terms::Timestamp;

use crate::related::is_replica;

/// What every commit that changes a key's state, its rotation or its primary Region brings along: what has become due at
/// another time is rescheduled, and what is no longer to be done is cancelled.
pub(crate) fn jobs_of(key: &KeyRecord) -> [JobChange; 2] {
    [job(key, JobKind::DeleteKey, deletion_due_at(key)), job(key, JobKind::RotateKey, rotation_due_at(key))]
}

fn job(key: &KeyRecord, kind: JobKind, due_at: Option<Timestamp>) -> JobChange {
    let subject = key.uid;
    match due_at {
        Some(due_at) => JobChange::Schedule { kind, subject, scope: key.scope, name: key.id.to_string(), due_at },
        None => JobChange::Cancel { kind, subject },
    }
}

fn deletion_due_at(key: &KeyRecord) -> Option<Timestamp> {
    match key.details.state {
        KeyState::PendingDeletion { delete_at } => Some(delete_at),
        KeyState::Enabled | KeyState::Disabled | KeyState::PendingReplicaDeletion { .. } | KeyState::Deleted => None,
    }
}

/// A key that is not enabled is not rotated. One that is enabled again catches up with what it has missed, because its
/// date has passed. Replicas are given what their primary is rotated to.
pub(crate) fn rotation_due_at(key: &KeyRecord) -> Option<Timestamp> {
    let is_rotated = key.details.state == KeyState::Enabled && !is_replica(&KeySubject::of(key));
    key.details.rotation.filter(|_| is_rotated).map(|rotation| rotation.next_at)
}

#[cfg(test)]
mod tests {
    use contract::Rotation;
    use terms::{AccountId, Entropy, Region, Scope};

    use super::*;
    use crate::managed_key::managed_key;

    struct Zeros;

    impl Entropy for Zeros {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(0);
        }
    }

    const NOW: Timestamp = Timestamp::from_millis(1_772_438_400_123);

    fn key(state: KeyState, primary_region: Option<&str>) -> KeyRecord {
        let scope = Scope::new(AccountId::parse("111122223333").unwrap(), Region::parse("eu-central-1").unwrap());
        let mut key = managed_key(scope, NOW, &Zeros);
        key.details.rotation = Some(Rotation { period_days: 90, next_at: NOW.plus_days(90) });
        key.details.state = state;
        key.details.primary_region = primary_region.map(|region| Region::parse(region).unwrap());
        key
    }

    /// When the key is deleted and when it is rotated.
    fn due(state: KeyState, primary_region: Option<&str>) -> (Option<Timestamp>, Option<Timestamp>) {
        let [deletion, rotation] = jobs_of(&key(state, primary_region));
        let due_at = |job: JobChange, wanted: JobKind| match job {
            JobChange::Schedule { kind, due_at, .. } => {
                assert_eq!(kind, wanted);
                Some(due_at)
            }
            JobChange::Cancel { kind, .. } | JobChange::Lease { kind, .. } => {
                assert_eq!(kind, wanted);
                None
            }
        };
        (due_at(deletion, JobKind::DeleteKey), due_at(rotation, JobKind::RotateKey))
    }

    #[test]
    fn only_enabled_keys_are_rotated_and_only_at_their_primary() {
        let next = Some(NOW.plus_days(90));
        assert_eq!(due(KeyState::Enabled, None), (None, next));
        assert_eq!(due(KeyState::Enabled, Some("eu-central-1")), (None, next));
        assert_eq!(due(KeyState::Enabled, Some("us-east-1")), (None, None));
        assert_eq!(due(KeyState::Disabled, None), (None, None));
    }

    #[test]
    fn a_key_is_deleted_when_its_window_ends_and_a_primary_only_after_its_replicas() {
        let delete_at = NOW.plus_days(7);
        assert_eq!(due(KeyState::PendingDeletion { delete_at }, None), (Some(delete_at), None));
        assert_eq!(due(KeyState::PendingReplicaDeletion { window_days: 7 }, Some("eu-central-1")), (None, None));
        assert_eq!(due(KeyState::Deleted, None), (None, None));
    }
}
