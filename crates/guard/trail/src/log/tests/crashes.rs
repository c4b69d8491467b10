use std::io::Read;
use std::os::unix::fs::FileExt;
use std::process::{Command, Stdio};

use super::{House, append_numbered, key, numbered, overwrite, soon, text, write_log};
use crate::log::{LogError, LogKey, NodeLog, ProblemKind};

#[test]
fn a_frame_torn_at_any_byte_is_cut_and_the_log_goes_on() {
    let scratch = House::that_syncs_when_asked(1500);
    let layout = write_log(scratch.path(), 1500, &[5], 0);
    let (begin, end) = (layout[0][4], layout[0][5]);
    let whole = std::fs::read(&scratch.segments()[0]).unwrap();
    assert!(end - begin > 90);

    for torn_at in begin..end {
        let house = House::that_syncs_when_asked(1500);
        let mut torn = whole.clone();
        torn[torn_at..end].fill(0);
        assert_ne!(torn, whole);
        let left = torn[begin..].iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        let path = house.path().join(scratch.segments()[0].file_name().unwrap());
        std::fs::write(&path, &torn).unwrap();

        let opened = house.open();
        assert_eq!(opened.recovered.head.sequence, 4, "torn at {torn_at}");
        assert_eq!(opened.recovered.torn_bytes, left as u64);
        assert_eq!(opened.recovered.problems, []);
        assert_eq!(opened.newest, numbered(1, 4));
        match opened.recovered.set_aside.as_slice() {
            [] => assert_eq!(left, 0),
            [aside] => assert_eq!(std::fs::read(aside).unwrap(), torn[begin..begin + left]),
            more => panic!("{more:?}"),
        }
        append_numbered(&opened.log, 5, 6);
        opened.log.close();
        assert_eq!(house.records(), numbered(1, 6));
        assert!(house.verify().is_sound());
    }
}

#[test]
fn pages_lost_before_others_that_survived_are_a_cut_as_long_as_they_were_not_synced() {
    let house = House::that_syncs_when_asked(2000);
    let layout = write_log(house.path(), 2000, &[9], 3);
    overwrite(&house.segments()[0], layout[0][3] + 20, &[0; 60]);

    let opened = house.open();
    assert_eq!(opened.recovered.head.sequence, 3);
    assert_eq!(opened.recovered.problems, []);
    assert_eq!(opened.recovered.torn_bytes, (layout[0][9] - layout[0][3]) as u64);
    assert_eq!(opened.newest, numbered(1, 3));
    append_numbered(&opened.log, 4, 5);
    opened.log.close();
    assert_eq!(house.records(), numbered(1, 5));
    assert!(house.verify().is_sound());
}

#[test]
fn damage_to_what_was_synced_is_kept_and_told_and_the_log_goes_on_behind_it() {
    let house = House::that_syncs_when_asked(2000);
    let layout = write_log(house.path(), 2000, &[9], 4);
    overwrite(&house.segments()[0], layout[0][3] + 63, b"forged");

    let opened = house.open();
    assert_eq!(opened.recovered.head.sequence, 9);
    assert_eq!((opened.recovered.torn_bytes, opened.recovered.set_aside.len()), (0, 0));
    let [problem] = opened.recovered.problems.as_slice() else { panic!("{:?}", opened.recovered.problems) };
    assert_eq!((problem.kind, problem.sequence), (ProblemKind::EditedFrame, 4));
    assert_eq!(problem.offset, layout[0][3] as u64);
    assert_eq!(opened.newest, [numbered(1, 3), numbered(5, 9)].concat());
    append_numbered(&opened.log, 10, 12);
    opened.log.close();

    assert_eq!(house.verify().problems, opened.recovered.problems);
    assert!(matches!(house.records_from(1), Err(LogError::Damaged(found)) if found == *problem));
    assert_eq!(house.records_from(5).unwrap(), numbered(5, 12));
}

#[test]
fn a_sealed_segment_that_lost_pages_before_it_was_synced_takes_its_successor_with_it() {
    let house = House::that_syncs_when_asked(1200);
    let layout = write_log(house.path(), 1200, &[2, 6, 3], 2);
    let segments = house.segments();
    overwrite(&segments[1], layout[1][4], &vec![0; layout[1][5] - layout[1][4]]);

    let opened = house.open();
    assert_eq!(opened.recovered.head.sequence, 6);
    assert_eq!(opened.recovered.problems, []);
    assert_eq!(opened.recovered.set_aside.len(), 2);
    assert_eq!(opened.newest, numbered(3, 6));
    append_numbered(&opened.log, 7, 20);
    opened.log.close();
    assert_eq!(house.records(), numbered(1, 20));
    assert!(house.verify().is_sound());
    assert_eq!(house.set_aside().len(), 2);
}

#[test]
fn the_same_loss_after_a_sync_cuts_nothing() {
    let house = House::that_syncs_when_asked(1200);
    let layout = write_log(house.path(), 1200, &[2, 6, 3], 9);
    let segments = house.segments();
    overwrite(&segments[1], layout[1][4], &vec![0; layout[1][5] - layout[1][4]]);

    let opened = house.open();
    assert_eq!(opened.recovered.head.sequence, 11);
    assert_eq!(opened.newest, [numbered(3, 6), numbered(8, 11)].concat());
    assert_eq!(opened.recovered.problems.len(), 1);
    assert_eq!(opened.recovered.set_aside.len(), 0);
}

