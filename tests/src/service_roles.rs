//! Roles that services make for themselves, and the narrowed sessions that they take them for.

use std::sync::Arc;

use facades::{ServiceRole, ServiceRoleError, ServiceRoles};
use gate::{NewRoleSession, Restrictions, RoleTaker};
use iam::RoleMaker;
use keepwell::system::SystemEntropy;
use serde_json::json;
use terms::{AccountId, Clock, Region, RequestId};

use crate::{
    house::{ACCOUNT, House, REGION},
    letters::Persona,
    people::{OTHER_ACCOUNT, allow, document, trusting},
};

const SERVICE: &str = "secretsmanager.amazonaws.com";
const ROLE: &str = "arn:aws:iam::111122223333:role/service-role/KeepwellRotation";

fn maker(house: &House) -> RoleMaker {
    RoleMaker::new(Arc::clone(&house.rooms.iam), Region::parse(REGION).unwrap())
}

async fn ensure(house: &House, account: &str, policy: &str) -> Result<String, ServiceRoleError> {
    let role = ServiceRole {
        account: AccountId::parse(account).unwrap(),
        name: "KeepwellRotation",
        description: "Rotates secrets.",
        trusted_service: SERVICE,
        policy_name: "rotation",
        policy,
        request: RequestId::random(&SystemEntropy),
        now: house.clock().now(),
    };
    maker(house).ensure(&role).await
}

fn reads_everything() -> String {
    document(json!([allow(&["secretsmanager:GetSecretValue"], "*")]))
}

#[tokio::test]
async fn a_role_is_made_when_it_is_first_needed_and_stays_as_its_account_wants_it() {
    let house = House::open().await;
    let admin = house.admin();
    assert_eq!(ensure(&house, ACCOUNT, &reads_everything()).await, Ok(ROLE.to_owned()));
    let role = admin.iam("GetRole", &[("RoleName", "KeepwellRotation")]).await;
    role.is_success();
    assert_eq!((&*role.element("Arn"), &*role.element("Path")), (ROLE, "/service-role/"));
    assert!(role.element("RoleId").starts_with("AROA"));
    assert!(role.element("AssumeRolePolicyDocument").contains("secretsmanager.amazonaws.com"));
    let policy = [("RoleName", "KeepwellRotation"), ("PolicyName", "rotation")];
    admin.iam("GetRolePolicy", &policy).await.is_success();
    // The account narrows it.
    admin.iam("DeleteRolePolicy", &policy).await.is_success();
    assert_eq!(ensure(&house, ACCOUNT, &reads_everything()).await, Ok(ROLE.to_owned()));
    assert_eq!(admin.iam("GetRolePolicy", &policy).await.status, 404);
}

#[tokio::test]
async fn many_who_need_it_at_once_make_one() {
    let house = House::open().await;
    let policy = reads_everything();
    let (one, two, three) = tokio::join!(
        ensure(&house, ACCOUNT, &policy),
        ensure(&house, ACCOUNT, &policy),
        ensure(&house, ACCOUNT, &policy)
    );
    for made in [one, two, three] {
        assert_eq!(made, Ok(ROLE.to_owned()));
    }
    let records = house.whole_trail();
    let made: Vec<_> = records.iter().filter(|record| record["eventName"] == "CreateRole").collect();
    let [record] = &made[..] else { panic!("{made:?}") };
    assert_eq!(
        (&record["eventSource"], &record["eventType"]),
        (&json!("iam.amazonaws.com"), &json!("AwsServiceEvent"))
    );
    let details = json!({"roleName": "KeepwellRotation", "roleArn": ROLE, "invokedBy": SERVICE});
    assert_eq!(record["serviceEventDetails"], details);
    assert_eq!(house.close().await.audit().findings, []);
}

#[tokio::test]
async fn a_role_of_that_name_elsewhere_is_somebody_elses() {
    let house = House::open().await;
    house.admin().role("KeepwellRotation", &trusting(ACCOUNT), "").await;
    let refused = ensure(&house, ACCOUNT, &reads_everything()).await.unwrap_err();
    let text = format!(
        "The role KeepwellRotation cannot be made under /service-role/: arn:aws:iam::{ACCOUNT}:role/KeepwellRotation \
         has its name."
    );
    assert_eq!(refused, ServiceRoleError::Refused(text));
}

#[tokio::test]
async fn a_closed_account_gets_no_role() {
    let house = House::open().await;
    house.open_account(OTHER_ACCOUNT).await;
    assert!(ensure(&house, OTHER_ACCOUNT, &reads_everything()).await.unwrap().contains(OTHER_ACCOUNT));
    house.close_account(OTHER_ACCOUNT).await;
    let refused = ensure(&house, OTHER_ACCOUNT, &reads_everything()).await.unwrap_err();
    assert_eq!(refused, ServiceRoleError::Refused(format!("The account {OTHER_ACCOUNT} is closed.")));
}

#[tokio::test]
async fn a_session_that_was_narrowed_reaches_what_both_allow() {
    let house = House::open().await;
    let admin = house.admin();
    let (own, other) = (admin.create("own", "one").await, admin.create("other", "two").await);
    let role_arn = ensure(&house, ACCOUNT, &reads_everything()).await.unwrap();
    let now = house.clock().now();
    let taker = RoleTaker {
        service: SERVICE,
        source_arn: &own,
        source_account: AccountId::parse(ACCOUNT).unwrap(),
        request: RequestId::random(&SystemEntropy),
        now,
    };
    let narrowed = document(json!([allow(&["secretsmanager:*"], &own)]));
    let roles = house.roles();
    let begin = async |policy: Option<String>| {
        let new = NewRoleSession {
            role_arn: &role_arn,
            session_name: "own",
            region: Region::parse(REGION).unwrap(),
            expires_at: now.plus_millis(60_000),
            restrictions: Restrictions { policy, ..Restrictions::default() },
        };
        roles.sessions.begin(new, &taker).await.unwrap()
    };
    let text = |bytes: &terms::SecretBytes| String::from_utf8(bytes.expose().to_vec()).unwrap();
    for (policy, reads_other) in [(None, true), (Some(narrowed), false)] {
        let session = begin(policy).await;
        let credentials = &session.credentials;
        let (secret, token) = (text(&credentials.secret_access_key), text(&credentials.session_token));
        let persona = Persona {
            access_key_id: &credentials.access_key_id,
            secret_access_key: &secret,
            session_token: Some(&token),
            ..house.admin()
        };
        assert_eq!(persona.value(&own).await, "one");
        let answer = persona.call("GetSecretValue", json!({"SecretId": other})).await;
        assert_eq!(answer.text().contains("because no session policy allows"), !reads_other, "{}", answer.text());
        // What the role may not, no session policy gives.
        let refused = persona.call("DeleteSecret", json!({"SecretId": own})).await;
        assert!(refused.text().contains("because no identity-based policy allows"), "{}", refused.text());
    }
    let unreadable = begin(Some("no policy".to_owned())).await;
    assert!(roles.sessions.caller(&unreadable, now).await.is_err(), "what cannot be read never grants");
}
