use std::{
    fs,
    path::PathBuf,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use tempfile::TempDir;
use terms::{EventId, RequestId, Timestamp};

use super::*;
use crate::{
    Entries,
    entry::write_head,
    event_time::with_event_time,
    json::JsonObject,
    linked::LinkedRecord,
    log::{LogKey, LogSettings, read_from},
};

const LOG_ID: [u8; 16] = *b"the log of tests";
const SEGMENT_BYTES: u64 = 6_000;
const STRETCH: u64 = 1_500;
const ALWAYS: RangeInclusive<i64> = i64::MIN..=i64::MAX;
const ALL: u64 = u64::MAX;

fn key() -> LogKey {
    LogKey::new(&[42; 32])
}

/// A log whose calls happen a minute after each other, every third with two stubs in its frame.
struct Ground {
    folder: TempDir,
    log: Arc<NodeLog>,
}

impl Ground {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let settings = LogSettings { segment_bytes: SEGMENT_BYTES, sync_interval: Duration::from_millis(2) };
        let (log, _) = NodeLog::open(folder.path(), &key(), LOG_ID, settings, |_| {}).unwrap();
        Self { folder, log }
    }

    fn with_calls(count: u64) -> Self {
        let ground = Self::new();
        (0..count).for_each(|number| ground.call(number));
        ground
    }

    fn call(&self, number: u64) {
        append_call(&self.log, number);
    }

    fn history(&self) -> History {
        History::reading(Some(Arc::clone(&self.log)), STRETCH)
    }

    /// What is read from the beginning.
    fn told(&self) -> Vec<(u64, String)> {
        let (mut entries, mut told) = (Entries::new(), Vec::new());
        read_from(self.folder.path(), &key(), 1, |record| {
            let json = entries.read(record.bytes).unwrap().json;
            told.push((record.sequence, String::from_utf8(json.to_vec()).unwrap()));
            ControlFlow::Continue(())
        })
        .unwrap();
        told
    }

    fn segments(&self) -> Vec<PathBuf> {
        let files = self.folder.path().read_dir().unwrap().map(|entry| entry.unwrap().path());
        let mut files: Vec<PathBuf> = files.filter(|path| path.to_string_lossy().contains("segment-")).collect();
        files.sort();
        files
    }
}

