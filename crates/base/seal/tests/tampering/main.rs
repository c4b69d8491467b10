//! Every format against every way to open it, and against whoever edits the bytes.

#![cfg(test)]

mod specimen;

use std::sync::LazyLock;

use keepwell_seal::{CiphertextBlob, KeyRef, decrypt, encrypt, unwrap, wrap};
use proptest::{collection::vec, prelude::any, prop_assert, prop_assert_eq, proptest, sample::Index, sample::select};

use crate::specimen::{Numbers, Specimen, Way, key};

/// Tries the bytes in all ways that open one of the specimens. Whatever opens is what one of them holds, and all that was
/// looked at is as it is there, byte for byte.
fn assert_nothing_new(genuine: &[&Specimen], bytes: &[u8], what: &str) -> Tried {
    let mut tried = Tried::default();
    for way in genuine.iter().flat_map(|specimen| &specimen.ways) {
        let Some(opened) = way.open(bytes) else {
            tried.refused += 1;
            continue;
        };
        tried.opened += 1;
        let is_genuine = genuine.iter().any(|specimen| way.open(&specimen.bytes).as_ref() == Some(&opened));
        assert!(is_genuine, "{way:?} opened {what}");
    }
    tried
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Tried {
    refused: usize,
    opened: usize,
}

impl std::ops::AddAssign for Tried {
    fn add_assign(&mut self, more: Self) {
        self.refused += more.refused;
        self.opened += more.opened;
    }
}

#[test]
fn what_is_sealed_opens_in_its_own_ways_and_in_no_other() {
    let (mut tried, mut ways) = (Tried::default(), 0);
    for specimen in Specimen::all() {
        ways += specimen.ways.len();
        for way in Way::all() {
            let expected = specimen.ways.contains(&way).then_some(&specimen.content);
            let opened = way.open(&specimen.bytes).map(|opened| opened.content);
            assert_eq!(opened.as_ref(), expected, "{way:?} of {:?}", specimen.ways);
            match expected {
                Some(_) => tried.opened += 1,
                None => tried.refused += 1,
            }
        }
    }
    println!("formats, keys, materials and contexts: {tried:?}");
    assert_eq!(tried, Tried { refused: 80 * 32 - ways, opened: ways });
}

#[test]
fn a_flipped_bit_opens_nothing() {
    let (mut tried, mut unseen) = (Tried::default(), 0);
    for specimen in Specimen::all() {
        for position in 0..specimen.bytes.len() {
            for bit in 0..8 {
                let mut bytes = specimen.bytes.clone();
                bytes[position] ^= 1 << bit;
                tried += assert_nothing_new(&[&specimen], &bytes, &format!("bit {bit} of byte {position}"));
            }
        }
        // Of three wraps, each of two ways looks at one.
        unseen += if specimen.ways.len() == 2 { 2 * 2 * 96 * 8 } else { 0 };
    }
    println!("flipped bits: {tried:?}");
    assert_eq!(tried.opened, unseen, "only what lies in a wrap under another key may change unseen");
}

#[test]
fn bytes_that_are_cut_or_added_open_nothing() {
    let mut tried = Tried::default();
    for specimen in Specimen::all() {
        for length in 0..specimen.bytes.len() {
            let (start, end) = specimen.bytes.split_at(length);
            tried += assert_nothing_new(&[&specimen], start, &format!("the first {length} bytes"));
            tried += assert_nothing_new(&[&specimen], &end[1..], &format!("the end from byte {length}"));
            tried += assert_nothing_new(&[&specimen], &[start, &end[1..]].concat(), &format!("all but byte {length}"));
            for added in [0, 1, 0xff] {
                let bytes = [start, &[added], end].concat();
                tried += assert_nothing_new(&[&specimen], &bytes, &format!("{added} added at {length}"));
            }
        }
        for added in [&[0][..], &specimen.bytes] {
            let bytes = [specimen.bytes.as_slice(), added].concat();
            tried += assert_nothing_new(&[&specimen], &bytes, "more behind it");
        }
    }
    println!("cut or added bytes: {tried:?}");
    assert_eq!(tried.opened, 0);
}

#[test]
fn parts_of_two_make_no_third() {
    // Where fields begin and end in any of the formats.
    const PLACES: [usize; 20] = [0, 1, 2, 3, 17, 18, 19, 22, 23, 29, 38, 39, 50, 51, 99, 119, 195, 215, 291, 303];
    let all = Specimen::all();
    let mut tried = Tried::default();
    for (place, one) in all.iter().enumerate() {
        let same_format = |other: &&Specimen| other.ways[0].format == one.ways[0].format;
        for other in all.iter().cycle().skip(place + 1).filter(same_format).take(5) {
            let length = one.bytes.len().min(other.bytes.len());
            for start in PLACES.into_iter().filter(|start| *start < length) {
                for end in PLACES.into_iter().chain([other.bytes.len()]).filter(|end| start < *end) {
                    let Some(part) = other.bytes.get(start..end) else { continue };
                    let after = if end == other.bytes.len() { &[] } else { one.bytes.get(end..).unwrap_or_default() };
                    let mixed = [&one.bytes[..start], part, after].concat();
                    if mixed != one.bytes && mixed != other.bytes {
                        let what = format!("bytes {start} to {end} of another");
                        tried += assert_nothing_new(&[one, other], &mixed, &what);
                    }
                }
            }
        }
    }
    println!("swapped parts: {tried:?}");
    assert!(tried.refused > tried.opened, "what opens has a foreign wrap beside its own: {tried:?}");
}

proptest! {
    #[test]
    fn edited_bytes_open_nothing_and_stop_nothing(
        specimen in any::<Index>(),
        edits in vec((any::<Index>(), any::<u8>()), 1..6),
        cut in any::<Option<Index>>(),
        added in vec(any::<u8>(), 0..20),
    ) {
        static ALL: LazyLock<Vec<Specimen>> = LazyLock::new(Specimen::all);
        let specimen = specimen.get(&ALL);
        let mut bytes = specimen.bytes.clone();
        for (place, byte) in edits {
            *place.get_mut(&mut bytes) = byte;
        }
        bytes.truncate(cut.map_or(bytes.len(), |cut| cut.index(bytes.len())));
        bytes.extend_from_slice(&added);
        assert_nothing_new(&[specimen], &bytes, "edited bytes");
    }

    #[test]
    fn any_bytes_open_nothing_and_stop_nothing(
        head in select(vec![&[][..], &[1], &[1, 1, 1], &[1, 2, 4], &[0x4b, 1]]),
        bytes in vec(any::<u8>(), 0..700),
    ) {
        let bytes = [head, bytes.as_slice()].concat();
        for way in Way::all() {
            prop_assert_eq!(way.open(&bytes), None);
        }
    }

    #[test]
    fn another_pair_of_a_context_opens_nothing(
        pairs in vec((any::<String>(), any::<String>()), 1..4),
        changed in any::<Index>(),
        key_or_value in any::<bool>(),
        put in any::<String>(),
    ) {
        let right: Vec<(&str, &str)> = pairs.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        let mut other = right.clone();
        let pair = changed.get_mut(&mut other);
        if key_or_value { pair.0 = &put } else { pair.1 = &put }
        let is_same = { let (mut a, mut b) = (right.clone(), other.clone()); a.sort(); b.sort(); a == b };
        let entropy = Numbers::from(7);
        let which = KeyRef { key: [1; 16], material: 1 };
        let bytes = encrypt((which, &key(1)), &right, b"content", &entropy).unwrap();
        let blob = CiphertextBlob::parse(&bytes).unwrap();
        prop_assert!(decrypt(&key(1), &right, &blob).is_ok());
        prop_assert_eq!(decrypt(&key(1), &other, &blob).is_ok(), is_same);
        let wrapped = wrap(&key(1), &key(2), &right, &entropy).unwrap();
        prop_assert_eq!(unwrap(&key(1), wrapped.as_bytes(), &other).is_ok(), is_same);
        let fewer = &right[1..];
        prop_assert!(decrypt(&key(1), fewer, &blob).is_err());
        prop_assert!(unwrap(&key(1), wrapped.as_bytes(), fewer).is_err());
    }
}
