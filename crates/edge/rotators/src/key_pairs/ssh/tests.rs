use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::json;

use super::*;
use crate::testing::{Counting, document};

fn empty() -> SecretDocument {
    document(&json!({}))
}

fn refused(result: Result<SecretDocument, Failure>) -> String {
    result.map(drop).unwrap_err().to_string()
}

#[test]
fn a_turn_makes_a_pair_that_belongs_together_and_keeps_what_it_does_not_know() {
    let current = document(&json!({ "comment": "deploy@ci", "host": "git.example.com", "depth": { "a": [1] } }));
    let next = turn(&current, &Chance::draw(&Counting::default())).unwrap();
    check(&next).unwrap();
    assert_eq!(next.json("host").unwrap(), "git.example.com");
    assert_eq!(next.json("depth").unwrap(), json!({ "a": [1] }));
    assert!(next.text("public_key").unwrap().ends_with(" deploy@ci"));
    assert!(!next.has("previous_public_key"));
}

#[test]
fn the_public_key_before_stays_for_one_turn() {
    let entropy = Counting::default();
    let first = turn(&empty(), &Chance::draw(&entropy)).unwrap();
    let second = turn(&first, &Chance::draw(&entropy)).unwrap();
    let third = turn(&second, &Chance::draw(&entropy)).unwrap();
    assert_eq!(second.json("previous_public_key").unwrap(), first.json("public_key").unwrap());
    assert_eq!(third.json("previous_public_key").unwrap(), second.json("public_key").unwrap());
    assert_ne!(second.json("private_key").unwrap(), first.json("private_key").unwrap());
}

#[test]
fn halves_of_two_pairs_do_not_pass_for_one() {
    let entropy = Counting::default();
    let one = turn(&empty(), &Chance::draw(&entropy)).unwrap();
    let other = turn(&empty(), &Chance::draw(&entropy)).unwrap();
    let mut mixed = one.clone();
    mixed.set_json("public_key", &other.json("public_key").unwrap());
    assert_eq!(check(&mixed).unwrap_err().to_string(), MISMATCH);

    let missing = document(&json!({ "public_key": one.json("public_key").unwrap() }));
    assert_eq!(check(&missing).unwrap_err().to_string(), "private_key key is missing from secret JSON");
    let broken = document(&json!({ "private_key": "-----BEGIN", "public_key": one.json("public_key").unwrap() }));
    assert_eq!(check(&broken).unwrap_err(), unreadable("private_key"));
}

#[test]
fn a_comment_that_would_be_a_line_of_its_own_is_refused() {
    let entropy = Counting::default();
    for comment in [json!("a\nssh-ed25519 AAAA"), json!("x".repeat(257)), json!(7)] {
        let told = refused(turn(&document(&json!({ "comment": comment })), &Chance::draw(&entropy)));
        assert_eq!(told, "The comment of the secret JSON must be one line of at most 256 characters");
    }
}

#[test]
fn every_cut_of_a_private_key_is_unreadable_and_nothing_worse() {
    let next = turn(&empty(), &Chance::draw(&Counting::default())).unwrap();
    let blob = pem::read(LABEL, &next.text("private_key").unwrap()).unwrap();
    assert!(read_private(&blob).is_some());
    for length in 0..blob.len() {
        assert!(read_private(&blob[..length]).is_none(), "{length}");
    }
}

#[test]
fn openssh_reads_the_private_key_and_finds_the_same_public_key() {
    if Command::new("ssh-keygen").arg("-?").stderr(Stdio::null()).status().is_err() {
        eprintln!("ssh-keygen is not here: not asked");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let entropy = Counting::default();
    // Comments of all lengths, so that there is every length of padding.
    for length in 0..9 {
        let next = turn(&document(&json!({ "comment": "x".repeat(length) })), &Chance::draw(&entropy)).unwrap();
        let path = folder.path().join(format!("key-{length}"));
        fs::write(&path, next.text("private_key").unwrap()).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        let public = ssh_keygen(&["-y", "-f", path.to_str().unwrap()], "");
        assert_eq!(public.trim_end(), next.text("public_key").unwrap().trim_end());
        let public_path = folder.path().join(format!("key-{length}.pub"));
        fs::write(&public_path, next.text("public_key").unwrap()).unwrap();
        assert!(fingerprint(&public_path).contains(&next.text("fingerprint").unwrap()));
        let signed = ssh_keygen(&["-Y", "sign", "-n", "file", "-f", path.to_str().unwrap()], "message");
        assert!(signed.starts_with("-----BEGIN SSH SIGNATURE-----"));
    }
}

fn fingerprint(public: &Path) -> String {
    ssh_keygen(&["-l", "-f", public.to_str().unwrap()], "")
}

fn ssh_keygen(arguments: &[&str], input: &str) -> String {
    let mut command = Command::new("ssh-keygen");
    let command = command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