fn append_call(log: &NodeLog, number: u64) {
    let mut own = Vec::new();
    let mut id = [0x4a; 16];
    id[..8].copy_from_slice(&number.to_le_bytes());
    write_head(&mut own, EventId::from_bytes(id), None);
    with_event_time(Timestamp::from_millis(second(number) * 1000), |time| {
        JsonObject::begin(&mut own)
            .raw("userIdentity", r#"{"type":"Root"}"#)
            .plain("eventTime", time)
            .plain("eventSource", "secretsmanager.amazonaws.com")
            .text("eventName", &format!("Call{number}"))
            .plain("awsRegion", "eu-central-1")
            .shown("requestID", &RequestId::from_bytes(id))
            .plain("recipientAccountId", "111122223333")
            .end();
    });
    let mut stub = Vec::new();
    LinkedRecord {
        event: EventId::from_bytes([0x5b; 16]),
        operation: "Decrypt",
        key_arn: "arn:aws:kms:eu-central-1:111122223333:key/1",
        key_account: "111122223333",
        secret_arn: "arn:aws:secretsmanager:eu-central-1:111122223333:secret:db-Ab12Cd",
        version_id: "1",
        failure: None,
    }
    .write_stub(&mut stub);
    let frame: &[&[u8]] = if number.is_multiple_of(3) { &[&own, &stub, &stub] } else { &[&own] };
    log.append(frame).unwrap();
}

fn second(number: u64) -> i64 {
    1_772_439_000 + 60 * i64::try_from(number).unwrap()
}

/// Everything that the looks show, so many records a look, and how many looks it took.
fn shown(history: &History, seconds: RangeInclusive<i64>, bytes_max: u64, page: usize) -> (Vec<(u64, String)>, usize) {
    let (mut all, mut looks, mut before) = (Vec::new(), 0, None);
    loop {
        let mut seen = 0;
        let look = Look { before, seconds: seconds.clone(), bytes_max };
        before = history
            .look_back(&look, |past| {
                if seen == page {
                    return ControlFlow::Break(());
                }
                seen += 1;
                all.push((past.sequence, String::from_utf8(past.json.to_vec()).unwrap()));
                ControlFlow::Continue(())
            })
            .unwrap();
        looks += 1;
        if before.is_none() {
            return (all, looks);
        }
    }
}

#[test]
fn what_is_shown_is_what_was_told_the_newest_first() {
    for count in [0, 1, 2, 40, 200] {
        let ground = Ground::with_calls(count);
        let mut told = ground.told();
        told.reverse();
        for (bytes_max, page) in [(ALL, usize::MAX), (ALL, 1), (ALL, 7), (0, usize::MAX), (2_000, 5)] {
            assert_eq!(shown(&ground.history(), ALWAYS, bytes_max, page).0, told, "{count} {bytes_max} {page}");
        }
    }
}

#[test]
fn a_look_does_no_more_than_it_may_and_always_gets_on() {
    let ground = Ground::with_calls(200);
    assert!(ground.segments().len() > 10);
    let history = ground.history();
    let (told, looks) = shown(&history, ALWAYS, 0, usize::MAX);
    assert!(looks > 40 && told.len() == ground.told().len(), "{looks} looks");
    // The past is surveyed by now.
    let look = Look { before: None, seconds: ALWAYS, bytes_max: 3 * STRETCH };
    let mut bytes = 0;
    let next = history.look_back(&look, |past| {
        bytes += past.json.len() as u64;
        ControlFlow::Continue(())
    });
    assert!(next.unwrap().is_some());
    // Stubs are longer when they are whole.
    assert!(bytes > STRETCH && bytes < 12 * STRETCH, "{bytes}");
}

#[test]
fn what_comes_later_does_not_move_the_pages_of_what_was() {
    let ground = Ground::with_calls(30);
    let mut told = ground.told();
    told.reverse();
    let history = ground.history();
    let (mut seen, mut before, mut number) = (Vec::new(), None, 30);
    loop {
        let look = Look { before, seconds: ALWAYS, bytes_max: ALL };
        let mut room = 4;
        before = history
            .look_back(&look, |past| {
                if room == 0 {
                    return ControlFlow::Break(());
                }
                room -= 1;
                seen.push(past.sequence);
                ControlFlow::Continue(())
            })
            .unwrap();
        if before.is_none() {
            break;
        }
        (0..20).for_each(|_| ground.call(number));
        number += 20;
    }
    assert_eq!(seen, told.iter().map(|(sequence, _)| *sequence).collect::<Vec<_>>());
}

#[test]
fn others_append_while_somebody_looks_back() {
    let ground = Ground::with_calls(20);
    let (history, is_over) = (ground.history(), AtomicBool::new(false));
    thread::scope(|scope| {
        for writer in 1..=2 {
            let (log, is_over) = (&ground.log, &is_over);
            scope.spawn(move || {
                let mut number = writer * 1_000_000;
                while !is_over.load(Ordering::SeqCst) {
                    append_call(log, number);
                    number += 1;
                }
            });
        }
        for _ in 0..60 {
            let mut last = None;
            let look = Look { before: None, seconds: ALWAYS, bytes_max: 40 * STRETCH };
            let looked = history.look_back(&look, |past| {
                assert!(last.is_none_or(|last| last == past.sequence + 1), "{last:?} {}", past.sequence);
                last = Some(past.sequence);
                ControlFlow::Continue(())
            });
            looked.unwrap();
        }
        is_over.store(true, Ordering::SeqCst);
    });
}

#[test]
fn segments_of_other_times_are_passed_over() {
    let ground = Ground::with_calls(400);
    let history = ground.history();
    let wanted = second(100)..=second(120);
    let (all, _) = shown(&history, wanted.clone(), ALL, usize::MAX);
    let told = ground.told();
    let is_wanted = |(_, json): &&(u64, String)| wanted.contains(&happened(json));
    let expected: Vec<_> = told.iter().rev().filter(is_wanted).cloned().collect();
    assert_eq!(all.iter().filter(is_wanted).cloned().collect::<Vec<_>>(), expected);
    // An hour is sixty calls before and behind, and segments are passed over whole.
    assert!(all.len() < told.len() / 2, "{} of {}", all.len(), told.len());
    // The newest segment may yet hold what is to come.
    let (newest, _) = shown(&history, second(5_000)..=second(6_000), ALL, usize::MAX);
    assert!(newest.len() < 50, "{}", newest.len());
    assert_eq!(shown(&history, 0..=1, ALL, usize::MAX).0, []);
}

fn happened(json: &str) -> i64 {
    event_seconds(serde_json::from_str::<Timed<'_>>(json).unwrap().event_time).unwrap()
}

/// What is shown until the look fails.
fn shown_of_damaged(history: &History) -> (Vec<(u64, String)>, Option<HistoryError>) {
    let mut seen = Vec::new();
    let look = Look { before: None, seconds: ALWAYS, bytes_max: ALL };
    let looked = history.look_back(&look, |past| {
        seen.push((past.sequence, String::from_utf8(past.json.to_vec()).unwrap()));
        ControlFlow::Continue(())
    });
    (seen, looked.err())
}

#[test]
fn nothing_that_was_tampered_with_is_shown_as_true() {
    let ground = Ground::with_calls(60);
    let mut told = ground.told();
    told.reverse();
    let surveyed = ground.history();
    assert_eq!(shown_of_damaged(&surveyed).0, told);
    for path in ground.segments() {
        let sound = fs::read(&path).unwrap();
        let used = sound.iter().rposition(|byte| *byte != 0).unwrap();
        let is_newest = Some(&path) == ground.segments().last();
        for at in (0..=used).step_by(23) {
            let mut edited = sound.clone();
            edited[at] ^= 0x10;
            fs::write(&path, &edited).unwrap();
            // Whether the segment was surveyed before or not.
            for history in [&surveyed, &ground.history()] {
                let (seen, error) = shown_of_damaged(history);
                assert!(told.starts_with(&seen), "{at} of {}", path.display());
                assert!(matches!(error, Some(HistoryError::Log(LogError::Damaged(_)))), "{at}: {error:?}");
            }
        }
        // Cut off behind a frame, as if the rest had never been.
        let middle = sound.len() / 2;
        fs::write(&path, [&sound[..middle.min(used)], &vec![0; sound.len() - middle.min(used)]].concat()).unwrap();
        let (seen, error) = shown_of_damaged(&ground.history());
        assert!(told.starts_with(&seen) && error.is_some(), "{is_newest}");
        fs::write(&path, sound).unwrap();
    }
    assert!(shown_of_damaged(&ground.history()).1.is_none());
    let removed = &ground.segments()[2];
    let held = fs::read(removed).unwrap();
    fs::remove_file(removed).unwrap();
    let (seen, error) = shown_of_damaged(&surveyed);
    assert!(told.starts_with(&seen) && error.is_some() && !seen.is_empty());
    fs::write(removed, held).unwrap();
}

#[test]
fn what_is_newer_than_the_damage_is_shown() {
    let ground = Ground::with_calls(60);
    let told = ground.told();
    let path = &ground.segments()[1];
    let mut bytes = fs::read(path).unwrap();
    let place = bytes.windows(7).rposition(|window| window == b"Root\"},").unwrap();
    bytes[place] ^= 1;
    fs::write(path, bytes).unwrap();
    let (seen, error) = shown_of_damaged(&ground.history());
    let Some(HistoryError::Log(LogError::Damaged(problem))) = error else { panic!("{error:?}") };
    assert_eq!(seen.last().unwrap().0, problem.sequence + 1);
    assert_eq!(seen.len() as u64, told.len() as u64 - problem.sequence);
}
