//! Whoever edits the trail, or the store behind its back, is found out by `keepwell trail verify`.

use std::{fs, path::PathBuf};

use rusqlite::Connection;
use serde_json::json;
use trail::Finding;

use crate::{
    house::{Grounds, House},
    people::OTHER_ACCOUNT,
};

/// A closed house in which things have happened.
async fn history() -> Grounds {
    let house = House::open().await;
    let admin = house.admin();
    for name in ["a", "b", "c"] {
        admin.create(name, "one").await;
        admin.put(name, 2, "two").await;
        admin.value(name).await;
        admin.call("GetSecretValue", json!({"SecretId": "none"})).await;
    }
    admin.ask("DeleteSecret", json!({"SecretId": "c", "ForceDeleteWithoutRecovery": true})).await;
    let grounds = house.close().await;
    let report = grounds.audit();
    // Two secrets, and what a first start makes: the deployment, the account's IAM and a managed key for each Region.
    assert_eq!((report.findings.as_slice(), report.secrets, report.changes), (&[][..], 6, 11));
    grounds
}

fn findings(grounds: &Grounds) -> Vec<Finding> {
    grounds.audit().findings
}

pub(crate) fn store(grounds: &Grounds) -> Connection {
    Connection::open(grounds.data_dir().join("keepwell.sqlite3")).unwrap()
}

/// The segment that holds the records.
fn segment(grounds: &Grounds) -> PathBuf {
    let mut segments: Vec<PathBuf> = fs::read_dir(grounds.trail_folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with("segment-"))
        .collect();
    segments.sort();
    segments.remove(0)
}

/// Where each frame of a segment begins and ends, as the format is documented: a header of 100 bytes, then frames of
/// 58 bytes, payload and 32 bytes.
fn frames(bytes: &[u8]) -> Vec<(usize, usize)> {
    let mut frames = Vec::new();
    let mut at = 100;
    while bytes[at] != 0 {
        let payload = u32::from_le_bytes(bytes[at + 22..at + 26].try_into().unwrap());
        let end = at + 58 + usize::try_from(payload).unwrap() + 32;
        frames.push((at, end));
        at = end;
    }
    frames
}

/// Rewrites the segment; what becomes shorter is filled with zeros, as an unused end is.
fn rewrite(grounds: &Grounds, change: impl FnOnce(&mut Vec<u8>, &[(usize, usize)])) {
    let path = segment(grounds);
    let mut bytes = fs::read(&path).unwrap();
    let (length, frames) = (bytes.len(), frames(&bytes));
    assert!(frames.len() > 12, "{frames:?}");
    change(&mut bytes, &frames);
    bytes.resize(length, 0);
    fs::write(path, bytes).unwrap();
}

fn is_about_the_log(findings: &[Finding]) -> bool {
    !findings.is_empty() && findings.iter().all(|finding| matches!(finding, Finding::Log(_)))
}

#[tokio::test]
async fn an_edited_record_is_found_wherever_it_was_edited() {
    let grounds = history().await;
    let path = segment(&grounds);
    let sound = fs::read(&path).unwrap();
    let frames = frames(&sound);
    let ((first, _), (middle, _), (last, end)) = (frames[0], frames[7], *frames.last().unwrap());
    // A sequence, a link to the frame before, records of a change, of a read and of the last call, and a MAC.
    for at in [first + 2, middle + 30, first + 300, middle + 70, last + 300, end - 1] {
        let mut bytes = sound.clone();
        bytes[at] ^= 1;
        fs::write(&path, bytes).unwrap();
        assert!(is_about_the_log(&findings(&grounds)), "byte {at}");
    }
    fs::write(&path, sound).unwrap();
    assert_eq!(findings(&grounds), []);
}

#[tokio::test]
async fn a_deleted_record_is_found() {
    for deleted in [0, 6, 12] {
        let grounds = history().await;
        rewrite(&grounds, |bytes, frames| {
            let (begin, end) = frames[deleted];
            bytes.drain(begin..end);
        });
        assert!(is_about_the_log(&findings(&grounds)), "frame {deleted}");
    }
}

