use proptest::{collection::vec, prelude::any, prop_assert_eq, proptest, sample::select};

use super::*;
use crate::testing::{Counting, Xorshift, hex, key};

const FIRST: KeyRef = KeyRef { key: *b"sixteen byte id.", material: 1 };
const SECOND: KeyRef = KeyRef { key: [7; 16], material: 3 };
const CONTEXT: SealContext<'_> = SealContext {
    secret_arn: "arn:aws:secretsmanager:eu-central-1:000000000000:secret:db-Ab12Cd",
    version_id: "11111111-2222-4333-8444-555555555555",
};
const ONE_WRAP: usize = HEAD_LENGTH + WRAP_LENGTH + VALUE_OVERHEAD;

fn seal(kind: ValueKind, entropy: &dyn Entropy) -> SealedValue {
    seal_value((FIRST, &key(1)), CONTEXT, kind, &SecretBytes::copy_of(b"correct horse"), entropy).unwrap()
}

fn sealed() -> SealedValue {
    seal(ValueKind::String, &Counting::from(0))
}

/// Opens by the second key first, then by the first.
fn rewrapped() -> SealedValue {
    rewrap_value((FIRST, &key(1)), (SECOND, &key(2)), CONTEXT, &sealed(), &Counting::from(50)).unwrap()
}

fn open(bytes: &[u8]) -> Result<(ValueKind, SecretBytes), OpenError> {
    let sealed = SealedValue::from_stored(bytes).map_err(|_| OpenError)?;
    open_value(FIRST, &key(1), CONTEXT, &sealed)
}

/// Wraps a value under further keys, each with the material of its own number.
fn wrapped_by(keys: &[(u8, u32)]) -> SealedValue {
    keys.iter().fold(sealed(), |sealed, (number, material)| {
        let newest = sealed.newest();
        let held = if newest == FIRST { key(1) } else { key(newest.key[0]) };
        let which = KeyRef { key: [*number; 16], material: *material };
        rewrap_value((newest, &held), (which, &key(*number)), CONTEXT, &sealed, &Counting::from(9)).unwrap()
    })
}

#[test]
fn the_formats_do_not_change_unnoticed() {
    // Computed from the tables in the documentation by a Python program with the package `cryptography`.
    let wrap = "7369787465656e20627974652069642e00000001202122232425262728292a2b2c2d2e2f303132333435363738393a3bec06400f4a52121607dbb19f2c34d58fd2397aeb1c40dec59353d29669c606e2a668eb9112cfbf96f119d6b4c61ace90";
    let new_wrap = "070707070707070707070707070707070000000332333435363738393a3b3c3d3e3f404142434445464748494a4b4c4dd50e510d1fe7b0eccd12b4b9f931f3438c0c8d337ef7879ba8693b396dfe1a1217b0a49f089c546e0ee907488ef4e484";
    let value = "3c3d3e3f404142434445464714b14b82912ca197c4cd1d5f4bd9c017e1ec0d84740df6eb0305d42f9c";
    assert_eq!(hex(sealed().as_bytes()), format!("010101{wrap}{value}"));
    assert_eq!(hex(rewrapped().as_bytes()), format!("010102{new_wrap}{wrap}{value}"));
}

#[test]
fn a_value_comes_back_with_its_kind() {
    for kind in [ValueKind::String, ValueKind::Binary] {
        let sealed = seal(kind, &Counting::from(9));
        assert_eq!((sealed.kind(), sealed.newest(), sealed.value_len()), (kind, FIRST, 13));
        assert_eq!(open(sealed.as_bytes()), Ok((kind, SecretBytes::copy_of(b"correct horse"))));
    }
}

#[test]
fn a_sealed_value_takes_little_beside_its_bytes() {
    assert_eq!(size_of::<SealedValue>(), 40);
}

#[test]
fn every_changed_bit_of_a_sealed_value_is_refused() {
    let genuine = sealed();
    for position in 0..genuine.as_bytes().len() {
        for bit in 0..8 {
            let mut bytes = genuine.as_bytes().to_vec();
            bytes[position] ^= 1 << bit;
            assert_eq!(open(&bytes), Err(OpenError), "bit {bit} of byte {position}");
        }
    }
}

#[test]
fn the_kind_cannot_be_changed() {
    let mut bytes = sealed().as_bytes().to_vec();
    bytes[1] = 2;
    assert_eq!(SealedValue::from_stored(bytes.as_slice()).map(|sealed| sealed.kind()), Ok(ValueKind::Binary));
    assert_eq!(open(&bytes), Err(OpenError));
}