#[test]
fn a_segment_whose_header_never_reached_the_disk_is_begun_again() {
    let house = House::that_syncs_when_asked(1200);
    write_log(house.path(), 1200, &[6, 2], 4);
    overwrite(&house.segments()[1], 0, &[0; 100]);

    let opened = house.open();
    assert_eq!(opened.recovered.head.sequence, 6);
    assert_eq!(opened.recovered.problems, []);
    append_numbered(&opened.log, 7, 30);
    opened.log.close();
    assert_eq!(house.records(), numbered(1, 30));
    assert!(house.verify().is_sound());
}

#[test]
fn a_log_that_ends_with_a_closing_frame_goes_on_in_a_new_segment() {
    let house = House::that_syncs_when_asked(1200);
    write_log(house.path(), 1200, &[6, 2], 0);
    std::fs::remove_file(&house.segments()[1]).unwrap();

    let opened = house.open();
    assert_eq!(opened.recovered.head.sequence, 6);
    append_numbered(&opened.log, 7, 9);
    opened.log.close();
    assert_eq!(house.segments().len(), 2);
    assert_eq!(house.records(), numbered(1, 9));
    assert!(house.verify().is_sound());
}

#[test]
fn the_wrong_key_and_the_wrong_log_are_refused_and_change_nothing() {
    for segments in [&[4][..], &[4, 4], &[2, 4, 4]] {
        let house = House::with_segments_of(1200);
        write_log(house.path(), 1200, segments, 1);
        let before: Vec<_> = house.segments().iter().map(|path| std::fs::read(path).unwrap()).collect();

        let settings = house.settings.clone();
        let wrong_key = NodeLog::open(house.path(), &LogKey::new(&[7; 32]), super::LOG_ID, settings.clone(), |_| {});
        assert!(matches!(wrong_key.map(|_| ()), Err(LogError::Damaged(_))));
        let wrong_log = NodeLog::open(house.path(), &key(), [7; 16], settings, |_| {});
        assert!(matches!(wrong_log.map(|_| ()), Err(LogError::WrongLog(_))));

        let after: Vec<_> = house.segments().iter().map(|path| std::fs::read(path).unwrap()).collect();
        assert_eq!(before, after);
        assert_eq!(house.set_aside(), Vec::<String>::new());
        assert_eq!(house.open().recovered.head.sequence, segments.iter().sum::<u64>());
    }
}

#[test]
fn no_flipped_byte_is_overlooked_at_the_opening_or_becomes_a_record() {
    let house = House::that_syncs_when_asked(700);
    write_log(house.path(), 700, &[3, 2], 1);
    let truth = numbered(1, 5);
    let files: Vec<_> = house.segments().into_iter().map(|path| (std::fs::read(&path).unwrap(), path)).collect();
    for (flipped, (content, path)) in files.iter().enumerate() {
        for offset in 0..content.len() {
            for (content, path) in &files {
                std::fs::write(path, content).unwrap();
            }
            overwrite(path, offset, &[content[offset] ^ (1 << (offset % 8))]);
            match house.try_open() {
                Err(LogError::Damaged(_)) => {}
                Err(other) => panic!("{other}"),
                Ok(opened) => {
                    let recovered = &opened.recovered;
                    let told = recovered.torn_bytes > 0 || !recovered.problems.is_empty();
                    assert!(told, "segment {flipped}, byte {offset}");
                    assert!(opened.newest.iter().all(|record| truth.contains(record)), "{flipped} {offset}");
                }
            }
            for aside in house.set_aside() {
                std::fs::remove_file(house.path().join(aside)).unwrap();
            }
        }
    }
}

/// Runs itself in a second process and kills that.
#[test]
fn what_was_appended_survives_the_kill_of_its_process() {
    const ROLE: &str = "KEEPWELL_TEST_NODE_LOG_FOLDER";
    if let Some(folder) = std::env::var_os(ROLE) {
        let mut house = House::that_syncs_when_asked(64 * 1024);
        let acknowledged = std::fs::File::create(std::path::Path::new(&folder).join("acknowledged")).unwrap();
        house.folder = tempfile::Builder::new().disable_cleanup(true).tempdir_in(&folder).unwrap();
        let log = house.log();
        for sequence in 1..u64::MAX {
            log.append(&[text(sequence).as_bytes()]).unwrap();
            acknowledged.write_all_at(&sequence.to_le_bytes(), 0).unwrap();
        }
    }

    let outer = tempfile::tempdir().unwrap();
    let (_, this_module) = module_path!().split_once("::").unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &format!("{this_module}::what_was_appended_survives_the_kill_of_its_process")])
        .env(ROLE, outer.path())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let acknowledged = || {
        let mut bytes = [0; 8];
        let read =
            std::fs::File::open(outer.path().join("acknowledged")).and_then(|mut file| file.read_exact(&mut bytes));
        read.map_or(0, |()| u64::from_le_bytes(bytes))
    };
    soon("3,000 records", || acknowledged() > 3000);
    child.kill().unwrap();
    child.wait().unwrap();

    let inner = outer.path().read_dir().unwrap().map(|entry| entry.unwrap().path()).find(|path| path.is_dir()).unwrap();
    let mut newest = Vec::new();
    let settings = House::with_segments_of(64 * 1024).settings;
    let (log, recovered) = NodeLog::open(&inner, &key(), super::LOG_ID, settings, |record| {
        newest.push((record.sequence, record.bytes.to_vec()));
    })
    .unwrap();
    assert!(recovered.head.sequence >= acknowledged());
    assert_eq!(recovered.problems, []);
    let newest_begins = newest.first().unwrap().0;
    assert_eq!(newest, numbered(newest_begins, recovered.head.sequence));
    log.append(&[b"alive"]).unwrap();
}
