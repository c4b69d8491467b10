use std::process::{Command, Stdio};

use super::*;
use crate::testing::{Counting, document};

fn empty() -> SecretDocument {
    document(&json!({}))
}

fn key_ids(secret: &SecretDocument) -> Vec<String> {
    let keys = secret.json("jwks").unwrap()["keys"].as_array().unwrap().clone();
    keys.iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn every_algorithm_makes_pairs_that_belong_together() {
    let entropy = Counting::default();
    for algorithm in ["ES256", "ES384", "EdDSA", "RS256"] {
        let current = document(&json!({ "algorithm": algorithm, "issuer": "https://id.example.com" }));
        let next = turn(&current, &Chance::draw(&entropy)).unwrap();
        check(&next).unwrap();
        assert_eq!(
            (&next.json("algorithm").unwrap(), &next.json("issuer").unwrap()),
            (&json!(algorithm), &json!("https://id.example.com"))
        );
        let public = next.json("jwks").unwrap()["keys"][0].clone();
        assert_eq!(
            (&public["alg"], &public["use"], &public["kid"]),
            (&json!(algorithm), &json!("sig"), &next.json("kid").unwrap())
        );
        assert!(!next.json("jwks").unwrap().to_string().contains("\"d\""));
    }
}

#[test]
fn a_secret_that_says_nothing_gets_es256() {
    let next = turn(&empty(), &Chance::draw(&Counting::default())).unwrap();
    assert_eq!(next.json("algorithm").unwrap(), "ES256");
    check(&next).unwrap();
}

#[test]
fn the_public_key_before_stays_in_the_set_for_one_turn() {
    let entropy = Counting::default();
    let first = turn(&empty(), &Chance::draw(&entropy)).unwrap();
    let second = turn(&first, &Chance::draw(&entropy)).unwrap();
    let third = turn(&second, &Chance::draw(&entropy)).unwrap();
    let kid = |secret: &SecretDocument| secret.text("kid").unwrap();
    assert_eq!(key_ids(&first), [kid(&first), kid(&second)]);
    assert_eq!(key_ids(&second), [kid(&second), kid(&first), kid(&third)]);
    assert_eq!(key_ids(&third)[..2], [kid(&third), kid(&second)]);
}

#[test]
fn a_key_is_published_one_turn_before_it_signs() {
    let entropy = Counting::default();
    for algorithm in ["ES256", "ES384", "EdDSA", "RS256"] {
        let first = turn(&document(&json!({ "algorithm": algorithm })), &Chance::draw(&entropy)).unwrap();
        let second = turn(&first, &Chance::draw(&entropy)).unwrap();
        check(&second).unwrap();
        let signing = published(&second, &second.text("kid").unwrap());
        assert_eq!(published(&first, &second.text("kid").unwrap()), signing, "{algorithm}");
        assert_eq!(first.json("next_private_key"), second.json("private_key"));
        let every = [&first, &second].map(|secret| [secret.text("private_key"), secret.text("next_private_key")]);
        assert!(every.iter().all(|[one, next]| one != next), "no key is drawn twice");
        assert_ne!(every[0][1], every[1][1]);
    }
}

#[test]
fn a_next_key_that_was_not_published_or_signs_already_is_not_taken() {
    let entropy = Counting::default();
    let first = turn(&empty(), &Chance::draw(&entropy)).unwrap();
    let other = turn(&empty(), &Chance::draw(&entropy)).unwrap();
    let with = |next: Value| {
        let mut changed = first.clone();
        changed.set_json("next_private_key", &next);
        changed
    };
    for changed in
        [with(other.json("next_private_key").unwrap()), with(first.json("private_key").unwrap()), with(json!("?"))]
    {
        let second = turn(&changed, &Chance::draw(&entropy)).unwrap();
        check(&second).unwrap();
        assert!(!key_ids(&first).contains(&second.text("kid").unwrap()));
    }
    // Nor is one needed: what was made before there were any goes on.
    let mut without = first.clone();
    without.remove("next_private_key");
    check(&without).unwrap();
    check(&turn(&without, &Chance::draw(&entropy)).unwrap()).unwrap();
}

#[test]
fn a_change_of_the_algorithm_keeps_the_key_before_as_it_was() {
    let entropy = Counting::default();
    let mut first = turn(&document(&json!({ "algorithm": "EdDSA" })), &Chance::draw(&entropy)).unwrap();
    first.set_json("algorithm", &"ES384".into());
    let second = turn(&first, &Chance::draw(&entropy)).unwrap();
    check(&second).unwrap();
    let keys = second.json("jwks").unwrap()["keys"].clone();
    assert_eq!([0, 1, 2].map(|number| keys[number]["alg"].clone()), ["ES384", "EdDSA", "ES384"]);
}

#[test]
fn what_does_not_belong_together_is_told_and_quotes_nothing() {
    let entropy = Counting::default();
    let (one, other) =
        (turn(&empty(), &Chance::draw(&entropy)).unwrap(), turn(&empty(), &Chance::draw(&entropy)).unwrap());
    let mut mixed = one.clone();
    mixed.set_json("private_key", &other.json("private_key").unwrap());
    assert_eq!(check(&mixed).unwrap_err().to_string(), super::super::MISMATCH);

    let mut unpublished = one.clone();
    unpublished.set_json("kid", &other.json("kid").unwrap());
    assert_eq!(check(&unpublished).unwrap_err(), unreadable("jwks"));

    let mut otherwise = one;
    otherwise.set_json("algorithm", &"HS256-canary".into());
    let error = turn(&otherwise, &Chance::draw(&entropy)).map(drop).unwrap_err();
    assert_eq!(error.to_string(), "The algorithm of the secret JSON must be one of ES256, ES384, EdDSA and RS256");
    assert_eq!(check(&empty()).unwrap_err().to_string(), "kid key is missing from secret JSON");
}

#[test]
fn openssl_reads_every_private_key() {
    if Command::new("openssl").arg("version").stdout(Stdio::null()).status().is_err() {
        eprintln!("openssl is not here: not asked");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for algorithm in ["ES256", "ES384", "EdDSA", "RS256"] {
        let next = turn(&document(&json!({ "algorithm": algorithm })), &Chance::draw(&Counting::default())).unwrap();
        let path = folder.path().join(algorithm);
        std::fs::write(&path, next.text("private_key").unwrap()).unwrap();
        let output = Command::new("openssl").args(["pkey", "-noout", "-check", "-in"]).arg(&path).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        // OpenSSL 3 has nothing to check in an Ed25519 key, and says so.
        assert!(output.status.success() || (algorithm == "EdDSA" && !told.contains("unable to load")), "{told}");
    }
}
