//! Holding the trail against its key, and against what the store says happened.

use std::{
    collections::{BTreeSet, HashMap},
    fmt,
    ops::ControlFlow,
    path::Path,
};

use contract::{LogHead, PendingRecord};
use seal::KeyMaterial;
use terms::{EventId, Uid};

use crate::{
    Entries, Entry, EntryKind, OpenError, Subject,
    log::{self, Expected, Head, Problem, VerifyReport},
    pending::PendingKey,
    recorder::{log_id, log_key},
};

/// What the store says about the trail.
#[derive(Debug)]
pub struct Evidence {
    pub log_head: Option<LogHead>,
    pub revisions: Vec<(Uid, u64)>,
    pub pending: Vec<PendingRecord>,
}

#[derive(Debug)]
pub struct AuditReport {
    pub log: VerifyReport,
    /// Secrets whose every change was found on the trail.
    pub secrets: u64,
    pub changes: u64,
    pub findings: Vec<Finding>,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// The log was edited, cut or reordered here.
    Log(Problem),
    /// A secret changed without a record of it.
    ChangeWithoutRecord { secret: Uid, revision: u64 },
    /// The store has an older state of a secret than the trail tells of.
    SecretRolledBack { secret: Uid, stored: u64, recorded: u64 },
    /// A secret is gone from the store, and no record tells of its erasure.
    ErasedWithoutRecord { secret: Uid },
    /// A record that waits in the store for the log is not what was written.
    ForgedPending { event: EventId },
    /// A record verifies and cannot be read.
    Unreadable { sequence: u64 },
}

/// Checks the whole trail, offline: nobody may have the folder open.
///
/// Revisions of a secret have no gaps, so a change whose record was removed before it reached the log is found too.
pub fn audit(folder: &Path, trail_key: &KeyMaterial, evidence: &Evidence) -> Result<AuditReport, OpenError> {
    let (log_id, key, pending_key) = (log_id(trail_key)?, log_key(trail_key)?, PendingKey::of(trail_key)?);
    let heads: Vec<Head> =
        evidence.log_head.iter().map(|head| Head { sequence: head.sequence, mac: head.mac }).collect();
    let log = log::verify(folder, &key, &Expected { log_id, first_sequence: 1, heads: &heads })?;
    let mut findings: Vec<Finding> = log.problems.iter().cloned().map(Finding::Log).collect();
    if !log.is_sound() {
        // What comes behind damage cannot be read in order, so the store is not held against it.
        return Ok(AuditReport { log, secrets: 0, changes: 0, findings });
    }
    let (mut histories, mut entries) = (Histories::default(), Entries::new());
    log::read_from(folder, &key, 1, |record| {
        match entries.read(record.bytes) {
            Ok(entry) => histories.add(entry.subject),
            Err(_) => findings.push(Finding::Unreadable { sequence: record.sequence }),
        }
        ControlFlow::Continue(())
    })?;
    for pending in &evidence.pending {
        // Committed, and not yet in the log: it will be at the next start.
        match pending_key.open(pending).map(Entry::read) {
            Some(Ok(entry)) => histories.add(entry.subject),
            _ => findings.push(Finding::ForgedPending { event: pending.event }),
        }
    }
    let changes = histories.changes;
    let secrets = histories.compare(&evidence.revisions, &mut findings);
    Ok(AuditReport { log, secrets, changes, findings })
}

/// What the trail tells of each secret's revisions.
#[derive(Default)]
struct Histories {
    by_secret: HashMap<Uid, History>,
    changes: u64,
}

#[derive(Default)]
struct History {
    /// Every revision from 1 to this one has its record.
    complete_to: u64,
    /// Records beyond the first gap: neighbours may reach the log in another order than the store.
    beyond: BTreeSet<u64>,
    is_erased: bool,
}

impl Histories {
    fn add(&mut self, subject: Option<Subject>) {
        let Some(Subject { kind, uid, revision }) = subject else { return };
        if kind == EntryKind::Seen {
            return;
        }
        self.changes = self.changes.saturating_add(1);
        let history = self.by_secret.entry(uid).or_default();
        history.is_erased |= kind == EntryKind::Erased;
        history.add(revision);
    }

