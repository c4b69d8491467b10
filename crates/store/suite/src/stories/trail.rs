//! What the store keeps for the trail.

use contract::{CommitError, Guard, LogHead, Note, PendingRecord, Reads};
use terms::EventId;

use crate::{
    Fixture,
    house::{House, creation},
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

fn pending(ticket: u64) -> PendingRecord {
    let bytes: Vec<u8> = ticket.to_be_bytes().into_iter().chain([0, 255]).collect();
    let mut event = [3; 16];
    event[..8].copy_from_slice(&ticket.to_be_bytes());
    PendingRecord { ticket, event: EventId::from_bytes(event), bytes: bytes.into() }
}
