//! The root key is replaced and given to other keepers, while the house serves and between its starts.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    future::poll_fn,
    io::Write,
    os::fd::AsRawFd,
    path::PathBuf,
    task::Poll,
    time::Duration,
};

use front::server::{Application, Readiness};
use http_body_util::BodyExt;
use serde_json::{Value, json};

use crate::{
    house::{Grounds, House},
    letters::{Answer, Letter},
    people::{allow, document},
};

const PASSPHRASE: &str = "a canary that nobody may hear";

/// A house with a secret in it.
async fn furnished() -> House {
    let house = House::open().await;
    house.admin().create("kept", "value").await;
    house
}

async fn rotate(house: &House, members: Value) -> Value {
    house.admin().keepwell("RotateRootKey", members).await.json()
}

async fn move_to(house: &House, members: Value) -> Value {
    house.admin().keepwell("MoveRootKey", members).await.json()
}

async fn described(house: &House) -> Value {
    house.admin().keepwell("DescribeRootKey", json!({})).await.json()
}

fn fingerprint(answer: &Value) -> &str {
    answer["RootKeyId"].as_str().unwrap()
}

/// A descriptor that gives the passphrase as often as it is read. It lives as long as the file.
fn passphrase_in_file(text: &str) -> (File, String) {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    let number = file.as_raw_fd().to_string();
    (file, number)
}

fn key_file(grounds: &Grounds) -> PathBuf {
    grounds.data_dir().with_file_name("data.key")
}

/// What lies beside the data folder.
fn files_outside(grounds: &Grounds) -> Vec<String> {
    let data_dir = grounds.data_dir();
    let outside = grounds.files().into_iter().filter(|path| !path.starts_with(&data_dir));
    outside.map(|path| path.file_name().unwrap().to_str().unwrap().to_owned()).collect()
}

