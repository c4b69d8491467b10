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
    assert_eq!(key_ids(&first), [kid(&first)]);
    assert_eq!(key_ids(&second), [kid(&second), kid(&first)]);
    assert_eq!(key_ids(&third), [kid(&third), kid(&second)]);
}

#[test]
fn a_change_of_the_algorithm_keeps_the_key_before_as_it_was() {
    let entropy = Counting::default();
    let mut first = turn(&document(&json!({ "algorithm": "EdDSA" })), &Chance::draw(&entropy)).unwrap();
    first.set_json("algorithm", &"ES384".into());
    let second = turn(&first, &Chance::draw(&entropy)).unwrap();
    check(&second).unwrap();
    assert_eq!(second.json("jwks").unwrap()["keys"][1]["alg"], "EdDSA");
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
