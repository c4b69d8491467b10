use std::io::Write;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use super::{House, append_numbered, key, numbered, soon, text};
use crate::log::faults::Step;
use crate::log::{Expected, LogError, LogSettings, NodeLog, verify};

/// Appends until the log is full, then again when it is well. Returns how many records it then has.
fn live_through_a_full_disk(log: &Arc<NodeLog>, fill: impl FnOnce(), empty: impl FnOnce()) -> u64 {
    append_numbered(log, 1, 3);
    soon("a spare", || log.has_room_ahead());
    fill();
    let mut appended = 3;
    let refused = loop {
        match log.append(&[text(appended + 1).as_bytes()]) {
            Ok(position) => appended = position.sequence(),
            Err(refused) => break refused,
        }
    };
    assert!(matches!(refused, LogError::Full), "{refused}");
    assert!(matches!(log.health(), Err(LogError::Full)));
    assert!(!log.has_room_ahead());
    assert!(matches!(log.append(&[text(appended + 1).as_bytes()]), Err(LogError::Full)));
    log.sync_now().unwrap();

    empty();
    soon("health", || log.health().is_ok());
    append_numbered(log, appended + 1, appended + 200);
    appended + 200
}

#[test]
fn without_room_the_log_is_full_at_the_end_of_its_segment_and_well_again_with_room() {
    let house = House::with_segments_of(2000);
    let log = house.log();
    let faults = &log.shared().faults;
    let count = live_through_a_full_disk(&log, || faults.fail(Step::Reserve), || faults.heal());
    log.close();
    assert_eq!(house.records(), numbered(1, count));
    assert!(house.verify().is_sound());
}

/// A file system of its own, so that it can be full.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    /// None where the test may not mount one.
    fn mount(bytes: u64) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let options = format!("size={bytes}");
        let mut mount = Command::new("mount");
        let mounted = mount.args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(folder.path()).output();
        mounted.is_ok_and(|done| done.status.success()).then(|| Self(folder))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.path()).status();
    }
}

#[test]
fn a_disk_that_is_really_full_is_lived_through_as_well() {
    let Some(disk) = SmallDisk::mount(1024 * 1024) else {
        println!("skipped: no file system can be mounted here; its twin above stands in");
        return;
    };
    let folder = disk.path().join("log");
    let settings = LogSettings { segment_bytes: 64 * 1024, sync_interval: Duration::from_millis(2) };
    let open = || NodeLog::open(&folder, &key(), super::LOG_ID, settings.clone(), |_| {}).unwrap().0;
    let log = open();
    let ballast = disk.path().join("ballast");
    let fill = || {
        let mut file = std::fs::File::create(&ballast).unwrap();
        while file.write_all(&[1; 4096]).is_ok() {}
    };
    let count = live_through_a_full_disk(&log, fill, || std::fs::remove_file(&ballast).unwrap());
    log.close();
    let report = verify(&folder, &key(), &Expected { log_id: super::LOG_ID, first_sequence: 1, heads: &[] }).unwrap();
    assert!(report.is_sound(), "{:?}", report.problems);
    assert_eq!(report.records, count);
}

#[test]
fn a_log_opened_without_room_ahead_goes_on_in_what_it_has() {
    let house = House::with_segments_of(4096);
    append_numbered(&house.log(), 1, 3);
    let spare = house.path().join("spare.log");
    if spare.exists() {
        std::fs::remove_file(&spare).unwrap();
    }
    // A folder in its place: nothing can be laid out there.
    std::fs::create_dir(&spare).unwrap();
    let log = house.log();
    append_numbered(&log, 4, 10);
    log.health().unwrap();
    assert!(!log.has_room_ahead());
    std::fs::remove_dir(&spare).unwrap();
    soon("a spare", || log.has_room_ahead());
    append_numbered(&log, 11, 100);
}

#[test]
fn a_write_that_fails_leaves_nothing_behind_and_the_log_is_well_when_the_disk_is() {
    let house = House::with_segments_of(4096);
    let log = house.log();
    append_numbered(&log, 1, 3);
    log.shared().faults.fail(Step::Write);
    assert!(matches!(log.append(&[&[b'y'; 900]]), Err(LogError::Write)));
    assert!(matches!(log.health(), Err(LogError::Write)));
    assert!(matches!(log.append(&[b"four"]), Err(LogError::Write)));
    // As much as a real disk may have written of it.
    {
        let state = log.shared().state.lock();
        state.active.file.write_all_at(&[b'y'; 700], state.active.offset).unwrap();
    }
    assert_eq!(log.head().sequence, 3);

    log.shared().faults.heal();
    soon("health", || log.health().is_ok());
    append_numbered(&log, 4, 4);
    log.close();
    assert_eq!(house.records(), numbered(1, 4));
    assert!(house.verify().is_sound());
}

#[test]
fn an_append_need_not_wait_for_the_log_to_find_out_that_the_disk_is_well() {
    let house = House::with_segments_of(4096);
    let log = house.log();
    log.shared().faults.fail(Step::Write);
    log.append(&[b"one"]).unwrap_err();
    log.shared().faults.heal();
    append_numbered(&log, 1, 1);
    log.health().unwrap();
}

#[test]
fn going_on_to_the_next_segment_may_fail_half_way() {
    let house = House::with_segments_of(1000);
    let log = house.log();
    soon("a spare", || log.has_room_ahead());
    append_numbered(&log, 1, 7);
    // The closing frame is written, the new segment's name is taken by a folder.
    let name = house.path().join("segment-00000000000000000008.log");
    std::fs::create_dir(&name).unwrap();
    assert!(matches!(log.append(&[text(8).as_bytes()]), Err(LogError::Write)));
    assert!(log.shared().state.lock().active.closed);
    std::fs::remove_dir(&name).unwrap();
    append_numbered(&log, 8, 40);
    log.close();
    assert_eq!(house.records(), numbered(1, 40));
    assert!(house.verify().is_sound());
}
