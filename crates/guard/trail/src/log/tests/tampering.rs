use super::{House, LOG_ID, append_numbered, key, overwrite, write_log};
use crate::log::format::{Front, Header, Kind, write_frame};
use crate::log::{Expected, Head, LogKey, ProblemKind, VerifyReport, verify};

fn kinds(report: &VerifyReport) -> Vec<ProblemKind> {
    report.problems.iter().map(|problem| problem.kind).collect()
}

#[test]
fn every_flipped_byte_is_found() {
    let house = House::with_segments_of(600);
    write_log(house.path(), 600, &[3, 2, 2], 1);
    assert!(house.verify().is_sound());
    for path in house.segments() {
        let content = std::fs::read(&path).unwrap();
        for (offset, byte) in content.iter().enumerate() {
            for flip in [1 << (offset % 8), 0xff] {
                overwrite(&path, offset, &[byte ^ flip]);
                let report = house.verify();
                assert!(!report.is_sound(), "{}, byte {offset}, flip {flip:#x}", path.display());
                assert_eq!(report.problems[0].segment, path.file_name().unwrap().to_str().unwrap());
            }
            overwrite(&path, offset, &[*byte]);
        }
    }
    assert!(house.verify().is_sound());
}

#[test]
fn an_edited_frame_is_named_with_its_place() {
    let house = House::with_segments_of(1500);
    let layout = write_log(house.path(), 1500, &[4, 6], 1);
    let edited = layout[1][2];
    overwrite(&house.segments()[1], edited + 63, b"another");
    let report = house.verify();
    assert_eq!(kinds(&report), [ProblemKind::EditedFrame]);
    let problem = &report.problems[0];
    assert_eq!((problem.offset, problem.sequence), (edited as u64, 7));
    assert_eq!(problem.segment, "segment-00000000000000000005.log");
    assert_eq!(
        problem.to_string(),
        format!("segment-00000000000000000005.log, byte {edited}, record 7: the frame was changed")
    );
    assert_eq!(report.records, 9);
}

/// Takes the bytes away and moves up what is behind them.
fn remove(content: &mut Vec<u8>, from: usize, to: usize) {
    let length = content.len();
    content.drain(from..to);
    content.resize(length, 0);
}

#[test]
fn a_removed_frame_is_found_wherever_it_was_but_at_the_end() {
    let house = House::with_segments_of(1500);
    let layout = write_log(house.path(), 1500, &[4, 4], 1);
    for (segment, path) in house.segments().into_iter().enumerate() {
        let whole = std::fs::read(&path).unwrap();
        for (index, frame) in layout[segment].windows(2).enumerate() {
            let mut content = whole.clone();
            remove(&mut content, frame[0], frame[1]);
            std::fs::write(&path, content).unwrap();
            let report = house.verify();
            let sequence = (segment * 4 + index + 1) as u64;
            match (segment, index) {
                // The newest one: only a head that was kept elsewhere tells.
                (1, 3) => assert_eq!(kinds(&report), []),
                (0, 4) => assert_eq!(kinds(&report), [ProblemKind::NotClosed, ProblemKind::BrokenLink]),
                _ => {
                    assert_eq!(kinds(&report), [ProblemKind::Gap { found: sequence + 1 }]);
                    assert_eq!(report.problems[0].sequence, sequence);
                }
            }
        }
        std::fs::write(&path, whole).unwrap();
    }
}

#[test]
fn a_frame_removed_right_behind_an_edited_one_is_found_as_well() {
    let house = House::with_segments_of(1500);
    let layout = write_log(house.path(), 1500, &[5], 1);
    let path = house.segments()[0].clone();
    let mut content = std::fs::read(&path).unwrap();
    content[layout[0][1] + 63] ^= 1;
    remove(&mut content, layout[0][2], layout[0][3]);
    std::fs::write(&path, content).unwrap();
    assert_eq!(kinds(&house.verify()), [ProblemKind::EditedFrame, ProblemKind::Gap { found: 4 }]);
}