/// Every file and what is in it, but for the index that SQLite makes anew for every reader.
fn contents(grounds: &Grounds) -> BTreeMap<PathBuf, Vec<u8>> {
    let files = grounds.files().into_iter().filter(|path| !path.to_str().unwrap().ends_with("-shm"));
    files.map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

#[tokio::test]
async fn a_rotated_key_opens_the_next_start_and_the_old_one_does_not() {
    let house = furnished().await;
    let before = described(&house).await;
    assert_eq!((&before["Custody"], &before["Revision"]), (&json!("file"), &json!(1.0)));
    let old_key = fs::read(house.grounds().data_dir().with_file_name("data.key")).unwrap();

    let rotated = rotate(&house, json!({})).await;
    assert_ne!(fingerprint(&rotated), fingerprint(&before));
    assert_eq!(house.admin().value("kept").await, "value");
    house.admin().create("later", "value").await;
    let after = described(&house).await;
    assert_eq!((fingerprint(&after), &after["Revision"]), (fingerprint(&rotated), &json!(2.0)));

    let house = house.restart().await;
    assert_eq!(house.admin().value("kept").await, "value");
    assert_eq!(house.admin().value("later").await, "value");
    let grounds = house.close().await;
    assert_eq!(files_outside(&grounds), ["data.key"]);
    assert_eq!(grounds.audit().findings, []);

    fs::write(key_file(&grounds), old_key).unwrap();
    let untouched = contents(&grounds);
    let refusal = grounds.refusal().await;
    for named in [fingerprint(&before), fingerprint(&rotated), "Nothing was changed"] {
        assert!(refusal.contains(named), "{refusal}");
    }
    assert_eq!(contents(&grounds), untouched);
}

#[tokio::test]
async fn a_key_goes_from_its_file_under_a_passphrase_and_back() {
    let house = furnished().await;
    let moved = move_to(&house, json!({"Custody": "passphrase", "Passphrase": PASSPHRASE})).await;
    assert_eq!(moved["Custody"], "passphrase");
    assert!(moved["Advice"].as_str().unwrap().contains("root_key.custody = \"passphrase\""), "{moved}");
    assert_eq!(house.admin().value("kept").await, "value");
    let grounds = house.close().await;
    assert_eq!(files_outside(&grounds), Vec::<String>::new());

    let refusal = grounds.refusal().await;
    for named in ["`file`", "`passphrase`", fingerprint(&moved), "keepwell root-key move --to file"] {
        assert!(refusal.contains(named), "{refusal}");
    }

    let (_file, wrong) = passphrase_in_file("another one, just as long");
    let custody = ("root_key.custody", "passphrase");
    let grounds = grounds.with_all(&[custody, ("root_key.passphrase_fd", &*wrong)]);
    let untouched = contents(&grounds);
    assert!(grounds.refusal().await.contains("the passphrase is wrong"));
    assert_eq!(contents(&grounds), untouched);

    let (_file, right) = passphrase_in_file(PASSPHRASE);
    let house = grounds.with_all(&[custody, ("root_key.passphrase_fd", &*right)]).open().await;
    assert_eq!(house.admin().value("kept").await, "value");
    let rotated = rotate(&house, json!({"Passphrase": PASSPHRASE})).await;
    assert_ne!(fingerprint(&rotated), fingerprint(&moved));
    let house = house.restart().await;
    assert_eq!(house.admin().value("kept").await, "value");

    let back = move_to(&house, json!({"Custody": "file"})).await;
    assert_eq!(described(&house).await["RootKeyId"], back["RootKeyId"]);
    let house = house.close().await.with_all(&[]).open().await;
    assert_eq!(house.admin().value("kept").await, "value");
    let grounds = house.close().await;
    assert_eq!(grounds.audit().findings, []);
    assert_eq!(files_outside(&grounds), ["data.key"]);
}

#[tokio::test]
async fn a_first_start_under_a_passphrase_makes_no_file() {
    let (_file, number) = passphrase_in_file(PASSPHRASE);
    let settings = [("root_key.custody", "passphrase"), ("root_key.passphrase_fd", &*number)];
    let house = House::open_with(&settings).await;
    house.admin().create("kept", "value").await;
    let house = house.restart().await;
    assert_eq!(house.admin().value("kept").await, "value");
    let grounds = house.close().await;
    assert_eq!(files_outside(&grounds), Vec::<String>::new());
    assert_eq!(grounds.audit().findings, []);
}

#[tokio::test]
async fn neither_passphrase_nor_shares_come_on_the_trail() {
    let house = furnished().await;
    let made = move_to(&house, json!({"Custody": "shares", "Threshold": 2, "Count": 3})).await;
    let shares: Vec<String> = serde_json::from_value(made["Shares"].clone()).unwrap();
    assert_eq!(shares.len(), 3);
    move_to(&house, json!({"Custody": "passphrase", "Passphrase": PASSPHRASE})).await;
    move_to(&house, json!({"Custody": "file"})).await;
    let raw = house.raw_trail().concat();
    assert!(raw.contains("\"custody\":\"shares\"") && raw.contains("\"threshold\":2"), "{raw}");
    assert!(!raw.contains(PASSPHRASE) && !raw.contains("keepwell-share"));
    let told: Vec<Value> = house.whole_trail();
    let names: Vec<&str> = told.iter().filter_map(|record| record["eventName"].as_str()).collect();
    assert_eq!(names.iter().filter(|name| **name == "MoveRootKey").count(), 3);
}

#[tokio::test]
async fn a_replacement_that_was_cut_short_is_finished_or_forgotten_by_the_next_start() {
    let house = furnished().await;
    let before = described(&house).await;
    let path = house.grounds().data_dir().with_file_name("data.key");
    let old_key = fs::read(&path).unwrap();
    let after = rotate(&house, json!({})).await;
    let grounds = house.close().await;
    let new_key = fs::read(&path).unwrap();
    let beside =
        |answer: &Value| path.with_file_name(format!("data.key.{}.next", fingerprint(answer).get(..16).unwrap()));

    // The power went before the new key had taken its name.
    fs::write(&path, &old_key).unwrap();
    fs::copy(&path, beside(&after)).unwrap();
    fs::write(beside(&after), &new_key).unwrap();
    let house = grounds.open().await;
    assert_eq!(house.admin().value("kept").await, "value");
    let grounds = house.close().await;
    assert_eq!(fs::read(&path).unwrap(), new_key);
    assert_eq!(files_outside(&grounds), ["data.key"]);

    // It went before the store was told.
    fs::copy(&path, beside(&before)).unwrap();
    fs::write(beside(&before), &old_key).unwrap();
    let house = grounds.open().await;
    assert_eq!(fs::read(&path).unwrap(), new_key);
    assert_eq!(files_outside(&house.close().await), ["data.key"]);
}

#[tokio::test]
async fn rivals_replace_the_key_one_after_the_other() {
    let house = furnished().await;
    let [one, other] = [rotate(&house, json!({})), rotate(&house, json!({}))];
    let (one, other) = tokio::join!(one, other);
    assert_ne!(fingerprint(&one), fingerprint(&other));
    let now = described(&house).await;
    assert!([fingerprint(&one), fingerprint(&other)].contains(&fingerprint(&now)));
    assert_eq!(now["Revision"], 3.0);
    let house = house.restart().await;
    assert_eq!(house.admin().value("kept").await, "value");
    assert_eq!(files_outside(&house.close().await), ["data.key"]);
}

/// The future goes so far and no further.
async fn hung_up_after<F: Future>(polls: usize, future: F) {
    let mut future = Box::pin(future);
    for _ in 0..polls {
        if poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx).is_ready())).await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test]
