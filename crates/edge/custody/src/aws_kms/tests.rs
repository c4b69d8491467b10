mod stub;

use std::net::TcpListener;

use serde_json::json;

use super::*;
use crate::testing::{DEPLOYMENT, Xorshift, root_key};
use stub::{ACCESS_KEY_ID, KEY_ARN, SECRET, Stopped, Stub, TOKEN, refusal};

fn settings(endpoint: &str) -> AwsKmsSettings {
    AwsKmsSettings {
        key_id: "alias/keepwell".to_owned(),
        region: Region::parse("eu-west-1").unwrap(),
        endpoint: Some(endpoint.to_owned()),
        ca_bundle: None,
        access_key_id: ACCESS_KEY_ID.to_owned(),
        secret_access_key: SecretBytes::copy_of(SECRET.as_bytes()),
        session_token: Some(SecretBytes::copy_of(TOKEN.as_bytes())),
    }
}

fn custody(settings: AwsKmsSettings) -> AwsKmsCustody {
    AwsKmsCustody::new(settings, Arc::new(Stopped)).unwrap()
}

fn seal(stub: &Stub) -> Result<SealedRootKey, CustodyError> {
    custody(settings(&stub.endpoint)).seal(&root_key(), DEPLOYMENT, &Xorshift::seeded(7))
}

/// Why the KMS that answers so does not seal.
fn refused_by(manner: impl Fn() -> (u16, String) + Send + Sync + 'static) -> KmsError {
    match seal(&Stub::that(move |_| manner())).unwrap_err() {
        CustodyError::Kms(error) => error,
        other => panic!("{other}"),
    }
}

#[test]
fn a_kms_key_seals_and_opens_by_signed_calls_with_the_deployment_as_context() {
    let stub = Stub::kms();
    let sealed = SealedRootKey::parse(seal(&stub).unwrap().as_bytes()).unwrap();
    assert_eq!((sealed.kind(), sealed.to_string()), (CustodyKind::AwsKms, format!("the KMS key {KEY_ARN}")));
    assert_eq!(custody(settings(&stub.endpoint)).open(&sealed, DEPLOYMENT).unwrap(), root_key());

    let seen = stub.seen.lock().unwrap();
    let targets: Vec<&str> = seen.iter().map(|request| request.target.as_str()).collect();
    assert_eq!(targets, ["TrentService.Encrypt", "TrentService.Decrypt", "TrentService.Decrypt"]);
    let context = json!({ "keepwell:deployment": DEPLOYMENT });
    let blob = STANDARD.encode("ciphertext 0");
    let plaintext = seen[0].body["Plaintext"].as_str().unwrap();
    assert_eq!(
        seen[0].body,
        json!({ "KeyId": "alias/keepwell", "Plaintext": plaintext, "EncryptionContext": context })
    );
    assert_eq!(
        seen[2].body,
        json!({ "KeyId": "alias/keepwell", "CiphertextBlob": blob, "EncryptionContext": context })
    );
    let sent = STANDARD.decode(plaintext).unwrap();
    assert_eq!(sent.len(), 32);
    assert!(!root_key().is(&sent), "the root key itself goes nowhere");
}

#[test]
fn another_deployment_and_changed_bytes_do_not_open() {
    let stub = Stub::kms();
    let sealed = seal(&stub).unwrap();
    let custody = custody(settings(&stub.endpoint));
    let error = custody.open(&sealed, "d-other").unwrap_err();
    assert!(matches!(error, CustodyError::DoesNotOpen { .. }), "{error}");
    for position in 0..sealed.as_bytes().len() {
        let mut changed = sealed.as_bytes().to_vec();
        changed[position] ^= 1;
        if let Ok(changed) = SealedRootKey::parse(&changed) {
            let error = custody.open(&changed, DEPLOYMENT).unwrap_err();
            assert!(matches!(error, CustodyError::DoesNotOpen { .. }), "byte {position}: {error}");
        }
    }
}

#[test]
fn another_key_is_told_with_the_one_that_sealed() {
    let stub = Stub::kms();
    let sealed = seal(&stub).unwrap();
    let other = custody(AwsKmsSettings { key_id: "alias/other".to_owned(), ..settings(&stub.endpoint) });
    assert_eq!(
        other.open(&sealed, DEPLOYMENT).unwrap_err().to_string(),
        format!("the KMS key alias/other is not the one that sealed the root key: that was {KEY_ARN}")
    );
}

#[test]
fn wrong_credentials_are_told_without_what_the_kms_repeats_of_the_request() {
    let stub = Stub::kms();
    let region = Region::parse("eu-west-2").unwrap();
    let secret_access_key = SecretBytes::copy_of(b"canary-other");
    for wrong in [
        AwsKmsSettings { secret_access_key, ..settings(&stub.endpoint) },
        AwsKmsSettings { region, ..settings(&stub.endpoint) },
    ] {
        let error = custody(wrong).seal(&root_key(), DEPLOYMENT, &Xorshift::seeded(7)).unwrap_err();
        assert!(matches!(error, CustodyError::Kms(KmsError::Credentials { .. })), "{error}");
        let printed = format!("{error} {error:?}");
        assert!(printed.contains("InvalidSignatureException") && !printed.contains("canary"), "{printed}");
        assert!(!error.may_pass());
    }
}

#[test]
fn refusals_are_told_as_the_kms_tells_them_but_for_what_moves_a_terminal() {
    let error = refused_by(|| refusal("com.amazonaws.kms#AccessDeniedException:http://x", "no \u{1b}[2Jkms:Encrypt"));
    assert_eq!(error.to_string(), "the KMS refuses: AccessDeniedException: no [2Jkms:Encrypt");
    for code in ["NotFoundException", "DisabledException", "KMSInvalidStateException", "InvalidKeyUsageException"] {
        let error = refused_by(move || refusal(code, "so it is"));
        assert_eq!(error.to_string(), format!("the KMS refuses: {code}: so it is"));
    }
    let error = refused_by(|| refusal("LongException", &"a".repeat(5000)));
    assert!(error.to_string().len() < 400);
}