#[test]
fn frames_that_changed_places_are_found() {
    let house = House::with_segments_of(1500);
    let layout = write_log(house.path(), 1500, &[5], 1);
    let path = house.segments()[0].clone();
    let content = std::fs::read(&path).unwrap();
    let [begin, middle, end] = layout[0][1..4] else { panic!() };
    let swapped = [&content[..begin], &content[middle..end], &content[begin..middle], &content[end..]].concat();
    std::fs::write(&path, swapped).unwrap();
    let found = kinds(&house.verify());
    assert_eq!(
        found,
        [ProblemKind::Gap { found: 3 }, ProblemKind::OutOfOrder { found: 2 }, ProblemKind::Gap { found: 4 }]
    );
}

#[test]
fn a_frame_told_twice_is_found() {
    let house = House::with_segments_of(1500);
    let layout = write_log(house.path(), 1500, &[3], 1);
    let path = house.segments()[0].clone();
    let content = std::fs::read(&path).unwrap();
    overwrite(&path, layout[0][3], &content[layout[0][2]..layout[0][3]]);
    assert_eq!(kinds(&house.verify()), [ProblemKind::OutOfOrder { found: 3 }]);
}

#[test]
fn a_removed_segment_is_found_wherever_it_was_but_at_the_end() {
    for removed in 0..4 {
        let house = House::with_segments_of(900);
        write_log(house.path(), 900, &[2, 2, 2, 2], 1);
        std::fs::remove_file(&house.segments()[removed]).unwrap();
        let expected = match removed {
            0 => vec![ProblemKind::BeginsLate { first_sequence: 3 }],
            1 => vec![ProblemKind::MissingSegment { first_sequence: 5 }],
            2 => vec![ProblemKind::MissingSegment { first_sequence: 7 }],
            _ => vec![],
        };
        assert_eq!(kinds(&house.verify()), expected);
    }
}

#[test]
fn what_was_removed_on_purpose_is_no_problem_and_nothing_at_all_is_one() {
    let house = House::with_segments_of(900);
    write_log(house.path(), 900, &[2, 2], 1);
    std::fs::remove_file(&house.segments()[0]).unwrap();
    let from_the_third = Expected { log_id: LOG_ID, first_sequence: 3, heads: &[] };
    assert!(verify(house.path(), &key(), &from_the_third).unwrap().is_sound());
    std::fs::remove_file(&house.segments()[0]).unwrap();
    assert_eq!(kinds(&verify(house.path(), &key(), &from_the_third).unwrap()), [ProblemKind::NoLog]);
}

#[test]
fn segments_that_changed_names_are_found() {
    let house = House::with_segments_of(900);
    write_log(house.path(), 900, &[2, 2, 2], 1);
    let segments = house.segments();
    let third = house.path().join("third");
    std::fs::rename(&segments[0], &third).unwrap();
    std::fs::rename(&segments[1], &segments[0]).unwrap();
    std::fs::rename(&third, &segments[1]).unwrap();
    let found = kinds(&house.verify());
    assert!(found.contains(&ProblemKind::WrongName { first_sequence: 3 }), "{found:?}");
    assert!(found.contains(&ProblemKind::WrongName { first_sequence: 1 }), "{found:?}");
    assert!(found.contains(&ProblemKind::OutOfOrder { found: 1 }), "{found:?}");
}

#[test]
fn a_sealed_segment_without_its_tail_is_found() {
    let house = House::with_segments_of(1500);
    let layout = write_log(house.path(), 1500, &[5, 2], 1);
    let path = house.segments()[0].clone();
    let whole = std::fs::read(&path).unwrap();
    for end in layout[0].iter().copied().take(6) {
        let mut content = whole.clone();
        content[end..].fill(0);
        std::fs::write(&path, &content).unwrap();
        assert!(kinds(&house.verify()).contains(&ProblemKind::NotClosed));
        std::fs::write(&path, &content[..end]).unwrap();
        assert!(kinds(&house.verify()).contains(&ProblemKind::NotClosed));
    }
}