    fn compare(mut self, revisions: &[(Uid, u64)], findings: &mut Vec<Finding>) -> u64 {
        let mut sound = 0;
        for (secret, stored) in revisions {
            let secret = *secret;
            let history = self.by_secret.remove(&secret).unwrap_or_default();
            match history.first_gap(*stored) {
                Some(revision) => findings.push(Finding::ChangeWithoutRecord { secret, revision }),
                None if history.newest() > *stored => {
                    findings.push(Finding::SecretRolledBack { secret, stored: *stored, recorded: history.newest() });
                }
                None => sound += 1,
            }
        }
        for (secret, history) in self.by_secret {
            if !history.is_erased {
                findings.push(Finding::ErasedWithoutRecord { secret });
            } else if let Some(revision) = history.first_gap(history.newest()) {
                findings.push(Finding::ChangeWithoutRecord { secret, revision });
            }
        }
        sound
    }
}

impl History {
    fn add(&mut self, revision: u64) {
        if revision > self.complete_to {
            self.beyond.insert(revision);
        }
        while self.beyond.remove(&self.complete_to.saturating_add(1)) {
            self.complete_to = self.complete_to.saturating_add(1);
        }
    }

    fn newest(&self) -> u64 {
        self.beyond.last().copied().unwrap_or(self.complete_to)
    }

    fn first_gap(&self, up_to: u64) -> Option<u64> {
        (self.complete_to < up_to).then_some(self.complete_to.saturating_add(1))
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Log(problem) => write!(f, "{problem}"),
            Self::ChangeWithoutRecord { secret, revision } => {
                write!(f, "secret {secret}: revision {revision} has no record")
            }
            Self::SecretRolledBack { secret, stored, recorded } => {
                write!(f, "secret {secret}: the store holds revision {stored}, the trail tells of {recorded}")
            }
            Self::ErasedWithoutRecord { secret } => {
                write!(f, "secret {secret}: gone from the store, and no record tells of its erasure")
            }
            Self::ForgedPending { event } => {
                write!(f, "event {event}: its record, which waits in the store, was changed")
            }
            Self::Unreadable { sequence } => write!(f, "record {sequence} verifies and cannot be read"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(number: u8) -> Uid {
        Uid::from_bytes([number; 16])
    }

    fn findings(records: &[(u8, u64, EntryKind)], stored: &[(u8, u64)]) -> Vec<Finding> {
        let mut histories = Histories::default();
        for (number, revision, kind) in records {
            histories.add(Some(Subject { kind: *kind, uid: secret(*number), revision: *revision }));
        }
        let stored: Vec<(Uid, u64)> = stored.iter().map(|(number, revision)| (secret(*number), *revision)).collect();
        let mut findings = Vec::new();
        histories.compare(&stored, &mut findings);
        findings
    }

    #[test]
    fn a_complete_history_is_sound_in_any_order_and_with_repeats() {
        use EntryKind::{Changed, Erased, Seen};
        let records =
            [(1, 2, Changed), (1, 1, Changed), (1, 2, Changed), (2, 1, Changed), (2, 2, Erased), (1, 9, Seen)];
        assert_eq!(findings(&records, &[(1, 2)]), []);
    }

    #[test]
    fn a_change_without_its_record_is_found() {
        use EntryKind::{Changed, Erased};
        let gap = Finding::ChangeWithoutRecord { secret: secret(1), revision: 2 };
        assert_eq!(findings(&[(1, 1, Changed), (1, 3, Changed)], &[(1, 3)]), std::slice::from_ref(&gap));
        assert_eq!(findings(&[(1, 1, Changed)], &[(1, 2)]), std::slice::from_ref(&gap));
        assert_eq!(findings(&[(1, 1, Changed), (1, 3, Erased)], &[]), [gap]);
        let unknown = Finding::ChangeWithoutRecord { secret: secret(2), revision: 1 };
        assert_eq!(findings(&[], &[(2, 1)]), [unknown]);
    }

    #[test]
    fn a_rolled_back_or_vanished_secret_is_found() {
        use EntryKind::Changed;
        let rolled_back = Finding::SecretRolledBack { secret: secret(1), stored: 1, recorded: 2 };
        assert_eq!(findings(&[(1, 1, Changed), (1, 2, Changed)], &[(1, 1)]), [rolled_back]);
        assert_eq!(findings(&[(1, 1, Changed)], &[]), [Finding::ErasedWithoutRecord { secret: secret(1) }]);
    }
}
