use contract::{Entity, InlinePolicies, PolicyDocument, RoleRecord, UserRecord};
use policy::PolicyKind;
use terms::Timestamp;

use super::*;

const HERE: &str = "111122223333";
const THERE: &str = "444455556666";
const ELSEWHERE: &str = "999988887777";
const ALICE: &str = "AIDAALICEALICEALICE00";
const OPS: &str = "AROAOPSOPSOPSOPSOPS00";
const GONE: &str = "AIDAGONEGONEGONEGONE0";

fn account(number: &str) -> AccountId {
    AccountId::parse(number).unwrap()
}

fn alice(id: &str) -> Entity {
    Entity::User(UserRecord {
        id: id.to_owned(),
        name: "Alice".to_owned(),
        path: "/team/".to_owned(),
        arn: format!("arn:aws:iam::{HERE}:user/team/Alice"),
        created_at: Timestamp::from_millis(0),
        tags: Vec::new(),
        boundary: None,
        inline: InlinePolicies::default(),
        attached: Vec::new(),
        login_profile: None,
    })
}

fn ops() -> Entity {
    Entity::Role(RoleRecord {
        id: OPS.to_owned(),
        name: "ops".to_owned(),
        path: "/".to_owned(),
        arn: format!("arn:aws:iam::{THERE}:role/ops"),
        created_at: Timestamp::from_millis(0),
        description: None,
        trust_policy: PolicyDocument::new("{}"),
        max_session_seconds: 3600,
        tags: Vec::new(),
        boundary: None,
        inline: InlinePolicies::default(),
        attached: Vec::new(),
    })
}

fn neighbours<const N: usize>(entities: [(&str, Entity); N]) -> Neighbours {
    let with = |(number, entity)| {
        let mut identities = Identities::empty(account(number), 1);
        identities.put(entity);
        Arc::new(identities)
    };
    entities.map(with).into_iter().collect()
}

/// Alice in the one account, the role in the other.
fn both() -> Neighbours {
    neighbours([(HERE, alice(ALICE)), (THERE, ops())])
}

fn document(principal: &str) -> String {
    format!(
        r#"{{ "Version": "2012-10-17", "Statement": [{{"Effect":"Allow","Principal":{principal},"Action":"secretsmanager:GetSecretValue","Resource":"*"}}] }}"#
    )
}