#[tokio::test]
async fn swapped_records_are_found() {
    let grounds = history().await;
    rewrite(&grounds, |bytes, frames| {
        let ((first, middle), (_, end)) = (frames[5], frames[6]);
        bytes[first..end].rotate_left(middle - first);
    });
    assert!(is_about_the_log(&findings(&grounds)));
}

#[tokio::test]
async fn a_repeated_record_is_found() {
    let grounds = history().await;
    rewrite(&grounds, |bytes, frames| {
        let ((begin, end), (_, last)) = (frames[5], frames[frames.len() - 1]);
        let repeated = bytes[begin..end].to_vec();
        bytes.splice(last..last + repeated.len(), repeated);
    });
    assert!(is_about_the_log(&findings(&grounds)));
}

#[tokio::test]
async fn a_trail_cut_at_its_end_is_found() {
    let grounds = history().await;
    rewrite(&grounds, |bytes, frames| {
        let (begin, _) = frames[frames.len() - 2];
        bytes.truncate(begin);
    });
    assert!(is_about_the_log(&findings(&grounds)), "{:?}", findings(&grounds));
}

#[tokio::test]
async fn a_trail_of_another_house_is_found() {
    let (grounds, other) = (history().await, history().await);
    fs::copy(segment(&other), segment(&grounds)).unwrap();
    assert!(is_about_the_log(&findings(&grounds)));
}

#[tokio::test]
async fn a_missing_segment_is_found() {
    let grounds = history().await;
    fs::remove_file(segment(&grounds)).unwrap();
    assert!(!findings(&grounds).is_empty());
}

#[tokio::test]
async fn a_change_behind_the_recorders_back_is_found() {
    let grounds = history().await;
    let changed = store(&grounds).execute("UPDATE secret SET revision = revision + 1 WHERE name = 'a'", []).unwrap();
    assert_eq!(changed, 1);
    let findings = findings(&grounds);
    assert!(matches!(findings[..], [Finding::ChangeWithoutRecord { revision: 3, .. }]), "{findings:?}");
}

/// One commit makes them, with a record for each.
#[tokio::test]
async fn the_keys_of_a_new_account_are_accounted_for() {
    let house = House::open().await;
    house.open_account(OTHER_ACCOUNT).await;
    let key = house.admin().key(json!({})).await;
    house.admin().create_under(&key, "db", "one").await;
    house.admin().ask_kms("RotateKeyOnDemand", json!({"KeyId": key})).await;
    house.do_due().await;
    let grounds = house.close().await;
    assert_eq!(findings(&grounds), []);
    let theirs = "uid IN (SELECT uid FROM kms_key JOIN scope ON scope.id = scope WHERE account = '444455556666')";
    let count = format!("SELECT count(*) FROM kms_key WHERE {theirs}");
    let count: i64 = store(&grounds).query_row(&count, [], |row| row.get(0)).unwrap();
    assert_eq!(count, 2);
    let change = format!("UPDATE kms_key SET revision = revision + 1 WHERE {theirs}");
    store(&grounds).execute(&change, []).unwrap();
    let findings = findings(&grounds);
    assert_eq!(findings.len(), 2);
    assert!(
        findings.iter().all(|finding| matches!(finding, Finding::ChangeWithoutRecord { revision: 2, .. })),
        "{findings:?}"
    );
}

#[tokio::test]
async fn a_key_changed_behind_the_recorders_back_is_found() {
    let house = House::open().await;
    house.admin().key(json!({})).await;
    let grounds = house.close().await;
    assert_eq!(findings(&grounds), []);
    // A key that vanished, with what hangs from it; and a deployment that was set back or put in place of another.
    let key = "(SELECT uid FROM kms_key WHERE details NOT LIKE '%auto-secretsmanager%')";
    for sql in [
        format!("DELETE FROM kms_material WHERE key = {key}; DELETE FROM kms_key WHERE uid = {key}"),
        "UPDATE deployment SET revision = 7".to_owned(),
    ] {
        let copy = store(&grounds);
        copy.execute_batch(&format!("PRAGMA foreign_keys = OFF; {sql};")).unwrap();
        drop(copy);
        assert!(!findings(&grounds).is_empty(), "{sql}");
    }
}

