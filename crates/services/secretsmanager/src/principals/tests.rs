use contract::{Entity, PolicyDocument, RoleRecord, UserRecord};
use policy::{PolicyKind, rewrite_principals};
use terms::Timestamp;

use super::*;

const OWN: &str = "111122223333";
const OTHER: &str = "444455556666";
const ALICE: &str = "AIDAALICEALICEALICE00";
const DEPLOY: &str = "AROADEPLOYDEPLOYDEP00";

fn account(id: &str) -> AccountId {
    AccountId::parse(id).unwrap()
}

fn alice(id: &str, account: &str) -> Entity {
    Entity::User(UserRecord {
        id: id.to_owned(),
        name: "Alice".to_owned(),
        path: "/dev/".to_owned(),
        arn: format!("arn:aws:iam::{account}:user/dev/Alice"),
        created_at: Timestamp::from_millis(0),
        tags: Vec::new(),
        boundary: None,
        inline: Default::default(),
        attached: Vec::new(),
        login_profile: None,
    })
}

fn deploy() -> Entity {
    Entity::Role(RoleRecord {
        id: DEPLOY.to_owned(),
        name: "deploy".to_owned(),
        path: "/".to_owned(),
        arn: format!("arn:aws:iam::{OTHER}:role/deploy"),
        created_at: Timestamp::from_millis(0),
        description: None,
        trust_policy: PolicyDocument::new("{}"),
        max_session_seconds: 3600,
        tags: Vec::new(),
        boundary: None,
        inline: Default::default(),
        attached: Vec::new(),
    })
}

/// Alice in the one account, the role in the other.
fn world() -> World {
    [(OWN, alice(ALICE, OWN)), (OTHER, deploy())]
        .map(|(id, entity)| {
            let mut identities = Identities::empty(account(id), 1);
            identities.put(entity);
            (account(id), Arc::new(identities))
        })
        .into()
}

fn document(principal: &str) -> String {
    format!(
        r#"{{ "Version": "2012-10-17", "Statement": [{{"Effect":"Allow","Principal":{principal},"Action":"secretsmanager:GetSecretValue","Resource":"*"}}] }}"#
    )
}

fn policy(principal: &str) -> Policy {
    Policy::parse(&document(principal), PolicyKind::Resource).unwrap()
}

fn aws(entry: &str) -> String {
    format!(r#"{{"AWS":"{entry}"}}"#)
}

#[test]
fn whoever_is_there_may_stand_in_a_policy() {
    let world = world();
    for entry in [
        "*".to_owned(),
        OWN.to_owned(),
        format!("arn:aws:iam::{OTHER}:root"),
        format!("arn:aws:iam::{OWN}:user/dev/Alice"),
        format!("arn:aws:iam::{OTHER}:role/deploy"),
        format!("arn:aws:sts::{OTHER}:assumed-role/deploy/nightly"),
        format!("arn:aws:sts::{OWN}:federated-user/guest"),
        ALICE.to_owned(),
    ] {
        assert_eq!(require_known(&policy(&aws(&entry)), &world), Ok(()), "{entry}");
    }
    assert_eq!(require_known(&policy(r#""*""#), &world), Ok(()));
    assert_eq!(require_known(&policy(r#"{"Service":"lambda.amazonaws.com"}"#), &world), Ok(()));
}

#[test]
fn whoever_is_not_there_may_not() {
    let world = world();
    for entry in [
        "999988887777".to_owned(),
        "arn:aws:iam::999988887777:root".to_owned(),
        format!("arn:aws-cn:iam::{OWN}:root"),
        format!("arn:aws:iam::{OWN}:user/dev/Bob"),
        // The name is there, the path is another.
        format!("arn:aws:iam::{OWN}:user/Alice"),
        format!("arn:aws:iam::{OWN}:user/dev/alice"),
        format!("arn:aws:iam::{OWN}:role/deploy"),
        format!("arn:aws:sts::{OTHER}:assumed-role/Deploy/nightly"),
        format!("arn:aws:sts::{OWN}:assumed-role/deploy/nightly"),
        "arn:aws:sts::999988887777:federated-user/guest".to_owned(),
        "AIDANOBODYNOBODYNOB00".to_owned(),
    ] {
        assert_eq!(require_known(&policy(&aws(&entry)), &world), Err(Unknown::Principal), "{entry}");
    }
    let federated = format!(r#"{{"Federated":"arn:aws:iam::{OWN}:oidc-provider/example.com"}}"#);
    assert_eq!(require_known(&policy(&federated), &world), Err(Unknown::Principal));
    assert_eq!(require_known(&policy(r#"{"Service":"lambda.example.com"}"#), &world), Err(Unknown::Service));
    // One of several is enough.
    let both = format!(r#"{{"AWS":["{OWN}","999988887777"]}}"#);
    assert_eq!(require_known(&policy(&both), &world), Err(Unknown::Principal));
}

#[test]
fn users_and_roles_are_kept_by_id_and_shown_by_arn() {
    let world = world();
    let given = format!(
        r#"{{"AWS":["arn:aws:iam::{OWN}:user/dev/Alice", "arn:aws:iam::{OTHER}:role/deploy","{OTHER}","arn:aws:sts::{OTHER}:assumed-role/deploy/n"],"Service":"lambda.amazonaws.com"}}"#
    );
    let stored = rewrite_principals(&document(&given), &|entry| kept(entry, &world)).unwrap();
    assert_eq!(
        stored,
        document(&format!(
            r#"{{"AWS":["{ALICE}", "{DEPLOY}","arn:aws:iam::{OTHER}:root","arn:aws:sts::{OTHER}:assumed-role/deploy/n"],"Service":"lambda.amazonaws.com"}}"#
        ))
    );
    let read = rewrite_principals(&stored, &|entry| shown(entry, &world)).unwrap();
    // The short form of an account is shown as what it stands for.
    assert_eq!(read, document(&given.replace(&format!(r#""{OTHER}""#), &format!(r#""arn:aws:iam::{OTHER}:root""#))));
}

#[test]
fn a_principal_that_is_gone_is_shown_by_its_id_also_when_another_has_its_name() {
    let mut after = Identities::empty(account(OWN), 2);
    after.put(alice("AIDAALICETHESECOND000", OWN));
    let world = World::from([(account(OWN), Arc::new(after))]);
    assert_eq!(shown(ALICE, &world), None);
    assert_eq!(shown("AIDAALICETHESECOND000", &world).unwrap(), format!("arn:aws:iam::{OWN}:user/dev/Alice"));
}

#[test]
fn ids_are_looked_for_everywhere_and_everybody_else_at_home() {
    let several = format!(r#"{{"AWS":["{OTHER}","arn:aws:iam::{OWN}:root","{OTHER}","*"]}}"#);
    assert_eq!(whereabouts(&policy(&several)), Whereabouts::Accounts(vec![account(OWN), account(OTHER)]));
    assert_eq!(whereabouts(&policy(r#""*""#)), Whereabouts::Accounts(Vec::new()));
    assert_eq!(whereabouts(&policy(&aws(ALICE))), Whereabouts::Everywhere);
}