#[test]
fn a_kms_that_is_away_or_busy_may_be_asked_again() {
    let may_pass = |error: KmsError| CustodyError::from(error).may_pass();
    for (status, code) in
        [(500, "KMSInternalException"), (500, "KeyUnavailableException"), (400, "ThrottlingException")]
    {
        let error = refused_by(move || (status, json!({ "__type": code }).to_string()));
        assert!(matches!(&error, KmsError::Unavailable { code: told } if told == code), "{error}");
        assert!(may_pass(error));
    }
    assert!(may_pass(refused_by(|| (503, "<html>".to_owned()))));
    assert!(!may_pass(refused_by(|| refusal("AccessDeniedException", "no"))));

    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let nobody = custody(settings(&format!("http://{port}")));
    let error = nobody.seal(&root_key(), DEPLOYMENT, &Xorshift::seeded(7)).unwrap_err();
    assert!(matches!(error, CustodyError::Kms(KmsError::Unreachable { .. })), "{error}");
    assert!(error.may_pass());
}

#[test]
fn what_is_no_kms_is_told_as_that_and_not_quoted() {
    for (status, answer) in [
        (200, "canary".to_owned()),
        (200, "{}".to_owned()),
        (200, json!({ "CiphertextBlob": "no base64 canary", "KeyId": KEY_ARN }).to_string()),
        (200, "x".repeat(100_000)),
        (404, "<html>canary</html>".to_owned()),
        (302, "canary".to_owned()),
    ] {
        let error = refused_by(move || (status, answer.clone()));
        assert!(matches!(error, KmsError::NotUnderstood { .. }), "{error}");
        assert!(!format!("{error:?}").contains("canary"), "{error:?}");
    }
}

#[test]
fn a_kms_that_gives_back_another_key_seals_nothing() {
    let other = STANDARD.encode([1; 32]);
    for plaintext in [other, STANDARD.encode([1; 31]), STANDARD.encode([1; 64]), String::new()] {
        let stub = Stub::that(move |request| match request.target.as_str() {
            "TrentService.Encrypt" => (200, json!({ "CiphertextBlob": "AAAA", "KeyId": KEY_ARN }).to_string()),
            _ => (200, json!({ "Plaintext": plaintext }).to_string()),
        });
        seal(&stub).unwrap_err();
    }
}

#[test]
fn what_does_not_fit_into_the_format_seals_nothing() {
    let long = STANDARD.encode([0; 6145]);
    for (blob, key) in [(long, KEY_ARN), ("AAAA".to_owned(), "arn\n"), ("AAAA".to_owned(), &*"a".repeat(2049))] {
        let answer = json!({ "CiphertextBlob": blob, "KeyId": key }).to_string();
        let error = seal(&Stub::that(move |_| (200, answer.clone()))).unwrap_err();
        assert!(matches!(error, CustodyError::Format(_)), "{error}");
    }
}

#[test]
fn without_tls_only_this_machine_is_asked() {
    let endpoint = |endpoint: &str| AwsKmsCustody::new(settings(endpoint), Arc::new(Stopped)).map(|_| ());
    for right in
        ["http://localhost:5337", "http://127.0.0.2", "http://[::1]:80/", "https://kms.example", "https://h:1/"]
    {
        assert!(endpoint(right).is_ok(), "{right}");
    }
    for wrong in [
        "http://kms.example",
        "http://10.0.0.1",
        "http://127.0.0.1.example",
        "https://me@kms.example",
        "https://kms.example/path",
        "https://kms.example/?query",
        "ftp://localhost",
        "localhost:80",
        "",
    ] {
        let error = endpoint(wrong).unwrap_err();
        assert!(matches!(error, CustodyError::Kms(KmsError::Endpoint { .. })), "{wrong}: {error}");
    }
}

#[test]
fn a_kms_whose_certificate_nobody_vouches_for_is_not_asked() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    let certified = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(certified.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let tls = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let tls = Arc::new(tls.with_no_client_auth().with_single_cert(vec![certified.cert.der().clone()], key).unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            // It says nothing after the handshake.
            let _ = rustls::ServerConnection::new(Arc::clone(&tls)).unwrap().complete_io(&mut stream.unwrap());
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let another = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    for (trusted, is_believed) in [(another.cert, false), (certified.cert, true)] {
        let bundle = folder.path().join(format!("{is_believed}.pem"));
        std::fs::write(&bundle, trusted.pem()).unwrap();
        let custody = custody(AwsKmsSettings { ca_bundle: Some(bundle), ..settings(&endpoint) });
        match custody.seal(&root_key(), DEPLOYMENT, &Xorshift::seeded(7)).unwrap_err() {
            CustodyError::Kms(KmsError::Unreachable { cause, .. }) => {
                assert_eq!(cause.contains("certificate"), !is_believed, "{cause}");
            }
            other => panic!("{other}"),
        }
    }
}

#[test]
fn the_endpoint_is_awss_own_unless_it_is_named() {
    for (region, endpoint) in [
        ("eu-west-1", "https://kms.eu-west-1.amazonaws.com"),
        ("us-gov-west-1", "https://kms.us-gov-west-1.amazonaws.com"),
        ("cn-north-1", "https://kms.cn-north-1.amazonaws.com.cn"),
    ] {
        assert_eq!(call::endpoint_of(Region::parse(region).unwrap()), endpoint);
    }
}
