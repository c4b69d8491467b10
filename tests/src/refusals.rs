//! Who is turned away, from every operation: nothing is opened, nothing is changed, nothing reaches the trail.

use secretsmanager::Operation;
use serde_json::{Value, json};

use crate::{
    house::{House, OTHER_REGION, SECOND_MS},
    letters::{Letter, Persona, Refusal, token},
    texts::unauthenticated,
};

const POLICY: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"secretsmanager:GetSecretValue","Resource":"*"}}"#;

/// Every operation with a request that root may make. The secret is `db`.
pub(crate) fn requests() -> Vec<(&'static str, Value)> {
    vec![
        ("BatchGetSecretValue", json!({"SecretIdList": ["db"]})),
        ("CreateSecret", json!({"Name": "new", "ClientRequestToken": token(7), "SecretString": "seven"})),
        ("DeleteResourcePolicy", json!({"SecretId": "db"})),
        ("DeleteSecret", json!({"SecretId": "db", "ForceDeleteWithoutRecovery": true})),
        ("DescribeSecret", json!({"SecretId": "db"})),
        ("GetRandomPassword", json!({})),
        ("GetResourcePolicy", json!({"SecretId": "db"})),
        ("GetSecretValue", json!({"SecretId": "db"})),
        ("ListResourcePolicies", json!({"SecretId": "db"})),
        ("ListSecretVersionIds", json!({"SecretId": "db"})),
        ("ListSecrets", json!({})),
        ("PutResourcePolicy", json!({"SecretId": "db", "ResourcePolicy": POLICY})),
        ("PutSecretValue", json!({"SecretId": "db", "ClientRequestToken": token(7), "SecretString": "seven"})),
        ("RestoreSecret", json!({"SecretId": "db"})),
        ("TagResource", json!({"SecretId": "db", "Tags": [{"Key": "k", "Value": "v"}]})),
        ("UntagResource", json!({"SecretId": "db", "TagKeys": ["team"]})),
        ("UpdateSecret", json!({"SecretId": "db", "ClientRequestToken": token(7), "SecretString": "seven"})),
        ("UpdateSecretVersionStage", json!({"SecretId": "db", "VersionStage": "blue", "MoveToVersionId": token(1)})),
        ("ValidateResourcePolicy", json!({"SecretId": "db", "ResourcePolicy": POLICY})),
    ]
}

#[test]
fn every_routed_operation_turns_someone_away_here() {
    let tested: Vec<&str> = requests().into_iter().map(|(operation, _)| operation).collect();
    let untested: Vec<&str> = Operation::ALL
        .iter()
        .map(|operation| operation.action().operation())
        .filter(|name| !tested.contains(name))
        .collect();
    assert!(
        untested.is_empty(),
        "Nobody is turned away from {untested:?}.\nYou probably added an operation. Add a request for it to requests() \
         in tests/src/refusals.rs: everyone below is then turned away from it as well."
    );
}

#[tokio::test]
async fn root_is_let_in_with_every_one_of_these_requests() {
    for (operation, members) in requests() {
        let house = furnished().await;
        let answer = house.admin().call(operation, members).await;
        assert_eq!(answer.status, 200, "{operation}: {}", answer.text());
    }
}

#[tokio::test]
async fn nobody_is_let_in_without_a_signature() {
    let missing = unauthenticated("MissingAuthenticationTokenException", "Missing Authentication Token");
    turned_away(&missing, |_, operation, body| Letter::unsigned(operation, body)).await;
    turned_away(&missing, |_, operation, body| {
        let mut letter = Letter::unsigned(operation, body);
        letter.set("authorization", "Bearer abcdef");
        letter
    })
    .await;
}

#[tokio::test]
async fn nobody_is_let_in_with_half_a_signature() {
    let half = unauthenticated(
        "IncompleteSignatureException",
        "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. \
         Authorization header requires 'SignedHeaders' parameter. Authorization=AWS4-HMAC-SHA256",
    );
    let letter = |_: Persona<'_>, operation: &str, body: &[u8]| {
        let mut letter = Letter::unsigned(operation, body);
        letter.set("x-amz-date", "20260302T080000Z");
        letter.set("authorization", "AWS4-HMAC-SHA256");
        letter
    };
    turned_away(&half, letter).await;
}

#[tokio::test]
async fn nobody_is_let_in_with_an_unknown_key_or_somebody_elses_secret_or_a_token_that_is_none() {
    let unknown = unknown_key();
    turned_away(&unknown, |admin, operation, body| {
        Persona { access_key_id: "AKIAKEEPWELLSTORIES2", ..admin }.letter(operation, body)
    })
    .await;
    // The key has no sessions, so no token is one of its own, however well it is signed.
    turned_away(&unknown, |admin, operation, body| {
        let mut letter = Letter::unsigned(operation, body);
        letter.set("x-amz-security-token", "FwoGZXIvYXdzEAA");
        admin.sign(&mut letter);
        letter
    })
    .await;
    turned_away(&mismatch(), |admin, operation, body| {
        Persona { secret_access_key: "a-secret-access-key-of-somebody-else-is", ..admin }.letter(operation, body)
    })
    .await;
}