#[test]
fn every_cut_or_extended_value_is_refused() {
    for (mut bytes, shortest) in
        [(sealed().as_bytes().to_vec(), ONE_WRAP), (rewrapped().as_bytes().to_vec(), ONE_WRAP + WRAP_LENGTH)]
    {
        assert_eq!(bytes.len(), shortest + 13);
        for length in 0..bytes.len() {
            assert_eq!(SealedValue::from_stored(&bytes[..length]).is_err(), length < shortest, "{length} bytes");
            assert_eq!(open(&bytes[..length]), Err(OpenError), "{length} bytes");
        }
        bytes.push(0);
        assert_eq!(open(&bytes), Err(OpenError));
    }
}

#[test]
fn unknown_versions_kinds_and_counts_are_no_known_format() {
    // Long enough for as many wraps as there may be, of different keys.
    let full = wrapped_by(&[(2, 1), (3, 1), (4, 1)]);
    for (position, known) in [(0, &[1][..]), (1, &[1, 2]), (2, &[1, 2, 3, 4])] {
        for byte in 0..=u8::MAX {
            let mut bytes = full.as_bytes().to_vec();
            bytes[position] = byte;
            assert_eq!(SealedValue::from_stored(bytes).is_ok(), known.contains(&byte), "{byte} at {position}");
        }
    }
}

#[test]
fn a_key_that_is_named_twice_is_no_known_format() {
    let genuine = rewrapped();
    let (head, rest) = genuine.as_bytes().split_at(HEAD_LENGTH);
    let (new, rest) = rest.split_at(WRAP_LENGTH);
    let (old, tail) = rest.split_at(WRAP_LENGTH);
    assert!(SealedValue::from_stored([head, old, new, tail].concat()).is_ok());
    assert_eq!(SealedValue::from_stored([head, old, old, tail].concat()), Err(FormatError));
    let mut other_material = old.to_vec();
    other_material[19] ^= 2;
    assert_eq!(SealedValue::from_stored([head, old, &other_material, tail].concat()), Err(FormatError));
}

#[test]
fn a_value_does_not_open_in_the_place_of_another() {
    let other_arn = CONTEXT.secret_arn.replace("Ab12Cd", "Ab12Ce");
    for context in [
        SealContext { secret_arn: &other_arn, ..CONTEXT },
        SealContext { version_id: "11111111-2222-4333-8444-555555555556", ..CONTEXT },
        SealContext { secret_arn: CONTEXT.version_id, version_id: CONTEXT.secret_arn },
        SealContext { secret_arn: "", version_id: "" },
    ] {
        assert_eq!(open_value(FIRST, &key(1), context, &sealed()), Err(OpenError), "{context:?}");
    }
}

#[test]
fn another_key_or_another_name_does_not_open_a_value() {
    assert_eq!(open_value(FIRST, &key(2), CONTEXT, &sealed()), Err(OpenError));
    for which in [SECOND, KeyRef { material: 2, ..FIRST }, KeyRef { key: SECOND.key, ..FIRST }] {
        assert_eq!(open_value(which, &key(1), CONTEXT, &sealed()), Err(OpenError), "{which:?}");
    }
}

#[test]
fn the_data_key_of_one_value_does_not_open_another() {
    let (genuine, other) = (sealed(), seal(ValueKind::String, &Counting::from(100)));
    let (head, _) = genuine.as_bytes().split_at(HEAD_LENGTH + WRAP_LENGTH);
    let (_, tail) = other.as_bytes().split_at(HEAD_LENGTH + WRAP_LENGTH);
    assert_eq!(open(&[head, tail].concat()), Err(OpenError));
}

#[test]
fn a_rewrapped_value_opens_with_the_new_key_and_with_the_old() {
    let rewrapped = rewrapped();
    assert_eq!((rewrapped.newest(), rewrapped.value_len()), (SECOND, 13));
    assert_eq!(rewrapped.wraps().collect::<Vec<_>>(), [SECOND, FIRST]);
    assert_eq!(SealedValue::from_stored(rewrapped.as_bytes()), Ok(rewrapped.clone()));
    for (which, number) in [(FIRST, 1), (SECOND, 2)] {
        let (kind, value) = open_value(which, &key(number), CONTEXT, &rewrapped).unwrap();
        assert_eq!((kind, value.expose()), (ValueKind::String, b"correct horse".as_slice()));
        assert_eq!(open_value(which, &key(3 - number), CONTEXT, &rewrapped), Err(OpenError));
    }
}

