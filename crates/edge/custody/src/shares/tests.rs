use proptest::{collection::vec, prelude::any, prop_assert, proptest};

use super::*;
use crate::testing::{DEPLOYMENT, Xorshift, root_key};

fn sealed_by(seed: u64) -> SealedInShares {
    seal(&root_key(), DEPLOYMENT, 3, 5, &Xorshift::seeded(seed)).unwrap()
}

fn collector() -> ShareCollector {
    ShareCollector::new(sealed_by(1).sealed, DEPLOYMENT).unwrap()
}

fn text_of(share: &SecretBytes) -> String {
    String::from_utf8(share.expose().to_vec()).unwrap()
}

fn secret(text: &str) -> SecretBytes {
    SecretBytes::copy_of(text.as_bytes())
}

fn set_of(sealed: &SealedInShares) -> String {
    hex::encode(&sealed.sealed.as_bytes()[4..8])
}

/// Why the share is refused, at once.
fn refusal(collector: &mut ShareCollector, text: &str) -> ShareError {
    match collector.add(&secret(text)).unwrap_err() {
        CustodyError::Share(refusal) => refusal,
        other => panic!("{other}"),
    }
}

#[test]
fn enough_shares_in_any_order_open_the_root_key() {
    let shares = sealed_by(1).shares;
    for chosen in [[0, 1, 2], [4, 2, 0], [3, 4, 1]] {
        let mut collector = collector();
        assert_eq!(collector.add(&shares[chosen[0]]).unwrap(), Gathered::Waiting { missing: 2 });
        assert_eq!(collector.add(&shares[chosen[1]]).unwrap(), Gathered::Waiting { missing: 1 });
        assert_eq!(collector.add(&shares[chosen[2]]).unwrap(), Gathered::Opened(root_key()));
        assert_eq!((collector.missing(), collector.numbers().count()), (3, 0), "they are forgotten");
    }
}

#[test]
fn a_share_is_a_line_that_says_what_it_is() {
    let sealed = sealed_by(1);
    let set = set_of(&sealed);
    for (number, share) in (1..).zip(&sealed.shares) {
        let text = text_of(share);
        assert!(text.starts_with(&format!("keepwell-share-v1:{set}:{number}:3:5:")), "{text}");
        assert_eq!(text.len(), "keepwell-share-v1:".len() + 9 + 6 + 65 + 8);
    }
    assert_eq!(sealed.sealed.to_string(), format!("3 of 5 shares of the set {set}"));
}

#[test]
fn capitals_and_broken_lines_do_no_harm() {
    let shares = sealed_by(1).shares;
    let mut collector = collector();
    collector.add(&secret(&text_of(&shares[0]).to_uppercase())).unwrap();
    let text = text_of(&shares[1]);
    let (one, other) = text.split_at(40);
    let broken = format!("  {one}\r\n  {other}\n");
    assert_eq!(collector.add(&secret(&broken)).unwrap(), Gathered::Waiting { missing: 1 });
}

#[test]
fn every_mistyped_character_is_noticed_and_the_others_are_kept() {
    let shares = sealed_by(1).shares;
    let text = text_of(&shares[1]);
    let mut collector = collector();
    collector.add(&shares[0]).unwrap();
    for position in 0..text.len() {
        for typed in ["0", "1", "e", ":", "x"] {
            let mut mistyped = text.clone();
            mistyped.replace_range(position..=position, typed);
            if mistyped != text {
                let refusal = refusal(&mut collector, &mistyped);
                assert!(matches!(refusal, ShareError::Mistyped | ShareError::NotAShare), "{mistyped}: {refusal}");
            }
        }
        let left_out = text.chars().enumerate().filter(|(at, _)| *at != position).map(|(_, c)| c).collect::<String>();
        assert!(matches!(refusal(&mut collector, &left_out), ShareError::Mistyped | ShareError::NotAShare));
    }
    assert_eq!(collector.numbers().collect::<Vec<_>>(), [1]);
    assert_eq!(collector.add(&shares[1]).unwrap(), Gathered::Waiting { missing: 1 });
}

#[test]
fn a_digit_that_was_mistyped_is_told_as_that() {
    let text = text_of(&sealed_by(1).shares[0]);
    let digit = text.len() - 20;
    let mut mistyped = text.clone();
    let is_nought = text.as_bytes()[digit] == b'0';
    mistyped.replace_range(digit..=digit, if is_nought { "1" } else { "0" });
    assert_eq!(refusal(&mut collector(), &mistyped), ShareError::Mistyped);
}

#[test]
fn a_share_of_another_set_is_told_as_that() {
    let set = set_of(&sealed_by(1));
    let other = text_of(&sealed_by(2).shares[0]);
    assert_eq!(refusal(&mut collector(), &other), ShareError::OtherSet { set });
}