#[tokio::test]
async fn a_secret_set_back_to_an_older_state_is_found() {
    let grounds = history().await;
    store(&grounds).execute("UPDATE secret SET revision = 1 WHERE name = 'b'", []).unwrap();
    let findings = findings(&grounds);
    let expected = [Finding::SecretRolledBack { secret: secret_of(&findings), stored: 1, recorded: 2 }];
    assert_eq!(findings, expected);
}

#[tokio::test]
async fn a_secret_that_vanished_is_found() {
    let grounds = history().await;
    let connection = store(&grounds);
    connection.execute_batch("PRAGMA foreign_keys = OFF; DELETE FROM secret WHERE name = 'a';").unwrap();
    drop(connection);
    let findings = findings(&grounds);
    assert!(matches!(findings[..], [Finding::ErasedWithoutRecord { .. }]), "{findings:?}");
}

#[tokio::test]
async fn a_secret_that_was_slipped_in_is_found() {
    let grounds = history().await;
    let uid = "UPDATE secret SET uid = x'00112233445566778899aabbccddeeff' WHERE name = 'a'";
    store(&grounds).execute(uid, []).unwrap();
    let findings = findings(&grounds);
    assert!(
        findings.iter().any(|finding| matches!(finding, Finding::ChangeWithoutRecord { revision: 1, .. }))
            && findings.iter().any(|finding| matches!(finding, Finding::ErasedWithoutRecord { .. })),
        "{findings:?}"
    );
}

fn secret_of(findings: &[Finding]) -> terms::Uid {
    match findings {
        [Finding::SecretRolledBack { secret, .. }] => *secret,
        other => panic!("{other:?}"),
    }
}

/// A copy of a running house, in which the record of the last change waits in the store and has not reached the log.
async fn crashed() -> Grounds {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", "one").await;
    for number in 2..20 {
        admin.put("db", number, "value").await;
        let copy = house.copy();
        let waiting: i64 = store(&copy).query_row("SELECT count(*) FROM trail_pending", [], |row| row.get(0)).unwrap();
        // The server settles twice a second; a copy taken just then shows nothing waiting.
        if waiting > 0 {
            rewrite_last(&copy);
            return copy;
        }
    }
    panic!("no change was ever seen waiting");
}

/// Takes the last record off the log, as a power cut may.
pub(crate) fn rewrite_last(grounds: &Grounds) {
    let path = segment(grounds);
    let mut bytes = fs::read(&path).unwrap();
    let (length, (begin, _)) = (bytes.len(), *frames(&bytes).last().unwrap());
    bytes.truncate(begin);
    bytes.resize(length, 0);
    fs::write(path, bytes).unwrap();
}

#[tokio::test]
async fn a_record_that_waits_in_the_store_counts_and_arrives_at_the_next_start() {
    let grounds = crashed().await;
    assert_eq!(findings(&grounds), []);
    let house = grounds.open().await;
    assert_eq!(house.trail_names().last().unwrap(), "PutSecretValue");
    house.admin().value("db").await;
    let grounds = house.close().await;
    assert_eq!(findings(&grounds), []);
    let waiting: i64 = store(&grounds).query_row("SELECT count(*) FROM trail_pending", [], |row| row.get(0)).unwrap();
    assert_eq!(waiting, 0);
}

#[tokio::test]
async fn a_record_taken_from_the_store_before_it_reached_the_log_is_found() {
    let grounds = crashed().await;
    store(&grounds).execute("DELETE FROM trail_pending", []).unwrap();
    let findings = findings(&grounds);
    assert!(matches!(findings[..], [Finding::ChangeWithoutRecord { .. }]), "{findings:?}");
}

#[tokio::test]
async fn a_record_changed_in_the_store_before_it_reached_the_log_is_found() {
    let grounds = crashed().await;
    let connection = store(&grounds);
    let (ticket, mut record): (i64, Vec<u8>) = connection
        .query_row("SELECT ticket, record FROM trail_pending ORDER BY ticket DESC", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .unwrap();
    record[100] ^= 1;
    connection.execute("UPDATE trail_pending SET record = ? WHERE ticket = ?", (record, ticket)).unwrap();
    drop(connection);
    let findings = findings(&grounds);
    assert!(findings.iter().any(|finding| matches!(finding, Finding::ForgedPending { .. })), "{findings:?}");
}
