//! Lists of who may do what is dangerous. They are edited by hand: whoever adds a line has a reason, and a reviewer
//! sees it. Tests, examples and the store's suite are not looked at.

use std::collections::BTreeSet;

use crate::workspace::shipped_sources;

/// Every file in which secret bytes come out of their wrapping, and what for.
const EXPOSES: &[(&str, &str)] = &[
    ("crates/base/seal/src/key_material.rs", "32 bytes become a key"),
    ("crates/base/seal/src/sealed_value.rs", "a value is encrypted"),
    ("crates/base/seal/src/wrapped_key.rs", "a key is encrypted under another"),
    ("crates/base/shape/src/secret.rs", "a value is checked, and written into the answer's body, which wipes itself"),
    ("crates/base/terms/src/secret_bytes.rs", "where it is defined"),
    ("crates/edge/custody/src/aws_kms.rs", "a key-encryption key is sent to the KMS"),
    ("crates/edge/custody/src/aws_kms/call.rs", "a call of the KMS is signed, and names its session"),
    ("crates/edge/custody/src/passphrase.rs", "a passphrase is judged, and becomes a key"),
    ("crates/edge/custody/src/pkcs11/token.rs", "the PIN is given to the token"),
    ("crates/edge/custody/src/pkcs11/wrapping.rs", "a key-encryption key is wrapped by the token's key"),
    ("crates/edge/custody/src/sealed.rs", "the opened root key is handed on in a wrapping of its own"),
    ("crates/edge/custody/src/shares.rs", "a key-encryption key is split into shares"),
    ("crates/edge/custody/src/shares/share.rs", "a share is read from its text"),
    (
        "crates/edge/functions/src/confine/enter.rs",
        "a function is given its environment variables, its role's session among them",
    ),
    ("crates/edge/functions/src/remote/aws.rs", "a call of a function at AWS is signed, and names its session"),
    ("crates/edge/functions/src/wire.rs", "they are on their way there, over sockets between our own processes"),
    ("crates/edge/rotators/src/document.rs", "a secret's JSON is taken apart, and written again"),
    ("crates/edge/rotators/src/failure.rs", "a server's words are looked through for passwords, so that none is shown"),
    ("crates/edge/rotators/src/key_pairs/jwt/algorithm.rs", "a signing key is parsed"),
    ("crates/edge/rotators/src/key_pairs/ssh.rs", "a private key is parsed, and written in OpenSSH's form"),
    ("crates/edge/rotators/src/mongodb/scram.rs", "a password becomes the key of a login"),
    ("crates/edge/rotators/src/mysql/scramble.rs", "a user logs in to a database"),
    ("crates/edge/rotators/src/mysql/verifier.rs", "of a password becomes what MariaDB keeps"),
    ("crates/edge/rotators/src/password.rs", "a password is read as text, for protocols that send nothing else"),
    ("crates/edge/rotators/src/postgres.rs", "a user logs in to a database, and changes a password"),
    ("crates/edge/rotators/src/postgres/verifier.rs", "of a password becomes what PostgreSQL keeps"),
    ("crates/edge/rotators/src/redis/session.rs", "a user logs in to a database, and a password is put into an ACL"),
    ("crates/front/src/server/certificate.rs", "private keys of certificates are written to files of mode 0600"),
    ("crates/front/src/server/tls.rs", "the server's private key is parsed"),
    ("crates/guard/gate/src/authorization_message.rs", "a sealed decision becomes text again, which is no secret"),
    ("crates/guard/gate/src/credentials.rs", "signing keys are derived from a secret access key, and it is sealed"),
    ("crates/guard/gate/src/mfa.rs", "a seed is sealed, and becomes an HMAC key"),
    ("crates/guard/gate/src/session.rs", "a session's secret access key is sealed into its token, and taken out again"),
    ("crates/guard/trail/src/pending.rs", "the derived key that seals waiting records becomes an HMAC key"),
    ("crates/guard/trail/src/recorder.rs", "the log's derived key becomes an HMAC key"),
    ("crates/keepwell/src/client.rs", "a passphrase or a share becomes a member of a request"),
    ("crates/keepwell/src/client/access.rs", "a command signs its call, and names its session"),
    ("crates/keepwell/src/client_files/credentials.rs", "the first access keys are written to a file of mode 0600"),
    ("crates/keepwell/src/commands/env.rs", "`keepwell env` prints the access key, which is what it is for"),
    ("crates/keepwell/src/config/account.rs", "an access key from the environment is checked for its form"),
    ("crates/keepwell/src/root_key.rs", "the new root key is written to its file of mode 0600"),
    ("crates/services/cloudtrail/src/paging.rs", "the position inside a paging token, which is no secret"),
    (
        "crates/services/deployment/src/operations/adopt_database.rs",
        "the password of a database's user becomes a member of the secret's JSON",
    ),
    ("crates/services/deployment/src/paging.rs", "the position inside a paging token, which is no secret"),
    ("crates/services/iam/src/operations/mfa_device/enrolment.rs", "a seed becomes base32, and a picture of it"),
    ("crates/services/iam/src/paging.rs", "the position inside a marker, which is no secret"),
    ("crates/services/iam/src/passwords.rs", "a password is judged, hashed, and compared with its hash"),
    ("crates/services/kms/src/grant_tokens.rs", "the grant that a grant token names, which is no secret"),
    ("crates/services/kms/src/operations/cryptography/generate_mac.rs", "a MAC is made of a message"),
    ("crates/services/kms/src/operations/cryptography/source.rs", "a ciphertext is read, which is sealed"),
    ("crates/services/kms/src/operations/cryptography/symmetric.rs", "a plaintext is encrypted"),
    ("crates/services/kms/src/operations/cryptography/verify_mac.rs", "a message is held against its MAC"),
    ("crates/services/kms/src/paging.rs", "the position inside a marker, which is no secret"),
    ("crates/services/lambda/src/environment.rs", "environment variables are measured"),
    ("crates/services/lambda/src/invocation.rs", "a function's opened environment becomes what it is run with"),
    ("crates/services/lambda/src/paging.rs", "the position inside a marker, which is no secret"),
    ("crates/services/lambda/src/rotation.rs", "a rotation token becomes a member of the event, which wipes itself"),
    ("crates/services/lambda/src/shown.rs", "a function's opened environment becomes an answer to whom it is shown"),
    ("crates/services/lambda/src/vault.rs", "an opened package goes to the function's host"),
    ("crates/services/logs/src/chunk.rs", "opened log events are taken apart"),
    ("crates/services/logs/src/operations/event/filter_log_events.rs", "a filter pattern is parsed"),
    ("crates/services/logs/src/operations/event/put_log_events.rs", "log events are measured, and sealed"),
    ("crates/services/logs/src/paging.rs", "the position inside a paging token, which is no secret"),
    ("crates/services/secretsmanager/src/paging.rs", "the position inside a paging token, which is no secret"),
];

