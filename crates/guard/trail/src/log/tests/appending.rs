use std::fs::Permissions;
use std::ops::ControlFlow;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use proptest::prelude::{Just, Strategy, any, prop};
use proptest::{prop_assert, prop_assert_eq, prop_oneof, proptest};

use super::{House, append_numbered, numbered, overwrite, soon};
use crate::log::{LogError, LogSettings};

#[test]
fn what_was_appended_is_read_back_in_order() {
    let house = House::with_segments_of(4096);
    let log = house.log();
    assert_eq!(log.head().sequence, 0);
    assert_eq!(log.append(&[b"one"]).unwrap().sequence(), 1);
    assert_eq!(log.append(&[b"two", b"", b"four"]).unwrap().sequence(), 4);
    assert_eq!(log.append(&[]).unwrap().sequence(), 4);
    let head = log.head();
    assert_eq!(head.sequence, 4);
    log.close();

    let expected = [(1, b"one".to_vec()), (2, b"two".to_vec()), (3, Vec::new()), (4, b"four".to_vec())];
    assert_eq!(house.records(), expected);
    assert_eq!(house.records_from(3).unwrap(), expected[2..]);
    let report = house.verify();
    assert!(report.is_sound(), "{report:?}");
    assert_eq!((report.segments, report.frames, report.records, report.record_bytes), (1, 2, 4, 10));
    assert_eq!(report.head, Some(head));

    let opened = house.open();
    assert_eq!(opened.recovered.head, head);
    assert_eq!(opened.newest, expected);
    assert_eq!(opened.log.head(), head);
}

#[test]
fn the_log_goes_on_over_many_segments_and_openings() {
    let house = House::with_segments_of(700);
    for round in 0..10 {
        let opened = house.open();
        assert_eq!(opened.recovered.head.sequence, round * 20);
        assert_eq!((opened.recovered.torn_bytes, opened.recovered.problems.len()), (0, 0));
        append_numbered(&opened.log, round * 20 + 1, round * 20 + 20);
        let newest_begins = opened.newest.first().map_or(1, |record| record.0);
        assert_eq!(opened.newest, numbered(newest_begins, round * 20));
    }
    assert_eq!(house.records(), numbered(1, 200));
    for from in [1, 2, 77, 199, 200, 201, 5000] {
        assert_eq!(house.records_from(from).unwrap(), numbered(from, 200), "from {from}");
    }
    let report = house.verify();
    assert!(report.is_sound(), "{report:?}");
    assert_eq!(report.records, 200);
    assert!(report.segments > 30, "{}", report.segments);
    assert_eq!(report.segments, house.segments().len() as u64);
}

#[test]
fn opening_shows_the_records_of_the_newest_two_segments() {
    let house = House::with_segments_of(700);
    append_numbered(&house.log(), 1, 50);
    let first_of_the_two: u64 = {
        let segments = house.segments();
        let name = segments[segments.len() - 2].file_stem().unwrap().to_str().unwrap().to_owned();
        name.rsplit('-').next().unwrap().parse().unwrap()
    };
    assert!(first_of_the_two > 20);
    assert_eq!(house.open().newest, numbered(first_of_the_two, 50));
}

#[test]
fn records_that_cannot_fit_are_refused_and_the_largest_that_can_are_taken() {
    let house = House::with_segments_of(1000);
    let log = house.log();
    // Header, front and MAC of a frame, length of a record, closing frame.
    let largest = 1000 - 100 - 90 - 4 - 90;
    log.append(&[&vec![7; largest]]).unwrap();
    log.append(&[&vec![8; largest]]).unwrap();
    let refused = log.append(&[&vec![9; largest + 1]]);
    assert!(matches!(refused, Err(LogError::TooLarge { bytes: 811, limit: 810 })), "{refused:?}");
    let half = vec![9; largest / 2];
    assert!(matches!(log.append(&[&half, &half]), Err(LogError::TooLarge { .. })));
    log.health().unwrap();
    assert_eq!(log.append(&[b"small"]).unwrap().sequence(), 3);
    log.close();
    assert!(house.verify().is_sound());
}

#[test]
fn impossible_segment_sizes_are_refused() {
    for segment_bytes in [0, 279, 1 << 40] {
        let mut house = House::with_segments_of(4096);
        house.settings = LogSettings { segment_bytes, ..LogSettings::default() };
        assert!(matches!(house.try_open(), Err(LogError::SegmentBytes(bytes)) if bytes == segment_bytes));
    }
}

#[test]
fn another_segment_size_holds_from_the_next_segment_on() {
    let mut house = House::with_segments_of(700);
    append_numbered(&house.log(), 1, 10);
    house.settings.segment_bytes = 5000;
    append_numbered(&house.log(), 11, 60);
    let lengths: Vec<u64> = house.segments().iter().map(|path| path.metadata().unwrap().len()).collect();
    assert_eq!((lengths.first(), lengths.last()), (Some(&700), Some(&5000)));
    assert_eq!(house.records(), numbered(1, 60));
    assert!(house.verify().is_sound());
}

#[test]
fn a_log_has_one_process_and_one_opening() {
    let house = House::with_segments_of(4096);
    let log = house.log();
    assert!(matches!(house.try_open(), Err(LogError::InUse(_))));
    log.close();
    let again = house.log();
    assert!(matches!(log.append(&[b"late"]), Err(LogError::Closed)));
    assert!(matches!(log.health(), Err(LogError::Closed)));
    again.append(&[b"in time"]).unwrap();
}

