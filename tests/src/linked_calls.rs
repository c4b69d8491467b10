//! What services call on a caller's behalf has records of its own, beside the call's.

mod teller;

use gate::{Caller, RequestContext, Service};
use policy::Action;
use serde_json::{Value, json};
use sigv4::ReceivedRequest;
use terms::{AccountId, Clock};
use trail::{LinkedCall, LinkedFailure};

use crate::{
    house::{ACCESS_KEY_ID, ACCOUNT, House, REGION},
    letters::{Persona, token},
    people::{allow, document, trusting},
    tampering::{rewrite_last, store},
};
use teller::{Operation, Plan, Room};

const KEY: &str = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const SECRET: &str = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:prod/db-Ab12Cd";

fn linked(event: u8, action: &'static str, failure: Option<LinkedFailure>) -> LinkedCall {
    LinkedCall {
        event: terms::EventId::from_bytes([event; 16]),
        action: Action::new(action),
        key_arn: KEY.into(),
        key_account: AccountId::parse(ACCOUNT).unwrap(),
        secret_arn: SECRET.into(),
        version_id: terms::VersionId::new(&token(1)),
        failure,
    }
}

/// Whoever signs as this persona does.
async fn caller(persona: Persona<'_>) -> (Caller, RequestContext) {
    let house = persona.house;
    let (head, body) = persona.letter("GetSecretValue", b"{}").into_parts();
    let received = ReceivedRequest { method: "POST", path: "/", query: "", headers: &head.headers, authority: None };
    let authenticator = &house.rooms.authenticator;
    let now = house.clock().now();
    let caller = authenticator.authenticate(&received, &body, Service::SECRETS_MANAGER, now).await.unwrap();
    let mut context = RequestContext::begin(house.clock(), &*house.rooms.entropy, [192, 0, 2, 40].into());
    context.user_agent = head.headers.get("user-agent").cloned();
    context.host = head.headers.get("host").cloned();
    (caller, context)
}

