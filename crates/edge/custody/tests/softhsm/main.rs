//! Custody by a PKCS#11 token, on SoftHSM: a whole token in a library, kept in a folder.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests, and what they share, fail by panicking"
)]

mod place;

use cryptoki::object::{Attribute, AttributeType, KeyType, ObjectClass};
use custody::pkcs11::{KeyChoice, KeyOnToken, KeyShape, Pkcs11Custody, Pkcs11Settings, TokenChoice};
use custody::{Custody, CustodyError, CustodyKind, SealedRootKey, TokenError, TriesLeft};
use keepwell_custody as custody;
use place::{Chance, PIN, Token, in_a_place_of_its_own, module};
use terms::SecretBytes;

const DEPLOYMENT: &str = "d-0123456789abcdef";
const KEY: &str = "keepwell root";

fn root_key() -> SecretBytes {
    SecretBytes::new((100..132).collect())
}

fn settings(token: &Token) -> Pkcs11Settings {
    Pkcs11Settings {
        module: module(),
        token: TokenChoice::Label(token.label.clone()),
        pin: SecretBytes::copy_of(PIN.as_bytes()),
        key: KeyChoice { label: KEY.to_owned(), id: None },
    }
}

fn custody(token: &Token) -> Pkcs11Custody {
    Pkcs11Custody::new(settings(token))
}

/// A token with a key of this shape.
fn token_with(label: &str, shape: Option<KeyShape>) -> Token {
    let token = Token::new(label);
    let made = custody(&token).create_key(shape).unwrap();
    assert!(matches!(made, KeyOnToken::Made(made) if shape.is_none_or(|shape| shape == made)));
    token
}

fn seal(custody: &Pkcs11Custody) -> SealedRootKey {
    custody.seal(&root_key(), DEPLOYMENT, &Chance).unwrap()
}

fn refusal<T>(result: Result<T, CustodyError>) -> TokenError {
    match result {
        Err(CustodyError::Token(error)) => error,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("not refused"),
    }
}

/// What holds for every shape of key.
fn a_round(label: &str, shape: Option<KeyShape>, mechanism: &str) {
    let token = token_with(label, shape);
    let custody = custody(&token);
    let sealed = SealedRootKey::parse(seal(&custody).as_bytes()).unwrap();
    assert_eq!((sealed.kind(), custody.kind()), (CustodyKind::Pkcs11, CustodyKind::Pkcs11));
    let told = format!("the key {KEY} on the PKCS#11 token with the serial number {} ({mechanism})", token.serial());
    assert_eq!(sealed.to_string(), told);
    assert_eq!(custody.open(&sealed, DEPLOYMENT).unwrap(), root_key());
    assert_ne!(seal(&custody), sealed);

    let error = custody.open(&sealed, "d-other").unwrap_err();
    assert!(matches!(error, CustodyError::DoesNotOpen { .. }), "{error}");
    for position in 0..sealed.as_bytes().len() {
        let mut changed = sealed.as_bytes().to_vec();
        changed[position] ^= 1;
        let opened = SealedRootKey::parse(&changed).map(|changed| custody.open(&changed, DEPLOYMENT).is_ok());
        assert!(!matches!(opened, Ok(true)), "byte {position}");
    }

    let other = custody_of_another_key(label, shape);
    let error = refusal(other.open(&sealed, DEPLOYMENT));
    assert!(matches!(error, TokenError::OtherKey { .. }), "{error}");
    assert!(error.to_string().contains(&token.serial()), "{error}");
}

fn custody_of_another_key(label: &str, shape: Option<KeyShape>) -> Pkcs11Custody {
    custody(&token_with(&format!("{label}, another"), shape))
}

#[test]
fn a_token_seals_by_aes_gcm_if_it_may_choose() {
    in_a_place_of_its_own("a_token_seals_by_aes_gcm_if_it_may_choose", || a_round("gcm", None, "AES-GCM"));
}