#[tokio::test]
async fn nobody_is_let_in_with_what_was_altered_after_it_was_signed() {
    let alterations: [fn(&mut Letter); 6] = [
        |letter| letter.body.push(b' '),
        |letter| letter.target = "/?Action=GetSecretValue".to_owned(),
        |letter| letter.target = "/secrets".to_owned(),
        |letter| letter.set("host", "secretsmanager.us-east-1.amazonaws.com"),
        |letter| letter.set("content-type", "application/x-amz-json-1.0"),
        |letter| {
            let mut authorization = letter.headers["authorization"].to_str().unwrap().to_owned();
            let last = if authorization.ends_with('0') { '1' } else { '0' };
            authorization.pop();
            authorization.push(last);
            letter.set("authorization", &authorization);
        },
    ];
    for alter in alterations {
        turned_away(&mismatch(), |admin, operation, body| {
            let mut letter = admin.letter(operation, body);
            alter(&mut letter);
            letter
        })
        .await;
    }
}

#[tokio::test]
async fn a_signature_for_one_operation_opens_no_other() {
    turned_away(&mismatch(), |admin, operation, body| {
        let other = if operation == "ListSecrets" { "DescribeSecret" } else { "ListSecrets" };
        let mut letter = admin.letter(other, body);
        letter.set("x-amz-target", &format!("secretsmanager.{operation}"));
        letter
    })
    .await;
}

#[tokio::test]
async fn nobody_is_let_in_with_another_services_or_regions_signature() {
    let service = unauthenticated(
        "InvalidSignatureException",
        "Credential should be scoped to correct service: 'secretsmanager'. ",
    );
    turned_away(&service, |admin, operation, body| Persona { service: "sts", ..admin }.letter(operation, body)).await;
    let region = unauthenticated("InvalidSignatureException", "Credential should be scoped to a valid region. ");
    turned_away(&region, |admin, operation, body| admin.in_region("ap-south-1").letter(operation, body)).await;
}

#[tokio::test]
async fn nobody_is_let_in_too_late_or_too_early() {
    let late = unauthenticated(
        "InvalidSignatureException",
        "Signature expired: 20260302T080000Z is now earlier than 20260302T080001Z (20260302T080501Z - 5 min.)",
    );
    turned_away(&late, |admin, operation, body| {
        let letter = admin.letter(operation, body);
        admin.house.turn_clock(301 * SECOND_MS);
        letter
    })
    .await;
    let early = unauthenticated(
        "InvalidSignatureException",
        "Signature not yet current: 20260302T080000Z is still later than 20260302T075959Z (20260302T075459Z + 5 min.)",
    );
    turned_away(&early, |admin, operation, body| {
        let letter = admin.letter(operation, body);
        admin.house.turn_clock(-301 * SECOND_MS);
        letter
    })
    .await;
}

#[tokio::test]
async fn a_region_is_let_into_its_own_secrets_only() {
    let house = furnished().await;
    let other = house.admin().in_region(OTHER_REGION);
    for (operation, members) in requests() {
        if members.get("SecretId").is_some() && operation != "DeleteSecret" {
            other.call(operation, members).await.is(&crate::texts::not_found());
        }
    }
    assert_eq!(other.ask("ListSecrets", json!({})).await, json!({"SecretList": []}));
}

fn mismatch() -> Refusal {
    unauthenticated(
        "InvalidSignatureException",
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access \
         Key and signing method. Consult the service documentation for details.",
    )
}

fn unknown_key() -> Refusal {
    unauthenticated("UnrecognizedClientException", "The security token included in the request is invalid.")
}

async fn furnished() -> House {
    let house = House::open().await;
    let admin = house.admin();
    admin.create("db", "one").await;
    admin.put("db", 2, "two").await;
    admin.call("TagResource", json!({"SecretId": "db", "Tags": [{"Key": "team", "Value": "core"}]})).await;
    house
}

/// Sends the letter for every operation. Each is refused with the same words, and leaves the house as it was.
async fn turned_away(refusal: &Refusal, write: impl Fn(Persona<'_>, &str, &[u8]) -> Letter) {
    let house = furnished().await;
    let admin = house.admin();
    let before = house.clock_ms();
    let state = inventory(admin).await;
    let told = house.trail_names();
    for (operation, members) in requests() {
        let letter = write(admin, operation, members.to_string().as_bytes());
        house.deliver(letter).await.is(refusal);
        house.turn_clock(before - house.clock_ms());
    }
    assert_eq!(house.trail_names(), told, "what nobody is known to have asked is not on the trail");
    assert_eq!(inventory(admin).await, state);
}

/// Everything that can be told without noting an access.
async fn inventory(admin: Persona<'_>) -> [Value; 3] {
    admin.house.settle_notes().await;
    [
        admin.ask("ListSecrets", json!({"IncludePlannedDeletion": true})).await,
        admin.describe("db").await,
        admin.ask("ListSecretVersionIds", json!({"SecretId": "db", "IncludeDeprecated": true})).await,
    ]
}
