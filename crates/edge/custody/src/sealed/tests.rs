use proptest::{collection::vec, prelude::any, prop_assert, proptest};

use super::*;
use crate::testing::{DEPLOYMENT, Xorshift, root_key};

fn key(byte: u8) -> KeyMaterial {
    KeyMaterial::from_bytes(&SecretBytes::new(vec![byte; 32])).unwrap()
}

fn parameters() -> Parameters {
    let bytes: Vec<u8> = [[0, 0, 0x4c, 0], [0, 0, 0, 1], [0, 0, 0, 1]].concat().into_iter().chain(1..=16).collect();
    Parameters::parse(CustodyKind::Passphrase, &bytes).unwrap_or_else(|error| panic!("{error}"))
}

fn sealed() -> SealedRootKey {
    SealedRootKey::seal_under(&key(1), parameters(), &root_key(), DEPLOYMENT, &Xorshift::seeded(5)).unwrap()
}

/// What the bytes open to, if they can be read and opened.
fn opened(bytes: &[u8]) -> Option<SecretBytes> {
    SealedRootKey::parse(bytes).ok()?.open_under(&key(1), DEPLOYMENT)
}

#[test]
fn what_was_sealed_is_read_back_and_opens_for_its_key_and_deployment() {
    let read = SealedRootKey::parse(sealed().as_bytes()).unwrap();
    assert_eq!(read, sealed());
    assert_eq!(read.open_under(&key(1), DEPLOYMENT), Some(root_key()));
    assert_eq!(read.open_under(&key(2), DEPLOYMENT), None);
    assert_eq!(read.open_under(&key(1), "d-0123456789abcdee"), None);
}

#[test]
fn every_changed_byte_is_refused() {
    for position in 0..sealed().as_bytes().len() {
        for bit in 0..8 {
            let mut bytes = sealed().as_bytes().to_vec();
            bytes[position] ^= 1 << bit;
            assert_eq!(opened(&bytes), None, "bit {bit} of byte {position}");
        }
    }
}

#[test]
fn every_cut_or_extended_one_is_refused() {
    let bytes = sealed().as_bytes().to_vec();
    for length in 0..bytes.len() {
        assert!(SealedRootKey::parse(&bytes[..length]).is_err(), "{length} bytes");
    }
    assert!(SealedRootKey::parse(&[&bytes[..], &[0]].concat()).is_err());
}

#[test]
fn other_versions_kinds_and_lengths_are_refused_by_name() {
    let with = |position: usize, byte: u8| {
        let mut bytes = sealed().as_bytes().to_vec();
        bytes[position] = byte;
        SealedRootKey::parse(&bytes).unwrap_err()
    };
    assert_eq!(with(0, 2), FormatError::UnknownVersion(2));
    assert_eq!(with(1, 0), FormatError::UnknownKind(0));
    assert_eq!(with(1, 77), FormatError::UnknownKind(77));
    assert_eq!(with(2, 0xff), FormatError::TooLong);
    assert_eq!(with(3, 27), FormatError::Damaged);
}

#[test]
fn only_a_root_key_is_sealed_and_only_for_a_deployment() {
    let seal = |root_key: &SecretBytes, deployment: &str| {
        let sealed = SealedRootKey::seal_under(&key(1), parameters(), root_key, deployment, &Xorshift::seeded(5));
        sealed.unwrap_err().to_string()
    };
    let refusal = CustodyError::NotSealable.to_string();
    assert_eq!(seal(&SecretBytes::new(vec![1; 31]), DEPLOYMENT), refusal);
    assert_eq!(seal(&root_key(), ""), refusal);
    assert_eq!(seal(&root_key(), &"d".repeat(257)), refusal);
}

#[test]
fn printing_one_tells_who_can_open_it_and_nothing_else() {
    let told = "a passphrase (Argon2id, 19 MiB, passes: 1, lanes: 1)";
    assert_eq!(sealed().to_string(), told);
    assert_eq!(format!("{:?}", sealed()), format!("SealedRootKey({told})"));
}

#[test]
fn kinds_are_named_as_in_settings() {
    for kind in CustodyKind::ALL {
        assert_eq!(CustodyKind::parse(kind.as_str()), Some(kind));
    }
    assert_eq!(CustodyKind::parse("Passphrase"), None);
}

#[test]
fn the_format_does_not_change_unnoticed() {
    // Computed from the tables in the documentation of this crate and of keepwell-seal, by another program with another
    // library.
    assert_eq!(
        hex::encode(sealed().as_bytes()),
        "0101001c00004c0000000001000000010102030405060708090a0b0c0d0e0f1001011e9a4a1c09762ccefc802f4639b2bb590075375cae3d\
         45341695096f984aaafb0dd751b4d6d5d32e8453b5577e7aed46bb40b659df175aadb28ab91da3bc23cc7700d4cc5efa8b905c97db"
    );
}

proptest! {
    #[test]
    fn what_was_not_sealed_is_refused(bytes in vec(any::<u8>(), 0..300)) {
        prop_assert!(opened(&bytes).is_none());
    }

    #[test]
    fn what_begins_like_a_sealed_one_is_refused(kind in 1..=4_u8, rest in vec(any::<u8>(), 0..300)) {
        prop_assert!(opened(&[&[1, kind][..], &rest].concat()).is_none());
    }
}