#[test]
fn a_key_that_may_only_wrap_seals_by_key_wrap_with_padding() {
    in_a_place_of_its_own("a_key_that_may_only_wrap_seals_by_key_wrap_with_padding", || {
        a_round("wrap", Some(KeyShape::AesKeyWrap), "AES key wrap with padding");
    });
}

/// SoftHSM 2.6 refuses every hash of OAEP but SHA-1.
#[test]
fn a_pair_seals_by_rsa_oaep_and_says_with_which_hash() {
    in_a_place_of_its_own("a_pair_seals_by_rsa_oaep_and_says_with_which_hash", || {
        a_round("rsa", Some(KeyShape::Rsa), "RSA-OAEP with SHA-1");
    });
}

#[test]
fn a_key_is_made_once_and_cannot_be_taken_out() {
    in_a_place_of_its_own("a_key_is_made_once_and_cannot_be_taken_out", || {
        for (label, shape, class) in [
            ("aes", KeyShape::AesGcm, ObjectClass::SECRET_KEY),
            ("wrap", KeyShape::AesKeyWrap, ObjectClass::SECRET_KEY),
            ("rsa", KeyShape::Rsa, ObjectClass::PRIVATE_KEY),
        ] {
            let token = token_with(label, Some(shape));
            assert_eq!(custody(&token).create_key(None).unwrap(), KeyOnToken::Found(shape));
            token.session(|session| {
                let key = session.find_objects(&[Attribute::Class(class), Attribute::Label(KEY.into())]).unwrap();
                let asked = [
                    AttributeType::Sensitive,
                    AttributeType::Extractable,
                    AttributeType::NeverExtractable,
                    AttributeType::Private,
                ];
                let told = session.get_attributes(key[0], &asked).unwrap();
                assert!(told.contains(&Attribute::Sensitive(true)) && told.contains(&Attribute::Extractable(false)));
                assert!(told.contains(&Attribute::NeverExtractable(true)) && told.contains(&Attribute::Private(true)));
                let value = session.get_attributes(key[0], &[AttributeType::Value, AttributeType::PrivateExponent]);
                assert!(value.unwrap().is_empty(), "{shape}");
                let uses = [AttributeType::Decrypt, AttributeType::Unwrap];
                let is_to_wrap = shape == KeyShape::AesKeyWrap;
                let expected = [Attribute::Decrypt(!is_to_wrap), Attribute::Unwrap(is_to_wrap)];
                assert_eq!(session.get_attributes(key[0], &uses).unwrap(), expected, "{shape}");
            });
        }
    });
}

#[test]
fn no_key_that_passed_through_the_token_stays_there() {
    in_a_place_of_its_own("no_key_that_passed_through_the_token_stays_there", || {
        let token = token_with("passing", Some(KeyShape::AesKeyWrap));
        let custody = custody(&token);
        custody.open(&seal(&custody), DEPLOYMENT).unwrap();
        token.session(|session| assert_eq!(session.find_objects(&[]).unwrap().len(), 1));
    });
}

#[test]
fn a_wrong_pin_is_told_and_tried_once_and_the_right_one_still_opens() {
    in_a_place_of_its_own("a_wrong_pin_is_told_and_tried_once_and_the_right_one_still_opens", || {
        let token = token_with("pin", None);
        let sealed = seal(&custody(&token));
        let wrong = |pin: &str| {
            Pkcs11Custody::new(Pkcs11Settings { pin: SecretBytes::copy_of(pin.as_bytes()), ..settings(&token) })
        };
        for pin in ["canary-1234", "canary-5678", ""] {
            let error = refusal(wrong(pin).open(&sealed, DEPLOYMENT));
            // SoftHSM never locks a token, and says that tries are few after the first wrong one.
            assert!(matches!(error, TokenError::PinWrong { left: TriesLeft::Few }), "{error}");
            assert!(!format!("{error} {error:?}").contains("canary"), "{error}");
        }
        assert_eq!(custody(&token).open(&sealed, DEPLOYMENT).unwrap(), root_key());
        // The login that has just been does not serve the next one.
        assert!(matches!(refusal(wrong("canary").open(&sealed, DEPLOYMENT)), TokenError::PinWrong { .. }));
    });
}