/// The persona's call is told as planned. The raw records that it left.
async fn told(persona: Persona<'_>, operation: Operation, plan: Plan) -> Vec<String> {
    let (caller, context) = caller(persona).await;
    let before = persona.house.raw_trail().len();
    let room = Room::new(persona.house, plan);
    teller::answer(&room, &context, &caller, operation, br#"{"SecretId":"prod/db"}"#).await.unwrap();
    persona.house.raw_trail().split_off(before)
}

fn parsed(records: &[String]) -> Vec<Value> {
    records.iter().map(|record| serde_json::from_str(record).unwrap()).collect()
}

#[tokio::test]
async fn a_read_that_used_a_key_leaves_kmss_record_behind_its_own() {
    let house = House::open().await;
    let plan = Plan { linked: vec![linked(0x31, "kms:Decrypt", None)], ..Plan::default() };
    let records = told(house.admin(), Operation::GetSecretValue, plan).await;
    let [own, kms] = &records[..] else { panic!("{records:#?}") };
    let own: Value = serde_json::from_str(own).unwrap();
    assert_eq!(
        (&own["eventName"], &own["requestParameters"]),
        (&json!("GetSecretValue"), &json!({"secretId": "prod/db"}))
    );
    let request = parsed(std::slice::from_ref(kms))[0]["requestID"].as_str().unwrap().to_owned();
    assert_ne!(own["requestID"], request);
    let version = token(1);
    let expected = format!(
        "{{\"eventVersion\":\"1.11\",\"userIdentity\":{{\"type\":\"Root\",\"principalId\":\"{ACCOUNT}\",\"arn\":\
         \"arn:aws:iam::{ACCOUNT}:root\",\"accountId\":\"{ACCOUNT}\",\"accessKeyId\":\"{ACCESS_KEY_ID}\",\"invokedBy\":\
         \"secretsmanager.amazonaws.com\"}},\"eventTime\":\"2026-03-02T08:00:00Z\",\"eventSource\":\
         \"kms.amazonaws.com\",\"eventName\":\"Decrypt\",\"awsRegion\":\"{REGION}\",\"sourceIPAddress\":\
         \"secretsmanager.amazonaws.com\",\"userAgent\":\"secretsmanager.amazonaws.com\",\"requestParameters\":\
         {{\"encryptionContext\":{{\"SecretARN\":\"{SECRET}\",\"SecretVersionId\":\"{version}\"}},\
         \"encryptionAlgorithm\":\"SYMMETRIC_DEFAULT\"}},\"responseElements\":null,\"requestID\":\"{request}\",\
         \"eventID\":\"31313131-3131-3131-3131-313131313131\",\"readOnly\":true,\"resources\":[{{\"accountId\":\
         \"{ACCOUNT}\",\"type\":\"AWS::KMS::Key\",\"ARN\":\"{KEY}\"}}],\"eventType\":\"AwsApiCall\",\
         \"managementEvent\":true,\"recipientAccountId\":\"{ACCOUNT}\",\"eventCategory\":\"Management\"}}"
    );
    assert_eq!(*kms, expected);
}

#[tokio::test]
async fn only_the_last_telling_of_a_story_has_records() {
    let house = House::open().await;
    for operation in [Operation::GetSecretValue, Operation::UpdateSecret] {
        let plan = Plan { conflicts: 3, linked: vec![linked(1, "kms:Decrypt", None)], ..Plan::default() };
        let records = parsed(&told(house.admin(), operation, plan).await);
        let names: Vec<&Value> = records.iter().map(|record| &record["eventName"]).collect();
        assert_eq!(names, [&json!(operation.action().operation()), &json!("Decrypt")]);
    }
}

#[tokio::test]
async fn the_identity_is_the_callers_own_and_names_the_service() {
    let house = House::open().await;
    let admin = house.admin();
    let policy = document(json!([allow(&["secretsmanager:*"], "*")]));
    let role = admin.role("web", &trusting(&format!("arn:aws:iam::{ACCOUNT}:root")), &policy).await;
    let ada = house.user("ada", &document(json!([allow(&["sts:AssumeRole"], "*")]))).await;
    let session = ada.at(&house).assume(&role.arn, &[("RoleSessionName", "web-7f9c")]).await;
    let plan = Plan { linked: vec![linked(1, "kms:Decrypt", None)], ..Plan::default() };
    let records = parsed(&told(session.at(&house), Operation::GetSecretValue, plan).await);
    let mut identity = records[0]["userIdentity"].clone();
    assert_eq!(identity["type"], "AssumedRole");
    assert!(identity.get("invokedBy").is_none());
    identity["invokedBy"] = json!("secretsmanager.amazonaws.com");
    assert_eq!(records[1]["userIdentity"], identity);
}

/// A read leaves a stub of KMS's record, a change the whole.
#[tokio::test]
async fn kmss_record_of_a_read_is_byte_for_byte_that_of_a_change() {
    let house = House::open().await;
    let failure = |code: &'static str| Some(LinkedFailure { code, message: format!("{code}, \"why\" and\nwhere: ü") });
    let calls = || {
        vec![
            linked(1, "kms:Decrypt", None),
            linked(2, "kms:GenerateDataKey", None),
            linked(3, "kms:Encrypt", failure("DisabledException")),
            linked(4, "kms:Decrypt", failure("AccessDenied")),
        ]
    };
    let (caller, context) = caller(house.admin()).await;
    let mut told = Vec::new();
    for operation in [Operation::GetSecretValue, Operation::UpdateSecret] {
        let before = house.raw_trail().len();
        let room = Room::new(&house, Plan { linked: calls(), ..Plan::default() });
        teller::answer(&room, &context, &caller, operation, br#"{"SecretId":"prod/db"}"#).await.unwrap();
        told.push(house.raw_trail().split_off(before + 1));
    }
    assert_eq!(told[0].len(), 4);
    assert_eq!(told[0], told[1]);
    let report = house.close().await.audit();
    assert_eq!(report.findings, []);
}

#[tokio::test]
async fn a_refusal_of_kms_is_told_in_its_own_record() {
    let house = House::open().await;
    let failure = |code: &'static str| Some(LinkedFailure { code, message: format!("{code}, and \"why\"") });
    let calls =
        vec![linked(1, "kms:Decrypt", failure("DisabledException")), linked(2, "kms:Decrypt", failure("AccessDenied"))];
    let plan = Plan { linked: calls, refuses: true, ..Plan::default() };
    let records = parsed(&told(house.admin(), Operation::GetSecretValue, plan).await);
    let [own, disabled, denied] = &records[..] else { panic!("{records:#?}") };
    assert_eq!(own["errorCode"], "DecryptionFailure");
    assert_eq!(
        (&disabled["errorCode"], &disabled["errorMessage"]),
        (&json!("DisabledException"), &json!("DisabledException, and \"why\""))
    );
    assert_eq!(disabled["requestParameters"]["encryptionContext"]["SecretARN"], SECRET);
    // What is denied keeps no parameters.
    assert_eq!((&denied["errorCode"], &denied["requestParameters"]), (&json!("AccessDenied"), &Value::Null));
    assert_eq!(denied["resources"][0]["ARN"], KEY);
}

/// Decrypts, encrypts and makes a key, and changes two things more than its first.
fn change_of_key() -> Plan {
    let calls = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"];
    let linked = (1..).zip(calls).map(|(event, action)| linked(event, action, None)).collect();
    Plan { linked, also: 2, ..Plan::default() }
}

#[tokio::test]
async fn a_change_tells_of_all_that_it_called_and_changed() {
    let house = House::open().await;
    let records = parsed(&told(house.admin(), Operation::UpdateSecret, change_of_key()).await);
    let told: Vec<Value> = records
        .iter()
        .map(|record| json!([record["eventName"], record["eventType"], record["requestParameters"]]))
        .collect();
    let context = json!({"SecretARN": SECRET, "SecretVersionId": token(1)});
    let decrypted = json!({"encryptionContext": context, "encryptionAlgorithm": "SYMMETRIC_DEFAULT"});
    let encrypted = json!({"keyId": KEY, "encryptionAlgorithm": "SYMMETRIC_DEFAULT", "encryptionContext": context});
    let made = json!({"keyId": KEY, "keySpec": "AES_256", "encryptionContext": context});
    assert_eq!(
        told,
        [
            json!(["UpdateSecret", "AwsApiCall", {"secretId": "prod/db"}]),
            json!(["Decrypt", "AwsApiCall", decrypted]),
            json!(["Encrypt", "AwsApiCall", encrypted]),
            json!(["GenerateDataKey", "AwsApiCall", made]),
            json!(["UpdateSecret", "AwsServiceEvent", null]),
            json!(["UpdateSecret", "AwsServiceEvent", null]),
        ]
    );
    let own = &records[0]["eventID"];
    let related = records[4..].iter().map(|record| &record["additionalEventData"]["relatedEventID"]);
    assert!(related.eq([own, own]));
    let mut events: Vec<&str> = records.iter().map(|record| record["eventID"].as_str().unwrap()).collect();
    events.sort_unstable();
    events.dedup();
    assert_eq!(events.len(), records.len());
    let report = house.close().await.audit();
    // The deployment's key, a managed key for each Region, the account's IAM, and the three things, which were erased.
    assert_eq!((report.findings.as_slice(), report.changes), (&[][..], 7));
}

#[tokio::test]
async fn all_records_of_a_change_outlive_a_crash_that_lost_them_from_the_log() {
    let house = House::open().await;
    for _ in 0..20 {
        let (caller, context) = caller(house.admin()).await;
        let before = house.raw_trail().len();
        let room = Room::new(&house, change_of_key());
        teller::answer(&room, &context, &caller, Operation::UpdateSecret, br#"{"SecretId":"db"}"#).await.unwrap();
        let copy = house.copy();
        let waiting: i64 = store(&copy).query_row("SELECT count(*) FROM trail_pending", [], |row| row.get(0)).unwrap();
        // The server settles twice a second; a copy taken just then shows fewer.
        if waiting < 6 {
            continue;
        }
        rewrite_last(&copy);
        assert_eq!(copy.audit().findings, []);
        let again = copy.open().await;
        let records = parsed(&again.raw_trail().split_off(before));
        let names: Vec<&str> = records.iter().map(|record| record["eventName"].as_str().unwrap()).collect();
        let expected = ["UpdateSecret", "Decrypt", "Encrypt", "GenerateDataKey", "UpdateSecret", "UpdateSecret"];
        assert_eq!(names, expected);
        let grounds = again.close().await;
        assert_eq!(grounds.audit().findings, []);
        return;
    }
    panic!("no change was ever seen waiting");
}
