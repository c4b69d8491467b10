use std::sync::Arc;
use std::time::Duration;

use super::{House, append_numbered, soon};
use crate::log::faults::Step;
use crate::log::{LogError, NodeLog, Position};

async fn in_time<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(30), work).await.expect("hangs")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_who_await_the_disk_are_woken() {
    // Nobody waits for the interval: it is an hour.
    let house = House::that_syncs_when_asked(64 * 1024);
    let log = house.log();
    let tasks: Vec<_> = (0..64)
        .map(|task| {
            let log = Arc::clone(&log);
            tokio::spawn(async move {
                for turn in 0..20 {
                    let position =
                        log.append(&[format!("task {task} turn {turn} {}", "x".repeat(500)).as_bytes()]).unwrap();
                    log.synced(position).await.unwrap();
                    assert!(log.shared().syncing.durable() >= position);
                }
            })
        })
        .collect();
    for task in tasks {
        in_time(task).await.unwrap();
    }
    log.close();
    let report = house.verify();
    assert!(report.is_sound(), "{:?}", report.problems);
    assert_eq!(report.records, 64 * 20);
    assert!(report.segments > 5);
}

#[tokio::test]
async fn a_wait_that_is_given_up_or_moved_to_another_task_harms_nobody() {
    let house = House::that_syncs_when_asked(64 * 1024);
    let log = house.log();
    for _ in 0..50 {
        let position = log.append(&[b"one"]).unwrap();
        let mut given_up = Box::pin(log.synced(position));
        let _ = futures_poll_once(&mut given_up).await;
        drop(given_up);

        let moved = Arc::clone(&log);
        let mut wait = Box::pin(log.synced(position));
        let _ = futures_poll_once(&mut wait).await;
        let position = moved.append(&[b"two"]).unwrap();
        let other = tokio::spawn(async move { moved.synced(position).await });
        in_time(wait).await.unwrap();
        in_time(other).await.unwrap().unwrap();
    }
}

/// Polls with a waker that is thrown away.
async fn futures_poll_once<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::pin::Pin::new(future).poll(&mut context) {
        std::task::Poll::Ready(output) => Some(output),
        std::task::Poll::Pending => None,
    }
}

#[tokio::test]
async fn what_was_never_appended_is_not_waited_for() {
    let house = House::with_segments_of(4096);
    let log = house.log();
    log.append(&[b"one"]).unwrap();
    assert!(matches!(in_time(log.synced(Position(2))).await, Err(LogError::NotAppended)));
    in_time(log.synced(Position(0))).await.unwrap();
}

#[test]
fn what_nobody_awaits_is_synced_within_the_interval() {
    let house = House::with_segments_of(4096);
    let log = house.log();
    for _ in 0..5 {
        let position = log.append(&[b"one"]).unwrap();
        soon("the sync", || log.shared().syncing.durable() >= position);
    }
}

#[test]
fn a_sync_asked_for_covers_everything_before_it() {
    let house = House::that_syncs_when_asked(4096);
    let log = house.log();
    append_numbered(&log, 1, 10);
    assert!(log.shared().syncing.durable() < Position(10));
    assert_eq!(log.sync_now().unwrap(), Position(10));
    assert_eq!(log.shared().syncing.durable(), Position(10));
    // And frames that follow say so, which is what recovery goes by.
    append_numbered(&log, 11, 11);
    log.close();
    assert!(house.verify().is_sound());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn closing_syncs_and_leaves_nobody_waiting() {
    let house = House::that_syncs_when_asked(64 * 1024);
    let log = house.log();
    let waits: Vec<_> = (0..20)
        .map(|_| {
            let log = Arc::clone(&log);
            tokio::spawn(async move {
                let position = log.append(&[b"one"]).unwrap();
                log.synced(position).await
            })
        })
        .collect();
    soon("all have appended", || log.head().sequence == 20);
    log.close();
    for wait in waits {
        in_time(wait).await.unwrap().unwrap();
    }
    assert_eq!(house.open().recovered.head.sequence, 20);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sync_that_fails_is_told_to_all_and_is_final() {
    let house = House::that_syncs_when_asked(4096);
    let log = house.log();
    let safe = log.append(&[b"safe"]).unwrap();
    log.sync_now().unwrap();
    log.shared().faults.fail(Step::Sync);
    let lost = log.append(&[b"perhaps lost"]).unwrap();
    let waiting = {
        let log = Arc::clone(&log);
        tokio::spawn(async move { log.synced(lost).await })
    };
    assert!(matches!(in_time(waiting).await.unwrap(), Err(LogError::Sync)));
    assert!(matches!(log.health(), Err(LogError::Sync)));
    assert!(matches!(log.append(&[b"more"]), Err(LogError::Sync)));

    // That the disk says yes the next time does not bring back what it dropped.
    log.shared().faults.heal();
    assert!(matches!(log.sync_now(), Err(LogError::Sync)));
    assert!(matches!(in_time(log.synced(lost)).await, Err(LogError::Sync)));
    in_time(log.synced(safe)).await.unwrap();
    log.close();

    let log = house.log();
    log.health().unwrap();
    log.append(&[b"more"]).unwrap();
    log.sync_now().unwrap();
}

#[test]
fn the_log_can_be_shared_and_its_waits_can_move() {
    fn is_shared<T: Send + Sync>() {}
    fn moves<T: Send>(_: &T) {}
    is_shared::<NodeLog>();
    let house = House::with_segments_of(4096);
    let log = house.log();
    moves(&log.synced(Position(0)));
}