#[test]
fn tokens_are_found_by_label_serial_and_slot_and_told_apart() {
    in_a_place_of_its_own("tokens_are_found_by_label_serial_and_slot_and_told_apart", || {
        let token = token_with("one", None);
        let sealed = seal(&custody(&token));
        let at = |choice: TokenChoice| Pkcs11Custody::new(Pkcs11Settings { token: choice, ..settings(&token) });
        for choice in [TokenChoice::Serial(token.serial()), TokenChoice::Slot(token.slot())] {
            assert_eq!(at(choice).open(&sealed, DEPLOYMENT).unwrap(), root_key());
        }

        let error = refusal(at(TokenChoice::Label("elsewhere".to_owned())).open(&sealed, DEPLOYMENT));
        assert_eq!(error.to_string(), "there is no token with the label elsewhere; there are: one");
        let error = refusal(at(TokenChoice::Slot(4_000_000_000)).open(&sealed, DEPLOYMENT));
        assert!(matches!(error, TokenError::NoToken { .. }), "{error}");

        Token::new("one");
        let error = refusal(custody(&token).open(&sealed, DEPLOYMENT));
        assert!(matches!(error, TokenError::SeveralTokens { .. }), "{error}");
        assert_eq!(at(TokenChoice::Serial(token.serial())).open(&sealed, DEPLOYMENT).unwrap(), root_key());
    });
}

#[test]
fn without_a_key_of_the_name_nothing_is_sealed_and_of_several_the_id_chooses() {
    in_a_place_of_its_own("without_a_key_of_the_name_nothing_is_sealed_and_of_several_the_id_chooses", || {
        let token = Token::new("keys");
        let error = refusal(custody(&token).seal(&root_key(), DEPLOYMENT, &Chance));
        assert_eq!(error.to_string(), "there is no key keepwell root on the token");

        let with_id = |id: u8| {
            let key = KeyChoice { label: KEY.to_owned(), id: Some(vec![id]) };
            Pkcs11Custody::new(Pkcs11Settings { key, ..settings(&token) })
        };
        assert_eq!(with_id(1).create_key(None).unwrap(), KeyOnToken::Made(KeyShape::AesGcm));
        assert_eq!(with_id(2).create_key(None).unwrap(), KeyOnToken::Made(KeyShape::AesGcm));
        let error = refusal(custody(&token).seal(&root_key(), DEPLOYMENT, &Chance));
        assert!(matches!(error, TokenError::SeveralKeys { .. }), "{error}");
        let sealed = seal(&with_id(1));
        assert_eq!(with_id(1).open(&sealed, DEPLOYMENT).unwrap(), root_key());
        assert!(matches!(refusal(with_id(2).open(&sealed, DEPLOYMENT)), TokenError::OtherKey { .. }));
    });
}

#[test]
fn a_key_that_may_do_nothing_of_use_seals_nothing() {
    in_a_place_of_its_own("a_key_that_may_do_nothing_of_use_seals_nothing", || {
        let token = Token::new("useless");
        token.session(|session| {
            let template = [
                Attribute::Class(ObjectClass::SECRET_KEY),
                Attribute::KeyType(KeyType::AES),
                Attribute::Token(true),
                Attribute::Label(KEY.into()),
                Attribute::Value(vec![7; 32]),
                Attribute::Encrypt(false),
                Attribute::Decrypt(false),
                Attribute::Wrap(false),
                Attribute::Unwrap(false),
            ];
            session.create_object(&template).unwrap();
        });
        let error = refusal(custody(&token).seal(&root_key(), DEPLOYMENT, &Chance));
        assert!(matches!(error, TokenError::NoMechanism), "{error}");
    });
}

#[test]
fn many_threads_may_ask_at_once() {
    in_a_place_of_its_own("many_threads_may_ask_at_once", || {
        let token = token_with("threads", None);
        let custody = custody(&token);
        let sealed = seal(&custody);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..5 {
                        assert_eq!(custody.open(&sealed, DEPLOYMENT).unwrap(), root_key());
                    }
                });
            }
        });
    });
}