#[test]
fn a_log_that_was_cut_no_longer_has_the_heads_it_had() {
    let house = House::with_segments_of(900);
    let log = house.log();
    let mut heads = vec![log.head()];
    for sequence in 1..=12 {
        append_numbered(&log, sequence, sequence);
        heads.push(log.head());
    }
    log.close();
    let check = |heads: &[Head]| {
        let expected = Expected { log_id: LOG_ID, first_sequence: 1, heads };
        verify(house.path(), &key(), &expected).unwrap()
    };
    assert_eq!(kinds(&check(&heads)), []);
    assert_eq!(check(&heads).head, heads.last().copied());

    // The newest frame is cut without a trace.
    let newest = house.segments().pop().unwrap();
    let content = std::fs::read(&newest).unwrap();
    let end = content.iter().rposition(|byte| *byte != 0).unwrap() + 1;
    let length = 90 + 4 + super::text(12).len();
    overwrite(&newest, end - length, &vec![0; length]);
    assert_eq!(kinds(&check(&heads[..12])), []);
    let report = check(&heads);
    assert_eq!(kinds(&report), [ProblemKind::HeadMissing]);
    assert_eq!(report.problems[0].sequence, 12);

    // And another history is told instead.
    let opened = house.open();
    opened.log.append(&[b"something else"]).unwrap();
    opened.log.close();
    let report = check(&heads);
    assert_eq!(kinds(&report), [ProblemKind::HeadMissing]);
    assert_eq!(report.head.map(|head| head.sequence), Some(12));
}

#[test]
fn a_frame_forged_without_the_key_is_found_at_the_end_and_inside() {
    let house = House::with_segments_of(1500);
    let layout = write_log(house.path(), 1500, &[3], 1);
    let head = house.verify().head.unwrap();
    let path = house.segments()[0].clone();
    let front = Front { kind: Kind::Records, first_sequence: 4, synced_sequence: 3, previous: head.mac };
    let mut forged = Vec::new();
    write_frame(&mut forged, &LogKey::new(&[7; 32]), &front, &[b"it was not me"]).unwrap();
    overwrite(&path, layout[0][3], &forged);
    let report = house.verify();
    assert_eq!(kinds(&report), [ProblemKind::TornTail]);
    assert_eq!((report.problems[0].sequence, report.head), (4, Some(head)));

    // With a true frame behind it, one made from the old end with the old key.
    let mut behind = Vec::new();
    write_frame(&mut behind, &key(), &Front { first_sequence: 5, ..front }, &[b"five"]).unwrap();
    overwrite(&path, layout[0][3] + forged.len(), &behind);
    assert_eq!(kinds(&house.verify()), [ProblemKind::EditedFrame]);
}

#[test]
fn a_frame_from_another_chain_under_the_same_key_does_not_link() {
    let house = House::with_segments_of(1500);
    let layout = write_log(house.path(), 1500, &[3], 1);
    let front = Front { kind: Kind::Records, first_sequence: 4, synced_sequence: 3, previous: [9; 32] };
    let mut foreign = Vec::new();
    write_frame(&mut foreign, &key(), &front, &[b"from elsewhere"]).unwrap();
    overwrite(&house.segments()[0], layout[0][3], &foreign);
    assert_eq!(kinds(&house.verify()), [ProblemKind::BrokenLink]);
}

#[test]
fn a_segment_of_another_log_is_found() {
    let house = House::with_segments_of(900);
    write_log(house.path(), 900, &[2, 2], 1);
    let path = house.segments()[1].clone();
    let content = std::fs::read(&path).unwrap();
    let (true_header, _) = Header::read(&content, &key()).unwrap();
    let (header, _) = Header { log_id: [7; 16], ..true_header }.write(&key());
    overwrite(&path, 0, &header);
    assert_eq!(kinds(&house.verify()), [ProblemKind::WrongLog, ProblemKind::BrokenLink]);
}

#[test]
fn something_behind_a_closing_frame_is_found() {
    let house = House::with_segments_of(1500);
    let layout = write_log(house.path(), 1500, &[3, 2], 1);
    let path = house.segments()[0].clone();
    let content = std::fs::read(&path).unwrap();
    let end = *layout[0].last().unwrap();
    overwrite(&path, end + 7, b"hidden");
    assert_eq!(kinds(&house.verify()), [ProblemKind::AfterClosing]);
    overwrite(&path, end, &content[layout[0][0]..layout[0][1]]);
    assert!(kinds(&house.verify()).contains(&ProblemKind::AfterClosing));
}