fn aws(entries: &str) -> String {
    document(&format!(r#"{{"AWS":{entries}}}"#))
}

fn policy(entries: &str) -> Policy {
    Policy::parse(&aws(entries), PolicyKind::Resource).unwrap()
}

#[test]
fn users_and_roles_of_every_account_become_ids_and_arns_again() {
    let others = format!(r#""arn:aws:sts::{THERE}:assumed-role/ops/nightly"],"Service":"lambda.amazonaws.com""#);
    let principal = |named: [&str; 3]| document(&format!(r#"{{"AWS":[{}, {others}}}"#, named.join(", ")));
    let (user, role) =
        (format!(r#""arn:aws:iam::{HERE}:user/team/Alice""#), format!(r#""arn:aws:iam::{THERE}:role/ops""#));
    let root = format!(r#""arn:aws:iam::{THERE}:root""#);
    let kept = both().with_ids(&principal([&user, &role, &format!(r#""{THERE}""#)])).unwrap();
    assert_eq!(kept, principal([&format!(r#""{ALICE}""#), &format!(r#""{OPS}""#), &root]));
    // The short form of an account is shown as what it stands for.
    assert_eq!(both().with_arns(&kept).unwrap(), principal([&user, &role, &root]));
}

#[test]
fn whoever_is_not_there_is_told_of_and_is_not_had() {
    for missing in [
        format!("arn:aws:iam::{HERE}:user/team/Bob"),
        // The name is there, the path is another.
        format!("arn:aws:iam::{HERE}:user/Alice"),
        format!("arn:aws:iam::{HERE}:user/team/alice"),
        format!("arn:aws:iam::{HERE}:role/team/Alice"),
        format!("arn:aws:iam::{HERE}:role/ops"),
        format!("arn:aws:iam::{THERE}:user/team/Alice"),
        GONE.to_owned(),
    ] {
        let text = aws(&format!(r#"["*", "{missing}", "AIDAGONEGONEGONEGONE1"]"#));
        assert_eq!(both().with_ids(&text), Err(UnknownPrincipal::Missing(missing.clone())));
        assert!(!both().has(&missing), "{missing}");
    }
}

#[test]
fn whoever_is_there_is_had() {
    for entry in [
        "*".to_owned(),
        HERE.to_owned(),
        format!("arn:aws:iam::{THERE}:root"),
        format!("arn:aws:iam::{HERE}:user/team/Alice"),
        format!("arn:aws:iam::{THERE}:role/ops"),
        format!("arn:aws:sts::{THERE}:assumed-role/ops/nightly"),
        format!("arn:aws:sts::{HERE}:federated-user/guest"),
        ALICE.to_owned(),
    ] {
        assert!(both().has(&entry), "{entry}");
    }
}

#[test]
fn strangers_and_sessions_of_nobody_are_not_had_and_are_kept_as_they_are() {
    for entry in [
        format!("arn:aws:iam::{ELSEWHERE}:root"),
        format!("arn:aws:iam::{ELSEWHERE}:user/stranger"),
        format!("arn:aws:sts::{ELSEWHERE}:federated-user/guest"),
        format!("arn:aws:sts::{HERE}:assumed-role/ops/nightly"),
        format!("arn:aws:sts::{THERE}:assumed-role/Ops/nightly"),
        format!("arn:aws-cn:iam::{HERE}:root"),
    ] {
        assert!(!both().has(&entry), "{entry}");
        let text = aws(&format!(r#"["*", "{entry}"]"#));
        assert_eq!(both().with_ids(&text).unwrap(), text);
    }
    assert!(!both().has(ELSEWHERE));
}

#[test]
fn an_id_that_means_somebody_may_be_saved_and_one_that_means_nobody_is_shown_as_it_is() {
    let known = aws(&format!(r#""{ALICE}""#));
    assert_eq!(both().with_ids(&known).unwrap(), known);
    let gone = aws(&format!(r#""{GONE}""#));
    assert_eq!(both().with_arns(&gone).unwrap(), gone);
}

#[test]
fn a_principal_that_is_gone_is_shown_by_its_id_also_when_another_has_its_name() {
    let after = neighbours([(HERE, alice("AIDAALICETHESECOND000"))]);
    let [before, second] = [ALICE, "AIDAALICETHESECOND000"].map(|id| aws(&format!(r#""{id}""#)));
    assert_eq!(after.with_arns(&before).unwrap(), before);
    assert_eq!(after.with_arns(&second).unwrap(), aws(&format!(r#""arn:aws:iam::{HERE}:user/team/Alice""#)));
}

#[test]
fn what_is_no_document_is_neither_kept_nor_shown() {
    assert!(matches!(both().with_ids("no"), Err(UnknownPrincipal::Unreadable(_))));
    assert!(both().with_arns("no").is_err());
}

#[test]
fn ids_that_are_not_the_own_accounts_are_looked_for_everywhere_and_everybody_else_at_home() {
    let several = policy(&format!(r#"["{THERE}","arn:aws:iam::{HERE}:root","{THERE}","*"]"#));
    let accounts = Whereabouts::Accounts(BTreeSet::from([account(HERE), account(THERE)]));
    assert_eq!(both().whereabouts(entries_of([&several])), accounts);
    assert_eq!(both().whereabouts(entries_of([&policy(r#""*""#)])), Whereabouts::Accounts(BTreeSet::new()));
    let own = neighbours([(HERE, alice(ALICE))]);
    assert_eq!(
        own.whereabouts(entries_of([&policy(&format!(r#""{ALICE}""#))])),
        Whereabouts::Accounts(BTreeSet::new())
    );
    assert_eq!(own.whereabouts(entries_of([&several, &policy(&format!(r#""{OPS}""#))])), Whereabouts::Everywhere);
}

#[test]
fn names_are_understood() {
    let account = account(HERE);
    for (text, meaning) in [
        ("*".to_owned(), Some(AwsPrincipal::Everyone)),
        (HERE.to_owned(), Some(AwsPrincipal::Account(account))),
        (format!("arn:aws:iam::{HERE}:root"), Some(AwsPrincipal::Account(account))),
        (format!("arn:aws:iam::{HERE}:user/a/b/ada"), Some(AwsPrincipal::User { account, path_and_name: "a/b/ada" })),
        (format!("arn:aws:iam::{HERE}:role/ops"), Some(AwsPrincipal::Role { account, path_and_name: "ops" })),
        (
            format!("arn:aws:sts::{HERE}:assumed-role/ops/night"),
            Some(AwsPrincipal::RoleSession { account, role: "ops", session: "night" }),
        ),
        (
            format!("arn:aws:sts::{HERE}:federated-user/guest"),
            Some(AwsPrincipal::FederatedUser { account, name: "guest" }),
        ),
        (ALICE.to_owned(), Some(AwsPrincipal::Id)),
        ("AIDA".to_owned(), None),
        (format!("arn:aws:iam::{HERE}:root/x"), None),
        (format!("arn:aws:iam::{HERE}:group/ops"), None),
        (format!("arn:aws:sts::{HERE}:assumed-role/ops/*"), None),
        (format!("arn:aws:sts::{HERE}:assumed-role/ops"), None),
        (format!("arn:aws:iam:eu-central-1:{HERE}:root"), None),
        ("arn:aws:s3:::bucket".to_owned(), None),
    ] {
        assert_eq!(AwsPrincipal::parse(&text), meaning, "{text}");
    }
}

#[test]
fn a_principal_of_no_document_is_kept_and_shown_alike() {
    let both = both();
    for (entry, kept) in
        [(&*format!("arn:aws:iam::{HERE}:user/team/Alice"), ALICE), (&format!("arn:aws:iam::{THERE}:role/ops"), OPS)]
    {
        assert_eq!(both.with_id(entry).as_deref(), Ok(kept));
        assert_eq!(both.with_arn(kept), entry);
    }
    let root = format!("arn:aws:iam::{HERE}:root");
    assert_eq!(both.with_id(HERE).as_ref(), Ok(&root));
    assert_eq!((both.with_arn(&root), both.with_arn(GONE)), (&*root, GONE));
    for missing in [GONE, &format!("arn:aws:iam::{HERE}:user/Alice")] {
        assert_eq!(both.with_id(missing), Err(UnknownPrincipal::Missing(missing.to_owned())));
    }
}
