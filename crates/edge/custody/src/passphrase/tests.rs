use super::*;
use crate::testing::{DEPLOYMENT, Xorshift, root_key};

const PASSPHRASE: &[u8] = b"correct horse battery";

/// Little, so that tests are quick.
fn costs() -> Costs {
    Costs::new(Costs::MEMORY_KIB_MIN, 1, 1).unwrap()
}

fn custody(passphrase: &[u8]) -> PassphraseCustody {
    PassphraseCustody::new(SecretBytes::copy_of(passphrase), costs()).unwrap()
}

fn refusal(passphrase: &[u8]) -> PassphraseError {
    PassphraseCustody::new(SecretBytes::copy_of(passphrase), costs()).err().unwrap()
}

fn sealed() -> SealedRootKey {
    custody(PASSPHRASE).seal(&root_key(), DEPLOYMENT, &Xorshift::seeded(9)).unwrap()
}

#[test]
fn the_passphrase_opens_what_it_sealed() {
    assert_eq!(sealed().kind(), CustodyKind::Passphrase);
    assert_eq!(custody(PASSPHRASE).open(&sealed(), DEPLOYMENT).unwrap(), root_key());
}

#[test]
fn another_passphrase_or_deployment_does_not() {
    for (passphrase, deployment) in
        [(&b"correct horse batterz"[..], DEPLOYMENT), (b"correct horse battery ", DEPLOYMENT), (PASSPHRASE, "d-other")]
    {
        let error = custody(passphrase).open(&sealed(), deployment).unwrap_err();
        assert!(matches!(error, CustodyError::Passphrase(PassphraseError::Wrong)), "{error}");
    }
}

#[test]
fn each_seal_has_its_own_salt() {
    let entropy = Xorshift::seeded(3);
    let seal = || custody(PASSPHRASE).seal(&root_key(), DEPLOYMENT, &entropy).unwrap();
    assert_ne!(seal().as_bytes()[16..32], seal().as_bytes()[16..32]);
}

#[test]
fn what_is_sealed_opens_at_its_own_costs_whatever_is_asked_of_new_ones() {
    let dearer = Costs::new(Costs::MEMORY_KIB_MIN + 1024, 2, 2).unwrap();
    let dearer = PassphraseCustody::new(SecretBytes::copy_of(PASSPHRASE), dearer).unwrap();
    assert_eq!(dearer.open(&sealed(), DEPLOYMENT).unwrap(), root_key());
    let sealed = dearer.seal(&root_key(), DEPLOYMENT, &Xorshift::seeded(9)).unwrap();
    assert_eq!(sealed.to_string(), "a passphrase (Argon2id, 20 MiB, passes: 2, lanes: 2)");
    assert_eq!(custody(PASSPHRASE).open(&sealed, DEPLOYMENT).unwrap(), root_key());
}

#[test]
fn the_key_is_argon2id_as_its_reference_implementation_computes_it() {
    // `echo -n "correct horse battery" | argon2 "0123456789abcdef" -id -t 1 -k 19456 -p 1 -l 32 -r`
    let parameters = PassphraseParameters { costs: costs(), salt: *b"0123456789abcdef" };
    let key = parameters.key_encryption_key(&SecretBytes::copy_of(PASSPHRASE)).unwrap();
    assert_eq!(hex::encode(key.expose()), "3b330eefad6119d735fa99fad2fd86c490375c6e4d33ada39a3a97c5d2016656");
}

#[test]
fn short_passphrases_and_what_is_none_are_refused() {
    assert_eq!(refusal(b""), PassphraseError::TooShort);
    assert_eq!(refusal(b"fourteen chars"), PassphraseError::TooShort);
    assert_eq!(refusal("äöüäöüäöüäöüäö".as_bytes()), PassphraseError::TooShort);
    assert_eq!(refusal(b"a passphrase of\ntwo lines"), PassphraseError::NotAPassphrase);
    assert_eq!(refusal(b"\xff\xfe a passphrase"), PassphraseError::NotAPassphrase);
    assert_eq!(refusal(&[b'a'; PASSPHRASE_BYTES_MAX + 1]), PassphraseError::NotAPassphrase);
    custody(b"fifteen letters");
    custody("Frühstück für dich".as_bytes());
}

#[test]
fn costs_out_of_bounds_are_refused_before_they_are_paid() {
    for (memory_kib, passes, lanes) in [
        (Costs::MEMORY_KIB_MIN - 1, 3, 1),
        (Costs::MEMORY_KIB_MAX + 1, 3, 1),
        (u32::MAX, 3, 1),
        (Costs::MEMORY_KIB_MIN, 0, 1),
        (Costs::MEMORY_KIB_MIN, Costs::PASSES_MAX + 1, 1),
        (Costs::MEMORY_KIB_MIN, 1, 0),
        (Costs::MEMORY_KIB_MIN, 1, Costs::LANES_MAX + 1),
    ] {
        assert_eq!(Costs::new(memory_kib, passes, lanes), None);
        let mut forged = sealed().as_bytes().to_vec();
        for (at, cost) in [(4, memory_kib), (8, passes), (12, lanes)] {
            forged[at..at + 4].copy_from_slice(&cost.to_be_bytes());
        }
        assert_eq!(SealedRootKey::parse(&forged), Err(FormatError::CostsOutOfRange), "{memory_kib} {passes} {lanes}");
    }
    let Costs { memory_kib, passes, lanes } = Costs::DEFAULT;
    assert_eq!(Costs::new(memory_kib, passes, lanes), Some(Costs::DEFAULT));
}

#[test]
fn no_error_quotes_the_passphrase() {
    let error = custody(b"canary canary canary").open(&sealed(), DEPLOYMENT).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("canary"));
}
