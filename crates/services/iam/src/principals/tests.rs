use contract::{Entity, PolicyDocument, RoleRecord, UserRecord};
use policy::PolicyKind;
use terms::Timestamp;

use super::*;

const HERE: &str = "111122223333";
const THERE: &str = "444455556666";

fn account(number: &str) -> AccountId {
    AccountId::parse(number).unwrap()
}

fn user(account: &str, id: &str, path: &str, name: &str) -> Entity {
    Entity::User(UserRecord {
        id: id.into(),
        name: name.into(),
        path: path.into(),
        arn: format!("arn:aws:iam::{account}:user{path}{name}"),
        created_at: Timestamp::from_millis(0),
        tags: Vec::new(),
        boundary: None,
        inline: [].into(),
        attached: Vec::new(),
        login_profile: None,
    })
}

fn role(account: &str, id: &str, name: &str) -> Entity {
    Entity::Role(RoleRecord {
        id: id.into(),
        name: name.into(),
        path: "/".into(),
        arn: format!("arn:aws:iam::{account}:role/{name}"),
        created_at: Timestamp::from_millis(0),
        description: None,
        trust_policy: PolicyDocument::new("{}"),
        max_session_seconds: 3600,
        tags: Vec::new(),
        boundary: None,
        inline: [].into(),
        attached: Vec::new(),
    })
}

fn identities(number: &str, entities: Vec<Entity>) -> Arc<Identities> {
    let mut identities = Identities::empty(account(number), 1);
    for entity in entities {
        identities.put(entity);
    }
    Arc::new(identities)
}

fn both() -> Neighbours {
    Neighbours(vec![
        identities(HERE, vec![user(HERE, "AIDAALICEALICEALICEAA", "/team/", "Alice")]),
        identities(THERE, vec![role(THERE, "AROAOPSOPSOPSOPSOPSOP", "ops")]),
    ])
}

fn trusting(principals: &str) -> String {
    let action = r#""Action": "sts:AssumeRole""#;
    format!(r#"{{"Statement": {{"Effect": "Allow", {action}, "Principal": {{"AWS": {principals}}}}}}}"#)
}

fn kept(text: &str) -> Result<String, UnknownPrincipal> {
    with_ids(text, &Policy::parse(text, PolicyKind::Trust).unwrap(), &both())
}

#[test]
fn users_and_roles_of_every_account_become_ids_and_arns_again() {
    let shown = trusting(&format!(r#"["arn:aws:iam::{HERE}:user/team/Alice","arn:aws:iam::{THERE}:role/ops"]"#));
    let stored = trusting(r#"["AIDAALICEALICEALICEAA","AROAOPSOPSOPSOPSOPSOP"]"#);
    assert_eq!(kept(&shown).unwrap(), stored);
    assert_eq!(with_arns(&stored, &both()).unwrap(), shown);
}

#[test]
fn whoever_is_not_there_is_told_of() {
    for missing in [
        format!("arn:aws:iam::{HERE}:user/team/Bob"),
        format!("arn:aws:iam::{HERE}:user/Alice"),
        format!("arn:aws:iam::{HERE}:user/team/alice"),
        format!("arn:aws:iam::{HERE}:role/team/Alice"),
        format!("arn:aws:iam::{THERE}:user/team/Alice"),
        "AIDAGONEGONEGONEGONEG".to_owned(),
    ] {
        let error = kept(&trusting(&format!(r#"["*", "{missing}"]"#))).unwrap_err();
        assert_eq!(error.to_string(), format!(r#"Invalid principal in policy: "AWS":"{missing}""#));
    }
}

#[test]
fn an_id_that_means_somebody_may_be_saved_and_one_that_means_nobody_is_shown_as_it_is() {
    let known = trusting(r#""AIDAALICEALICEALICEAA""#);
    assert_eq!(kept(&known).unwrap(), known);
    let gone = trusting(r#""AIDAGONEGONEGONEGONEG""#);
    assert_eq!(with_arns(&gone, &both()).unwrap(), gone);
}

#[test]
fn accounts_are_kept_as_their_root_users() {
    let shown = trusting(&format!(r#"["{HERE}", "arn:aws:iam::{THERE}:root"]"#));
    let expected = trusting(&format!(r#"["arn:aws:iam::{HERE}:root", "arn:aws:iam::{THERE}:root"]"#));
    assert_eq!(kept(&shown).unwrap(), expected);
}

#[test]
fn everybody_sessions_and_strangers_stay_as_they_are() {
    let text = trusting(&format!(
        r#"["*", "arn:aws:sts::{HERE}:assumed-role/ops/nightly", "arn:aws:iam::999988887777:user/stranger"]"#
    ));
    assert_eq!(kept(&text).unwrap(), text);
}
