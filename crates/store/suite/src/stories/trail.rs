//! What the store keeps for the trail.

use std::sync::{Arc, Mutex, Weak};

use contract::{CommitError, CommitObserver, Guard, LogHead, Note, PendingRecord, Reads, Writes};
use terms::EventId;

use crate::{
    Fixture,
    house::{House, creation, update},
    record::{draft, home, put, scope},
};

pub async fn pending_records_are_kept_until_noted_recorded<F: Fixture>() {
    let mut house = House::<F>::start().await;
    assert_eq!(house.store.pending_records().await.unwrap(), []);
    // Commits may reach the store in another order than they took their tickets.
    for ticket in [2, 1, 5, 3, 4, 300] {
        let mut commit = creation(&draft(home(), &format!("db-{ticket}")));
        commit.records.push(pending(ticket));
        house.commit(commit).await.unwrap();
    }
    let mut refused = creation(&draft(home(), "refused")).guard(Guard::SecretsBelow { scope: home(), limit: 0 });
    refused.records.push(pending(6));
    assert!(matches!(house.commit(refused).await, Err(CommitError::QuotaExceeded)));

    for (recorded, left) in [
        (vec![], vec![1, 2, 3, 4, 5, 300]),
        (vec![4, 2], vec![1, 3, 5, 300]),
        // Told twice, or never heard of: nothing is left to do.
        (vec![2, 77, 301], vec![1, 3, 5, 300]),
        (vec![300, 1, 3, 5], vec![]),
    ] {
        house.note(Note::Recorded { tickets: recorded }).await;
        let expected: Vec<_> = left.into_iter().map(pending).collect();
        assert_eq!(house.store.pending_records().await.unwrap(), expected);
        house = house.reopened().await;
        assert_eq!(house.store.pending_records().await.unwrap(), expected);
    }
}

pub async fn the_observer_is_shown_every_record_before_its_commit_is_answered<F: Fixture>() {
    let house = Arc::new(House::<F>::start().await);
    let seen = Arc::new(Seen::default());
    house.store.observe(Arc::downgrade(&seen) as Weak<dyn CommitObserver>);
    let tasks: Vec<_> = (1..=60)
        .map(|ticket| {
            let (house, seen) = (Arc::clone(&house), Arc::clone(&seen));
            tokio::spawn(async move {
                let is_refused = ticket % 3 == 0;
                let mut commit = creation(&draft(home(), &format!("db-{ticket}")));
                if is_refused {
                    commit = commit.guard(Guard::SecretsBelow { scope: home(), limit: 0 });
                }
                commit.records.push(pending(ticket));
                assert_eq!(house.commit(commit).await.is_err(), is_refused);
                assert_eq!(seen.tickets().contains(&ticket), !is_refused);
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    // One secret after another: as it happened. Records are shown as they were given.
    let mut secret = house.created(&draft(home(), "db")).await;
    for ticket in [104, 101, 103] {
        let after = put(&secret, &format!("version-{ticket}"), "value");
        let mut commit = update(&secret, &after);
        commit.records.extend([pending(ticket), pending(ticket + 100)]);
        house.commit(commit).await.unwrap();
        secret = after;
    }
    let shown = seen.0.lock().unwrap();
    assert_eq!(shown[40..], [104, 204, 101, 201, 103, 203].map(pending));
}

pub async fn the_first_observer_stays_and_is_not_kept_alive<F: Fixture>() {
    let house = House::<F>::start().await;
    let (first, second) = (Arc::new(Seen::default()), Arc::new(Seen::default()));
    for observer in [&first, &second] {
        house.store.observe(Arc::downgrade(observer) as Weak<dyn CommitObserver>);
    }
    let commit = |ticket| {
        let mut commit = creation(&draft(home(), &format!("db-{ticket}")));
        commit.records.push(pending(ticket));
        commit
    };
    house.commit(commit(1)).await.unwrap();
    assert_eq!((first.tickets(), second.tickets()), (vec![1], vec![]));
    assert_eq!(Arc::strong_count(&first), 1);
    drop(first);
    house.commit(commit(2)).await.unwrap();
    assert!(second.tickets().is_empty());
    assert_eq!(house.store.pending_records().await.unwrap().len(), 2);
}

pub async fn the_log_head_only_moves_forward<F: Fixture>() {
    let house = House::<F>::start().await;
    let head = |log, sequence, mac| LogHead { log_id: [log; 16], sequence, mac: [mac; 32] };
    assert_eq!(house.store.log_head([1; 16]).await.unwrap(), None);
    house.note(Note::LogHead(head(1, 10, 1))).await;
    house.note(Note::LogHead(head(2, 3, 2))).await;
    for late in [head(1, 9, 9), head(1, 10, 9), head(1, 0, 9)] {
        house.note(Note::LogHead(late)).await;
        assert_eq!(house.store.log_head([1; 16]).await.unwrap(), Some(head(1, 10, 1)));
    }
    house.note(Note::LogHead(head(1, 11, 3))).await;
    let house = house.reopened().await;
    assert_eq!(house.store.log_head([1; 16]).await.unwrap(), Some(head(1, 11, 3)));
    assert_eq!(house.store.log_head([2; 16]).await.unwrap(), Some(head(2, 3, 2)));
}

pub async fn every_secret_is_told_with_its_revision<F: Fixture>() {
    let house = House::<F>::start().await;
    let mut expected = Vec::new();
    for scope in [home(), scope("222222222222", "us-east-1")] {
        let first = house.created(&draft(scope, "kept")).await;
        let second = put(&first, "second", "second");
        house.update(&first, &second).await.unwrap();
        expected.extend([(first.uid, 2), (house.created(&draft(scope, "new")).await.uid, 1)]);
        let erased = house.created(&draft(scope, "erased")).await;
        house.erase(&erased).await.unwrap();
    }
    let mut told = house.store.revisions().await.unwrap();
    told.sort_unstable();
    expected.sort_unstable();
    assert_eq!(told, expected);
}

/// What an observer was shown.
#[derive(Default)]
struct Seen(Mutex<Vec<PendingRecord>>);

impl CommitObserver for Seen {
    fn committed(&self, records: &[&PendingRecord]) {
        self.0.lock().unwrap().extend(records.iter().copied().cloned());
    }
}

impl Seen {
    fn tickets(&self) -> Vec<u64> {
        self.0.lock().unwrap().iter().map(|record| record.ticket).collect()
    }
}

fn pending(ticket: u64) -> PendingRecord {
    let bytes: Vec<u8> = ticket.to_be_bytes().into_iter().chain([0, 255]).collect();
    let mut event = [3; 16];
    event[..8].copy_from_slice(&ticket.to_be_bytes());
    PendingRecord { ticket, event: EventId::from_bytes(event), bytes: bytes.into() }
}
