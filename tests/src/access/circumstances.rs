//! Where a request comes from, how it travels, and what it carries.

use std::net::IpAddr;

use front::server::TlsDetails;
use serde_json::{Value, json};

use super::READ;
use crate::{
    house::{House, SECOND_MS},
    letters::{Answer, Letter, token},
    people::{Person, allow, allow_if, document},
    texts::not_allowed,
};

const NETWORK: &str = "203.0.113.0/24";

fn letter(house: &House, person: &Person) -> Letter {
    person.at(house).letter("GetSecretValue", json!({"SecretId": "db"}).to_string().as_bytes())
}

/// Reads from this address, through the proxies that the header names.
async fn read_from(house: &House, person: &Person, peer: &str, forwarded: &str) -> Answer {
    let mut letter = letter(house, person);
    if !forwarded.is_empty() {
        letter.set("x-forwarded-for", forwarded);
    }
    house.deliver_by(peer.parse::<IpAddr>().unwrap(), None, letter).await
}

async fn with_a_reader(settings: &[(&str, &str)], condition: Value) -> (House, Person) {
    let house = House::open_with(settings).await;
    house.admin().create("db", "one").await;
    let reader = house.user("reader", &document(allow_if(&[READ], "*", condition))).await;
    (house, reader)
}

#[tokio::test]
async fn an_address_is_that_of_the_connection_whatever_a_header_claims() {
    let (house, reader) = with_a_reader(&[], json!({"IpAddress": {"aws:SourceIp": NETWORK}})).await;
    let refused = not_allowed(&reader.arn, READ, "db", "identity-based");
    assert_eq!(read_from(&house, &reader, "203.0.113.9", "").await.json()["SecretString"], "one");
    assert_eq!(read_from(&house, &reader, "::ffff:203.0.113.9", "").await.json()["SecretString"], "one");
    read_from(&house, &reader, "203.0.114.9", "").await.is(&refused);
    read_from(&house, &reader, "10.0.0.1", "203.0.113.9").await.is(&refused);
    read_from(&house, &reader, "203.0.113.9", "10.0.0.1").await.json();
    let addresses: Vec<Value> = house.trail().into_iter().map(|record| record["sourceIPAddress"].clone()).collect();
    assert_eq!(addresses.last().unwrap(), "203.0.113.9");
}

#[tokio::test]
async fn a_trusted_proxy_is_believed_and_nobody_behind_it() {
    let condition = json!({"IpAddress": {"aws:SourceIp": NETWORK}});
    let (house, reader) = with_a_reader(&[("trusted_proxies", "10.0.0.0/8")], condition).await;
    let refused = not_allowed(&reader.arn, READ, "db", "identity-based");
    read_from(&house, &reader, "10.0.0.1", "203.0.113.9").await.json();
    read_from(&house, &reader, "10.0.0.1", "198.51.100.7, 203.0.113.9, 10.0.0.2").await.json();
    // What a client wrote into the header itself stands before what the proxy adds.
    read_from(&house, &reader, "10.0.0.1", "203.0.113.9, 198.51.100.7").await.is(&refused);
    read_from(&house, &reader, "10.0.0.1", "").await.is(&refused);
    read_from(&house, &reader, "10.0.0.1", "203.0.113.9, unknown").await.is(&refused);
    read_from(&house, &reader, "192.0.2.1", "203.0.113.9").await.is(&refused);
}

#[tokio::test]
async fn transport_is_secure_under_tls_alone() {
    let (house, reader) = with_a_reader(&[], json!({"Bool": {"aws:SecureTransport": "true"}})).await;
    let peer = "192.0.2.40".parse::<IpAddr>().unwrap();
    let refused = not_allowed(&reader.arn, READ, "db", "identity-based");
    let mut pretending = letter(&house, &reader);
    pretending.set("x-forwarded-proto", "https");
    house.deliver_by(peer, None, pretending).await.is(&refused);
    let tls = TlsDetails { version: "TLSv1.3", cipher_suite: "TLS_AES_128_GCM_SHA256", key_exchange: "x25519" };
    assert_eq!(house.deliver_by(peer, Some(tls), letter(&house, &reader)).await.json()["SecretString"], "one");
}

#[tokio::test]
async fn a_right_has_its_days() {
    let house = House::open().await;
    house.admin().create("db", "one").await;
    let hours = json!({
        "DateGreaterThan": {"aws:CurrentTime": "2026-03-02T08:00:10Z"},
        "DateLessThan": {"aws:CurrentTime": "2026-03-02T08:00:20Z"},
    });
    let reader = house.user("reader", &document(allow_if(&[READ], "*", hours))).await;
    let refused = not_allowed(&reader.arn, READ, "db", "identity-based");
    for (seconds, is_open) in [(0, false), (15, true), (10, false)] {
        house.turn_clock(seconds * SECOND_MS);
        let answer = reader.at(&house).call("GetSecretValue", json!({"SecretId": "db"})).await;
        if is_open { assert_eq!(answer.json()["SecretString"], "one") } else { answer.is(&refused) }
    }
}

#[tokio::test]
async fn attributes_decide_who_makes_and_who_reads() {
    let house = House::open().await;
    let admin = house.admin();
    let tags = |team: &str| json!([{"Key": "team", "Value": team}]);
    let own = json!({"StringEquals": {
        "aws:RequestTag/team": "${aws:PrincipalTag/team}",
        "aws:ResourceTag/team": "${aws:PrincipalTag/team}",
    }});
    let theirs = json!({"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}});
    let policy = document(json!([
        allow_if(&["secretsmanager:CreateSecret", "secretsmanager:TagResource"], "*", own),
        allow_if(&[READ], "*", theirs),
        allow(&["secretsmanager:ListSecrets"], "*"),
    ]));
    let (alice, bob) = (house.user("alice", &policy).await, house.user("bob", &policy).await);
    admin.tag_user("alice", "team", "core").await;
    admin.tag_user("bob", "team", "web").await;
    let create = |name: &str, team: &str| json!({"Name": name, "ClientRequestToken": token(1), "SecretString": name, "Tags": tags(team)});
    alice.at(&house).ask("CreateSecret", create("db", "core")).await;
    let refused = not_allowed(&alice.arn, "secretsmanager:CreateSecret", "other", "identity-based");
    alice.at(&house).call("CreateSecret", create("other", "web")).await.is(&refused);
    assert_eq!(alice.at(&house).value("db").await, "db");
    let refused = not_allowed(&bob.arn, READ, "db", "identity-based");
    bob.at(&house).call("GetSecretValue", json!({"SecretId": "db"})).await.is(&refused);

    // A tag of the user, and one of the secret, count with the next request.
    admin.tag_user("bob", "team", "core").await;
    assert_eq!(bob.at(&house).value("db").await, "db");
    admin.call("TagResource", json!({"SecretId": "db", "Tags": tags("web")})).await.is_empty_success();
    bob.at(&house).call("GetSecretValue", json!({"SecretId": "db"})).await.is(&refused);
    // Who has no such tag matches nothing, not even what has none either.
    let untagged = house.user("untagged", &policy).await;
    admin.create("bare", "bare").await;
    let refused = not_allowed(&untagged.arn, READ, "bare", "identity-based");
    untagged.at(&house).call("GetSecretValue", json!({"SecretId": "bare"})).await.is(&refused);
}
