use super::token::PinState;
use super::*;
use crate::error::TriesLeft;

const GOOD: PinState = PinState { is_set: true, is_locked: false, has_few_tries: false, has_one_try: false };

#[test]
fn a_pin_is_not_tried_where_it_could_lock_the_token() {
    assert!(GOOD.may_be_tried().is_ok());
    assert!(PinState { has_few_tries: true, ..GOOD }.may_be_tried().is_ok());
    let last = PinState { has_few_tries: true, has_one_try: true, ..GOOD };
    assert!(matches!(last.may_be_tried(), Err(TokenError::PinNotTried)));
    assert!(matches!(PinState { is_locked: true, ..last }.may_be_tried(), Err(TokenError::PinLocked)));
    assert!(matches!(PinState { is_set: false, ..GOOD }.may_be_tried(), Err(TokenError::PinUnusable)));
}

#[test]
fn a_wrong_pin_tells_what_the_token_says_of_further_tries() {
    let left = |state: PinState| match state.after_wrong_pin() {
        TokenError::PinWrong { left } => Some(left),
        _ => None,
    };
    assert_eq!(left(GOOD), Some(TriesLeft::Unknown));
    assert_eq!(left(PinState { has_few_tries: true, ..GOOD }), Some(TriesLeft::Few));
    assert_eq!(left(PinState { has_few_tries: true, has_one_try: true, ..GOOD }), Some(TriesLeft::One));
    assert!(matches!(PinState { is_locked: true, ..GOOD }.after_wrong_pin(), TokenError::PinLocked));
}

#[test]
fn without_its_module_custody_says_so() {
    let settings = Pkcs11Settings {
        module: PathBuf::from("/nowhere/module.so"),
        token: TokenChoice::Slot(1),
        pin: SecretBytes::copy_of(b"canary"),
        key: KeyChoice { label: "root".to_owned(), id: None },
    };
    let error = Pkcs11Custody::new(settings).create_key(None).unwrap_err().to_string();
    assert!(error.starts_with("the PKCS#11 module /nowhere/module.so cannot be used: "), "{error}");
    assert!(!error.contains("canary"), "{error}");
}

#[test]
fn parameters_are_read_as_they_are_written() {
    for wrapping in [Wrapping::AesGcm, Wrapping::AesKeyWrapPad, Wrapping::RsaOaepSha256, Wrapping::RsaOaepSha1] {
        let wrapped = Wrapped { wrapping, nonce: vec![7; wrapping.nonce_length()], bytes: vec![8; 48] };
        let parameters = Pkcs11Parameters { token_serial: "77".to_owned(), key_label: "root".to_owned(), wrapped };
        let mut bytes = Vec::new();
        parameters.write(&mut bytes).unwrap();
        let read = |bytes: &[u8]| Pkcs11Parameters::read(&mut Fields::of(bytes));
        assert!(read(&bytes) == Ok(parameters));
        for length in 0..bytes.len() {
            assert!(read(&bytes[..length]).is_err());
        }
        // The nonce of another mechanism.
        bytes[0] = if wrapping == Wrapping::AesGcm { Wrapping::AesKeyWrapPad } else { Wrapping::AesGcm }.code();
        assert!(read(&bytes).is_err());
        bytes[0] = 5;
        assert!(read(&bytes).is_err());
    }
}

#[test]
fn names_that_would_move_a_terminal_are_refused() {
    let read = |serial: &[u8]| {
        let mut bytes = vec![1];
        push_run(&mut bytes, serial).unwrap();
        push_run(&mut bytes, b"root").unwrap();
        push_run(&mut bytes, &[0; 12]).unwrap();
        push_run(&mut bytes, &[0; 48]).unwrap();
        Pkcs11Parameters::read(&mut Fields::of(&bytes)).map(|parameters| parameters.to_string())
    };
    assert_eq!(read(b"77").unwrap(), "the key root on the PKCS#11 token with the serial number 77 (AES-GCM)");
    assert_eq!(read(b"\x1b[2J"), Err(FormatError::Damaged));
    assert_eq!(read(b"\xff"), Err(FormatError::Damaged));
    assert_eq!(read(&[b'a'; 3000]), Err(FormatError::TooLong));
}