async fn a_caller_who_hangs_up_at_any_moment_leaves_a_key_that_opens() {
    let mut house = furnished().await;
    for polls in 0..25 {
        hung_up_after(polls, rotate(&house, json!({}))).await;
        let grounds = house.copy();
        let copy = grounds.open().await;
        assert_eq!(copy.admin().value("kept").await, "value", "{polls}");
        if polls % 2 == 0 {
            let made = rotate(&house, json!({})).await;
            assert_eq!(described(&house).await["RootKeyId"], made["RootKeyId"], "{polls}");
        }
        if polls % 3 == 0 {
            house = house.restart().await;
        }
        assert_eq!(house.admin().value("kept").await, "value", "{polls}");
    }
    let grounds = house.restart().await.close().await;
    assert_eq!(files_outside(&grounds), ["data.key"]);
    assert_eq!(grounds.audit().findings, []);
}

#[tokio::test]
async fn only_who_may_replaces_the_root_key() {
    let house = furnished().await;
    let may = document(json!([allow(&["keepwell:RotateRootKey"], "arn:aws:keepwell:::deployment")]));
    let rotator = house.user("rotator", &may).await;
    let nobody = house.user("nobody", &document(json!([allow(&["secretsmanager:*"], "*")]))).await;
    let stranger = house.open_account("444455556666").await;
    let old = described(&house).await;

    rotator.at(&house).keepwell("RotateRootKey", json!({})).await.json();
    let members = json!({"Custody": "passphrase", "Passphrase": PASSPHRASE});
    for (person, operation, members) in [
        (&rotator, "MoveRootKey", members.clone()),
        (&rotator, "DescribeRootKey", json!({})),
        (&nobody, "RotateRootKey", json!({})),
        (&stranger, "RotateRootKey", json!({})),
        (&stranger, "MoveRootKey", members),
        (&stranger, "DescribeRootKey", json!({})),
    ] {
        refused(&person.at(&house).keepwell(operation, members).await, "AccessDeniedException", "not authorized");
    }
    assert_eq!(described(&house).await["Revision"], 2.0);
    assert_ne!(described(&house).await["RootKeyId"], old["RootKeyId"]);
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_and_changes_nothing() {
    let house = furnished().await;
    let before = described(&house).await;
    let parameter = "InvalidParameterException";
    for (members, code, text) in [
        (json!({"Custody": "file"}), "InvalidRequestException", "in the custody file already"),
        (json!({"Custody": "systemd-credential"}), "InvalidRequestException", "systemd-creds encrypt"),
        (json!({"Custody": "pkcs11"}), "InvalidRequestException", "root_key.pkcs11_module"),
        (json!({"Custody": "aws-kms"}), "InvalidRequestException", "root_key.kms_key_id"),
        (json!({"Custody": "passphrase"}), parameter, "Passphrase is missing"),
        (json!({"Custody": "passphrase", "Passphrase": "too short"}), parameter, "at least 15 characters"),
        (json!({"Custody": "passphrase", "Passphrase": PASSPHRASE, "Count": 3}), parameter, "has no shares"),
        (json!({"Custody": "shares", "Threshold": 3}), parameter, "Threshold and Count are needed"),
        (json!({"Custody": "shares", "Threshold": 3, "Count": 2}), parameter, "at least 2 of them are needed"),
        (json!({"Custody": "shares", "Threshold": 1, "Count": 2}), "ValidationException", "threshold"),
        (json!({"Custody": "cloud"}), "ValidationException", "custody"),
    ] {
        refused(&house.admin().keepwell("MoveRootKey", members).await, code, text);
    }
    refused(
        &house.admin().keepwell("RotateRootKey", json!({"Passphrase": PASSPHRASE})).await,
        parameter,
        "has no passphrase",
    );
    assert_eq!(described(&house).await, before);
    let grounds = house.close().await;
    assert_eq!(files_outside(&grounds), ["data.key"]);
    let house = grounds.open().await;
    assert_eq!(house.admin().value("kept").await, "value");
}

#[tokio::test]
async fn a_key_that_the_server_cannot_write_is_moved_and_not_rotated() {
    let house = furnished().await;
    let grounds = house.close().await;
    let file = File::open(key_file(&grounds)).unwrap();
    let number = file.as_raw_fd().to_string();
    let house = grounds.with("root_key.fd", &number).open().await;
    assert_eq!(described(&house).await["Keeper"], "the file ".to_owned() + key_file(house.grounds()).to_str().unwrap());

    // The operator takes the file away; from then on the descriptor is all that there is.
    fs::remove_file(key_file(house.grounds())).unwrap();
    assert_eq!(described(&house).await["Keeper"], format!("file descriptor {number}"));
    let answer = house.admin().keepwell("RotateRootKey", json!({})).await;
    refused(&answer, "InvalidRequestException", "keepwell root-key move --to file");
    let moved = move_to(&house, json!({"Custody": "file"})).await;
    rotate(&house, json!({})).await;
    assert_eq!(described(&house).await["Custody"], moved["Custody"]);
    let house = house.close().await.with_all(&[]).open().await;
    assert_eq!(house.admin().value("kept").await, "value");
}

#[tokio::test]
async fn a_file_that_is_somebody_elses_is_not_written_over() {
    let (_file, number) = passphrase_in_file(PASSPHRASE);
    let house = House::open_with(&[("root_key.custody", "passphrase"), ("root_key.passphrase_fd", &*number)]).await;
    fs::write(key_file(house.grounds()), "something").unwrap();
    let answer = house.admin().keepwell("MoveRootKey", json!({"Custody": "file"})).await;
    refused(&answer, "InvalidRequestException", "move it away");
    assert_eq!(fs::read(key_file(house.grounds())).unwrap(), b"something");
    assert_eq!(files_outside(&house.close().await), ["data.key"]);
}

#[tokio::test]
async fn a_sealed_house_opens_when_enough_people_have_come_in_any_order() {
    let house = furnished().await;
    let made = move_to(&house, json!({"Custody": "shares", "Threshold": 3, "Count": 5})).await;
    let shares: Vec<String> = serde_json::from_value(made["Shares"].clone()).unwrap();
    let other = rotate(&house, json!({})).await;
    let newer: Vec<String> = serde_json::from_value(other["Shares"].clone()).unwrap();
    assert_eq!(newer.len(), 5);
    let mut grounds = house.close().await.with("root_key.custody", "shares");

    for chosen in [[0, 1, 2], [4, 2, 0], [3, 1, 4]] {
        let sealed = grounds.sealed().await;
        let door = sealed.door;
        let opening = tokio::spawn(sealed.opening);
        assert_eq!((sealed.missing, door.readiness()), (3, Readiness::Sealed));
        let unseal = async |share: &str| deliver(&*door, unsealing(share)).await;

        let asked = deliver(&*door, Letter::unsigned("ListSecrets", b"{}")).await;
        assert_eq!(asked.status, 503);
        assert!(asked.text().contains("3 more shares of its root key are needed"), "{}", asked.text());

        assert_eq!(unseal(&newer[chosen[0]]).await.json(), json!({"Missing": 2.0}));
        refused(&unseal(&newer[chosen[0]]).await, "InvalidParameterException", "has been given before");
        refused(&unseal(&shares[chosen[1]]).await, "InvalidParameterException", "another set");
        refused(&unseal("keepwell-share-v1:nonsense").await, "InvalidParameterException", "no share");
        let mistyped = newer[chosen[1]].replace(":3:5:", ":3:6:");
        refused(&unseal(&mistyped).await, "InvalidParameterException", "mistyped");
        assert_eq!(unseal(&newer[chosen[1]]).await.json(), json!({"Missing": 1.0}));
        assert_eq!(unseal(&newer[chosen[2]]).await.json(), json!({"Missing": 0.0}));

        assert_eq!(door.readiness(), Readiness::Ready);
        let opened = opening.await.unwrap().ok().unwrap();
        refused(&deliver(&*door, unsealing(&newer[0])).await, "InvalidRequestException", "not sealed");
        let house = grounds.opened(opened);
        assert_eq!(house.admin().value("kept").await, "value");
        grounds = house.close().await;
        grounds.clock.turn(1_000);
    }
}

#[tokio::test]
async fn junk_is_taken_at_a_bounded_rate() {
    let house = furnished().await;
    move_to(&house, json!({"Custody": "shares", "Threshold": 2, "Count": 2})).await;
    let grounds = house.close().await.with("root_key.custody", "shares");
    let door = grounds.sealed().await.door;
    for _ in 0..20 {
        refused(&deliver(&*door, unsealing("junk")).await, "InvalidParameterException", "no share");
    }
    refused(&deliver(&*door, unsealing("junk")).await, "ThrottlingException", "wait a second");
    grounds.clock.turn(1_000);
    refused(&deliver(&*door, unsealing("junk")).await, "InvalidParameterException", "no share");
}

#[tokio::test]
async fn a_first_start_hands_out_no_shares() {
    let house = House::open().await;
    let grounds = house.close().await;
    fs::remove_dir_all(grounds.data_dir()).unwrap();
    let grounds = grounds.with("root_key.custody", "shares");
    let refusal = grounds.refusal().await;
    assert!(refusal.contains("keepwell root-key move --to shares"), "{refusal}");
    assert!(!grounds.data_dir().exists());
}

fn unsealing(share: &str) -> Letter {
    let mut letter = Letter::unsigned("", json!({"Share": share}).to_string().as_bytes());
    letter.set("x-amz-target", "Keepwell.Unseal");
    letter
}

async fn deliver(application: &impl Application, letter: Letter) -> Answer {
    let connection = front::server::Connection {
        peer: "192.0.2.40:50000".parse().unwrap(),
        local: "127.0.0.1:8443".parse().unwrap(),
        tls: None,
    };
    let (head, body) = letter.into_parts();
    let (head, body) = Box::pin(application.answer(&connection, head, body)).await.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    Answer { status: head.status.as_u16(), headers: head.headers, body }
}

#[track_caller]
fn refused(answer: &Answer, code: &str, text: &str) {
    let told: Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!((answer.status, told["__type"].as_str()), (400, Some(code)), "{told}");
    assert!(told["message"].as_str().is_some_and(|message| message.contains(text)), "{told}");
}