#[test]
fn a_repeated_share_is_told_as_that_and_counts_once() {
    let shares = sealed_by(1).shares;
    let mut collector = collector();
    collector.add(&shares[3]).unwrap();
    assert_eq!(refusal(&mut collector, &text_of(&shares[3])), ShareError::Repeated { number: 4 });
    assert_eq!(collector.missing(), 2);
}

/// A share that nobody was given, with a checksum that is right.
fn forged(number: u8) -> String {
    let Parameters::Shares(parameters) = *sealed_by(1).sealed.parameters() else { panic!() };
    let share = Share { parameters, number, point: Box::new(zeroize::Zeroizing::new([7; 32])) };
    text_of(&share.text())
}

#[test]
fn two_shares_of_one_number_are_told_as_that() {
    let mut collector = collector();
    collector.add(&sealed_by(1).shares[0]).unwrap();
    assert_eq!(refusal(&mut collector, &forged(1)), ShareError::Contradicts { number: 1 });
}

#[test]
fn shares_that_do_not_open_are_all_forgotten() {
    let shares = sealed_by(1).shares;
    let mut collector = collector();
    collector.add(&shares[0]).unwrap();
    collector.add(&secret(&forged(2))).unwrap();
    assert_eq!(refusal(&mut collector, &text_of(&shares[2])), ShareError::DoNotOpen);
    for share in &shares[..2] {
        assert!(matches!(collector.add(share).unwrap(), Gathered::Waiting { .. }));
    }
    assert_eq!(collector.add(&shares[2]).unwrap(), Gathered::Opened(root_key()));
}

#[test]
fn another_deployment_does_not_open() {
    let sealed = sealed_by(1);
    let mut collector = ShareCollector::new(sealed.sealed, "d-other").unwrap();
    for share in &sealed.shares[..2] {
        collector.add(share).unwrap();
    }
    assert_eq!(refusal(&mut collector, &text_of(&sealed.shares[2])), ShareError::DoNotOpen);
}

#[test]
fn numbers_of_no_share_are_refused() {
    for number in [0, 6, 255] {
        assert_eq!(refusal(&mut collector(), &forged(number)), ShareError::NotAShare);
    }
}

#[test]
fn thresholds_that_make_no_sense_are_refused() {
    for (threshold, count) in [(0, 0), (0, 3), (1, 1), (1, 3), (4, 3), (2, 17), (17, 17)] {
        let error = seal(&root_key(), DEPLOYMENT, threshold, count, &Xorshift::seeded(1)).unwrap_err();
        assert!(matches!(error, CustodyError::Share(ShareError::NoSuchThreshold)), "{threshold} of {count}: {error}");
        let forged = [&[1, 2, 0, 6, 1, 2, 3, 4, threshold, count][..], &[0; 77]].concat();
        assert_eq!(SealedRootKey::parse(&forged), Err(FormatError::Damaged));
    }
    for (threshold, count) in [(2, 2), (2, 16), (16, 16)] {
        let sealed = seal(&root_key(), DEPLOYMENT, threshold, count, &Xorshift::seeded(1)).unwrap();
        assert_eq!(sealed.shares.len(), usize::from(count));
    }
}

#[test]
fn what_another_kind_sealed_takes_no_shares() {
    let passphrase = SecretBytes::copy_of(b"correct horse battery");
    let costs = crate::Costs::new(crate::Costs::MEMORY_KIB_MIN, 1, 1).unwrap();
    let custody = crate::PassphraseCustody::new(passphrase, costs).unwrap();
    let sealed = crate::Custody::seal(&custody, &root_key(), DEPLOYMENT, &Xorshift::seeded(1)).unwrap();
    let error = ShareCollector::new(sealed, DEPLOYMENT).unwrap_err();
    assert_eq!(error.to_string(), "the root key is sealed by passphrase, and not by shares");
    let error = crate::Custody::open(&custody, &sealed_by(1).sealed, DEPLOYMENT).unwrap_err();
    assert_eq!(error.to_string(), "the root key is sealed by shares, and not by passphrase");
}

#[test]
fn nothing_that_is_printed_shows_a_share() {
    let sealed = sealed_by(1);
    let mut collector = collector();
    collector.add(&sealed.shares[0]).unwrap();
    let printed = format!("{sealed:?} {collector:?} {:?}", collector.add(&sealed.shares[0]));
    let text = text_of(&sealed.shares[0]);
    let point = text.split(':').nth(5).unwrap();
    assert!(!printed.contains(point.split_at(8).0), "{printed}");
    assert!(printed.contains("ShareCollector(1 of 3 needed)"), "{printed}");
}

proptest! {
    #[test]
    fn no_text_that_is_no_share_is_taken(text in vec(any::<u8>(), 0..200)) {
        prop_assert!(collector().add(&SecretBytes::new(text)).is_err());
    }

    #[test]
    fn no_text_that_looks_like_a_share_is_taken(text in "keepwell-share-v1:[0-9a-f]{8}:[1-5]:3:5:[0-9a-f]{64}:[0-9a-f]{8}") {
        prop_assert!(collector().add(&secret(&text)).is_err());
    }
}