#[test]
fn a_wrap_of_the_same_key_is_replaced_and_of_five_the_oldest_falls_out() {
    let names = |sealed: &SealedValue| -> Vec<(u8, u32)> {
        sealed.wraps().map(|which| (which.key[0], which.material)).collect()
    };
    let first = (FIRST.key[0], 1);
    assert_eq!(names(&wrapped_by(&[(2, 1), (3, 1), (4, 1)])), [(4, 1), (3, 1), (2, 1), first]);
    assert_eq!(names(&wrapped_by(&[(2, 1), (3, 1), (4, 1), (5, 1)])), [(5, 1), (4, 1), (3, 1), (2, 1)]);
    assert_eq!(names(&wrapped_by(&[(2, 1), (3, 1), (2, 9)])), [(2, 9), (3, 1), first]);
    assert_eq!(names(&wrapped_by(&[(2, 1), (2, 1)])), [(2, 1), first]);
}

#[test]
fn a_value_is_not_rewrapped_by_another_key_or_in_another_place() {
    let elsewhere = SealContext { version_id: "other", ..CONTEXT };
    for (which, old, context) in [(FIRST, 3, CONTEXT), (FIRST, 1, elsewhere), (SECOND, 1, CONTEXT)] {
        let refused = rewrap_value((which, &key(old)), (SECOND, &key(2)), context, &sealed(), &Counting::from(50));
        assert_eq!(refused, Err(RewrapError::Open(OpenError)));
    }
}

#[test]
fn equal_values_are_sealed_differently() {
    let entropy = Counting::from(0);
    assert_ne!(seal(ValueKind::String, &entropy), seal(ValueKind::String, &entropy));
}

#[test]
fn printing_a_sealed_value_shows_nothing_of_it() {
    assert_eq!(format!("{:?}", sealed()), "SealedValue(..)");
}

proptest! {
    #[test]
    fn what_was_sealed_opens_by_every_wrap_that_it_has(
        value in vec(any::<u8>(), 0..5000),
        first in any::<([u8; 16], u32)>(),
        wraps in vec((select(vec![1, 2, 3, 4, 5, 6]), any::<u32>()), 0..7),
        secret_arn in any::<String>(),
        version_id in any::<String>(),
        binary in any::<bool>(),
        seed in 1_u64..,
    ) {
        let kind = if binary { ValueKind::Binary } else { ValueKind::String };
        let context = SealContext { secret_arn: &secret_arn, version_id: &version_id };
        let value = SecretBytes::new(value);
        let entropy = Xorshift::seeded(seed);
        let mut newest = (KeyRef { key: first.0, material: first.1 }, 7);
        let mut model = vec![newest];
        let mut sealed = seal_value((newest.0, &key(newest.1)), context, kind, &value, &entropy).unwrap();
        for (number, material) in wraps {
            let next = (KeyRef { key: [number; 16], material }, number);
            let (old, new) = ((newest.0, &key(newest.1)), (next.0, &key(next.1)));
            sealed = rewrap_value(old, new, context, &sealed, &entropy).unwrap();
            newest = next;
            model.retain(|(which, _)| which.key != next.0.key);
            model.insert(0, next);
            model.truncate(4);
        }
        let stored = SealedValue::from_stored(sealed.as_bytes()).unwrap();
        prop_assert_eq!((stored.newest(), stored.value_len()), (newest.0, value.len()));
        prop_assert_eq!(stored.wraps().collect::<Vec<_>>(), model.iter().map(|(which, _)| *which).collect::<Vec<_>>());
        for (which, number) in model {
            prop_assert_eq!(open_value(which, &key(number), context, &stored), Ok((kind, value.clone())));
        }
    }

    #[test]
    fn reading_any_bytes_ends_in_an_error_or_a_closed_value(bytes in vec(any::<u8>(), 0..600), count in 0_u8..6) {
        let bytes: Vec<u8> = [1, 1, count].into_iter().chain(bytes).collect();
        if let Ok(sealed) = SealedValue::from_stored(bytes) {
            for which in sealed.wraps() {
                prop_assert_eq!(open_value(which, &key(1), CONTEXT, &sealed), Err(OpenError));
            }
        }
    }
}