#[test]
fn eight_threads_append_without_a_gap_and_each_record_stands_where_its_caller_was_told() {
    const EACH: u64 = 400;
    let house = House::with_segments_of(8 * 1024);
    let log = house.log();
    let done = Arc::new(AtomicBool::new(false));
    let reader = {
        let (log, done) = (Arc::clone(&log), Arc::clone(&done));
        std::thread::spawn(move || {
            let mut rounds = 0_u32;
            while !done.load(Ordering::SeqCst) {
                let before = log.head();
                let mut next = 1;
                let read = log.read_from(1, |record| {
                    assert_eq!(record.sequence, next);
                    next += 1;
                    ControlFlow::Continue(())
                });
                assert!(read.unwrap().sequence >= before.sequence);
                rounds += 1;
            }
            rounds
        })
    };
    let writers: Vec<_> = (0..8_u64)
        .map(|writer| {
            let log = Arc::clone(&log);
            std::thread::spawn(move || {
                let mut told = Vec::new();
                for turn in 0..EACH {
                    let mine = format!("writer {writer} turn {turn}");
                    let second = format!("{mine}, second");
                    let position = log.append(&[mine.as_bytes(), second.as_bytes()]).unwrap();
                    told.push((position.sequence() - 1, mine.into_bytes()));
                    told.push((position.sequence(), second.into_bytes()));
                }
                assert!(told.is_sorted());
                told
            })
        })
        .collect();
    let mut told: Vec<_> = writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect();
    done.store(true, Ordering::SeqCst);
    assert!(reader.join().unwrap() > 0);
    log.close();

    told.sort();
    let sequences: Vec<u64> = told.iter().map(|record| record.0).collect();
    assert_eq!(sequences, (1..=8 * EACH * 2).collect::<Vec<_>>());
    assert_eq!(house.records(), told);
    let report = house.verify();
    assert!(report.is_sound(), "{:?}", report.problems);
    assert!(report.segments > 10);
}

#[test]
fn opening_closes_the_folder_and_its_segments_to_others() {
    let house = House::with_segments_of(700);
    append_numbered(&house.log(), 1, 20);
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert!(house.segments().iter().all(|path| mode(path) == 0o600));
    for path in house.segments() {
        std::fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
    }
    std::fs::set_permissions(house.path(), Permissions::from_mode(0o755)).unwrap();
    house.log();
    assert!(house.segments().iter().all(|path| mode(path) == 0o600));
    assert_eq!(mode(house.path()), 0o700);
}

#[test]
fn a_reader_may_stop_and_learns_where() {
    let house = House::with_segments_of(700);
    let log = house.log();
    append_numbered(&log, 1, 30);
    let mut seen = 0;
    let head = log
        .read_from(5, |record| {
            seen += 1;
            if record.sequence == 9 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })
        .unwrap();
    assert_eq!((seen, head.sequence), (5, 9));
}

#[test]
fn the_next_segment_is_laid_out_before_it_is_needed() {
    let house = House::with_segments_of(700);
    let log = house.log();
    soon("a spare", || log.has_room_ahead());
    let spare = house.path().join("spare.log");
    assert_eq!(std::fs::read(&spare).unwrap(), vec![0; 700]);
    append_numbered(&log, 1, 10);
    soon("the next spare", || log.has_room_ahead());
    log.close();

    // What became of a spare without its place in the log was never synced: it starts anew.
    overwrite(&spare, 0, b"a header that was on its way");
    let log = house.log();
    append_numbered(&log, 11, 30);
    log.close();
    assert!(house.verify().is_sound());
}

/// What an owner does to a log, and a crash.
#[derive(Clone, Debug)]
enum Act {
    Append(Vec<usize>),
    Sync,
    OpenAgain,
    /// Opened again after the last bytes were lost.
    Tear(usize),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        6 => prop::collection::vec(0_usize..200, 1..4).prop_map(Act::Append),
        1 => Just(Act::Sync),
        1 => Just(Act::OpenAgain),
        1 => (1_usize..300).prop_map(Act::Tear),
    ]
}

proptest! {
    #![proptest_config(proptest::test_runner::Config { cases: 40, ..Default::default() })]
    #[test]
    fn whatever_happens_the_log_holds_a_prefix_of_what_was_appended(
        acts in prop::collection::vec(act(), 1..40),
        fill in any::<u8>(),
    ) {
        let house = House::with_segments_of(1500);
        let mut log = house.log();
        let mut appended: Vec<(u64, Vec<u8>)> = Vec::new();
        for act in acts {
            match act {
                Act::Append(lengths) => {
                    let records: Vec<Vec<u8>> = lengths.iter().map(|length| vec![fill; *length]).collect();
                    let slices: Vec<&[u8]> = records.iter().map(Vec::as_slice).collect();
                    let last = log.append(&slices).unwrap().sequence();
                    appended.extend((last + 1 - records.len() as u64..).zip(records));
                }
                Act::Sync => prop_assert_eq!(log.sync_now().unwrap().sequence(), appended.len() as u64),
                Act::OpenAgain => {
                    log.close();
                    let opened = house.open();
                    prop_assert_eq!(opened.recovered.head.sequence, appended.len() as u64);
                    prop_assert_eq!(opened.recovered.torn_bytes, 0);
                    log = opened.log;
                }
                Act::Tear(bytes) => {
                    log.close();
                    let newest = house.segments().pop().unwrap();
                    let content = std::fs::read(&newest).unwrap();
                    let used = content.iter().rposition(|byte| *byte != 0).unwrap() + 1;
                    let from = used.saturating_sub(bytes).max(100);
                    overwrite(&newest, from, &vec![0; used - from]);
                    let opened = house.open();
                    prop_assert!(opened.recovered.problems.is_empty());
                    appended.truncate(usize::try_from(opened.recovered.head.sequence).unwrap());
                    log = opened.log;
                }
            }
        }
        log.close();
        prop_assert_eq!(house.records(), appended);
        let report = house.verify();
        prop_assert!(report.is_sound(), "{:?}", report);
    }
}