/// Every file that names the permit issuer's only constructor: where it is, and where a server is put together.
const ISSUES_PERMITS: &[&str] = &["crates/base/policy/src/permit.rs", "crates/keepwell/src/house/open.rs"];

/// Every file that names the writing half of the store: the contract, its adapters, the recorder to which it is given,
/// and where a server is put together.
const WRITES: &[&str] = &[
    "crates/guard/trail/src/recorder.rs",
    "crates/keepwell/src/house/null_recorder.rs",
    "crates/keepwell/src/house/recorder.rs",
    "crates/store/contract/src/lib.rs",
    "crates/store/contract/src/store.rs",
    "crates/store/sqlite/src/store.rs",
];

/// Every file that puts what was read behind a permit.
const GUARDS: &[&str] = &["crates/store/sqlite/src/store.rs"];

/// The one file where the time of day and randomness enter the program.
const SYSTEM: &str = "crates/keepwell/src/system.rs";

/// What these rooms need of the world is an argument.
const WITHOUT_A_WORLD: &[&str] = &["crates/base/", "crates/store/contract/", "crates/services/"];

#[test]
fn secret_bytes_come_out_only_where_it_is_listed() {
    let listed: Vec<&str> = EXPOSES.iter().map(|(path, _)| *path).collect();
    compare(
        &["expose"],
        &listed,
        "Secret bytes come out of their wrapping there. See that they reach no log, no error, no record and no file, and \
         that what holds them next is wiped. Then add the file to EXPOSES in tests/src/audit.rs and say what for.",
    );
}

#[test]
fn permit_issuers_are_made_only_where_it_is_listed() {
    compare(
        &["for_gate"],
        ISSUES_PERMITS,
        "A server has one permit issuer, and its gate holds it. Ask the gate for a permit instead.",
    );
}

#[test]
fn the_store_is_written_by_the_recorder_alone() {
    compare(
        &["Writes"],
        WRITES,
        "Who writes to the store past the recorder leaves no record. Hand a Commit to trail::Recorder instead.",
    );
}

#[test]
fn what_is_read_is_guarded_by_the_store_alone() {
    compare(
        &["Guarded::new", "GuardedPage::new"],
        GUARDS,
        "Only a store adapter wraps records for permits to open. Pass on what it answered.",
    );
}

#[test]
fn the_time_of_day_enters_in_one_place() {
    compare(
        &["SystemTime::now", "Timestamp::now", "Zoned::now"],
        &[SYSTEM],
        "Take a terms::Clock, or the request's own time, so that tests can turn it.",
    );
}

#[test]
fn randomness_enters_in_one_place() {
    compare(
        &["rand::fill", "SystemRandom", "Uuid::new_v4", "getrandom"],
        // AWS-LC draws the keys of elliptic curves and RSA, and their signatures, by itself.
        &[SYSTEM, "crates/edge/rotators/src/key_pairs/jwt/algorithm.rs"],
        "Take a terms::Entropy, so that there is one source to trust and tests can repeat themselves.",
    );
}

#[test]
fn rules_and_services_touch_no_files_threads_or_clocks() {
    const WORLD: [&str; 7] =
        ["std::fs", "std::env", "std::process", "std::thread", "Instant::now", "TcpStream", "TcpListener"];
    for source in shipped_sources().iter().filter(|source| source.lies_below(WITHOUT_A_WORLD)) {
        let named: Vec<&str> = WORLD.into_iter().filter(|word| source.names(word)).collect();
        assert!(
            named.is_empty(),
            "{} names {named:?}. What these rooms need of the world is an argument: a Clock, an Entropy, the contract's \
             traits.",
            source.path
        );
    }
}

/// The files that name one of the words must be exactly those of the list.
fn compare(words: &[&str], listed: &[&str], advice: &str) {
    let sources = shipped_sources();
    let naming: BTreeSet<&str> = sources
        .iter()
        .filter(|source| words.iter().any(|word| source.names(word)))
        .map(|source| source.path.as_str())
        .collect();
    let listed: BTreeSet<&str> = listed.iter().copied().collect();
    let unlisted: Vec<_> = naming.difference(&listed).collect();
    assert!(unlisted.is_empty(), "{words:?} is named in files that are not listed: {unlisted:#?}\n{advice}");
    let stale: Vec<_> = listed.difference(&naming).collect();
    assert!(stale.is_empty(), "{words:?} is named no more in {stale:#?}: strike them off the list.");
}
