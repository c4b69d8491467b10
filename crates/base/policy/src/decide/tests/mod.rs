mod laws;
mod table;

use std::sync::Arc;

use terms::RequestId;

use super::*;
use crate::{
    Action, MapContext, PolicyKind, PolicySet, ResourceRole,
    testing::{account, role_session, set, user},
};

const READ: Action = Action::new("secretsmanager:GetSecretValue");
const TRIM: Action = Action::new("secretsmanager:TrimVersions");
const SECRET: &str = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:prod/db-Ab12Cd";

fn other_account() -> AccountId {
    AccountId::parse("999999999999").unwrap()
}

fn secret_of(account: AccountId) -> Resource {
    let arn: Arc<str> = SECRET.replace("111122223333", account.as_str()).into();
    Resource::One { arn, account, asked: "prod/db".into() }
}

fn ask(principal: Principal, action: Action, resource: Resource) -> Decision {
    ask_with(principal, action, resource, &Documents::default())
}

fn ask_with(principal: Principal, action: Action, resource: Resource, documents: &Documents<'_>) -> Decision {
    let question = Question { principal, action, resource, request: RequestId::from_bytes([0; 16]) };
    decide(question, documents, &MapContext::default())
}

fn allow_all() -> PolicySet {
    set(PolicyKind::Identity, &[&statement("Allow", "*", "*")])
}

fn statement(effect: &str, action: &str, resource: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"{effect}","Action":"{action}","Resource":"{resource}"}}}}"#
    )
}

#[test]
fn root_may_act_in_its_own_account_and_in_no_other() {
    let root = || Principal::Root { account: account() };
    assert!(ask(root(), READ, secret_of(account())).is_allowed());
    assert!(ask(root(), READ, Resource::Every).is_allowed());
    assert!(!ask(root(), READ, secret_of(other_account())).is_allowed());
}

#[test]
fn a_background_job_may_do_its_one_action_and_nothing_else() {
    let job = || Principal::Service { account: account(), job: TRIM };
    assert!(ask(job(), TRIM, secret_of(account())).is_allowed());
    assert!(!ask(job(), READ, secret_of(account())).is_allowed());
    assert!(!ask(job(), TRIM, secret_of(other_account())).is_allowed());
    assert!(!ask(job(), TRIM, Resource::Every).is_allowed());
}

#[test]
fn nobody_but_root_may_do_anything_without_policies() {
    for principal in [user("alice"), role_session(), Principal::Anonymous] {
        let decision = ask(principal.clone(), READ, secret_of(account()));
        assert!(!decision.is_allowed());
        let layer = if principal == Principal::Anonymous { Layer::Resource } else { Layer::Identity };
        assert_eq!(decision.cause(), Some(Cause { layer, is_explicit: false }));
    }
}

#[test]
fn a_refusal_names_the_resource_as_the_caller_sent_it() {
    let root = Principal::Root { account: account() };
    let denied = ask(root, READ, secret_of(other_account())).into_question().unwrap_err();
    assert_eq!(
        denied.to_string(),
        "User: arn:aws:iam::111122223333:root is not authorized to perform: secretsmanager:GetSecretValue \
         on resource: prod/db because no resource-based policy allows the secretsmanager:GetSecretValue action"
    );
}

#[test]
fn actions_without_a_resource_need_a_star() {
    for (resource, is_allowed) in [("*", true), ("arn:aws:secretsmanager:*:*:secret:*", false)] {
        let identity = set(PolicyKind::Identity, &[&statement("Allow", "secretsmanager:ListSecrets", resource)]);
        let documents = Documents { identity: &identity, ..Documents::default() };
        let list = Action::new("secretsmanager:ListSecrets");
        assert_eq!(ask_with(user("alice"), list, Resource::Every, &documents).is_allowed(), is_allowed);
    }
}

#[test]
fn every_level_of_an_organization_must_allow() {
    let (all, some) = (|| allow_all(), || set(PolicyKind::Control, &[&statement("Allow", "kms:*", "*")]));
    let identity = allow_all();
    for (levels, is_allowed) in [(vec![], true), (vec![all(), all()], true), (vec![all(), some()], false)] {
        let documents = Documents { identity: &identity, service_control: &levels, ..Documents::default() };
        let decision = ask_with(user("alice"), READ, secret_of(account()), &documents);
        assert_eq!(decision.is_allowed(), is_allowed);
        let documents = Documents { identity: &identity, resource_control: &levels, ..Documents::default() };
        let root = Principal::Root { account: account() };
        assert_eq!(ask_with(root, READ, secret_of(account()), &documents).is_allowed(), is_allowed);
    }
}

#[test]
fn grants_can_be_given_up_whatever_the_resource_control_policies_say() {
    let (identity, deny) = (allow_all(), [set(PolicyKind::Control, &[&statement("Deny", "kms:*", "*")])]);
    let documents = Documents { identity: &identity, resource_control: &deny, ..Documents::default() };
    let may = |action| ask_with(user("alice"), Action::new(action), secret_of(account()), &documents).is_allowed();
    assert!(may("kms:RetireGrant"));
    assert!(!may("kms:RevokeGrant"));
}

#[test]
fn an_explicit_deny_is_named_before_what_is_silent() {
    let identity = set(PolicyKind::Identity, &[&statement("Deny", "*", "*")]);
    let silent = [PolicySet::default()];
    let documents = Documents { identity: &identity, service_control: &silent, ..Documents::default() };
    let decision = ask_with(user("alice"), READ, secret_of(account()), &documents);
    assert_eq!(decision.cause(), Some(Cause { layer: Layer::Identity, is_explicit: true }));
}

#[test]
fn an_endpoint_only_filters() {
    let (identity, endpoint) = (allow_all(), PolicySet::default());
    let documents = Documents { identity: &identity, endpoint: Some(&endpoint), ..Documents::default() };
    let root = Principal::Root { account: account() };
    for principal in [user("alice"), root] {
        let decision = ask_with(principal, READ, secret_of(account()), &documents);
        assert_eq!(decision.cause(), Some(Cause { layer: Layer::Endpoint, is_explicit: false }));
    }
}

#[test]
fn the_most_costly_documents_are_decided_at_once() {
    let patterns = [format!("{}b", "*a".repeat(9_000)), format!("*{}b*", "a?".repeat(9_000)), "a*".repeat(9_000)];
    let likes: Vec<String> = patterns.iter().map(|pattern| format!("\"{pattern}b\"")).collect();
    let text = format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"*","Resource":"arn:aws:secretsmanager:*:*:*",
        "Condition":{{"ForAnyValue:StringLike":{{"aws:UserAgent":[{}]}},"StringLike":{{"aws:Referer":"${{aws:UserAgent}}*"}}}}}}}}"#,
        likes.join(",")
    );
    let identity = set(PolicyKind::Identity, &[&text]);
    let mut context = MapContext::default();
    context.insert("aws:UserAgent", vec!["a".repeat(8_192); 20]);
    let documents = Documents { identity: &identity, ..Documents::default() };
    let request = RequestId::from_bytes([0; 16]);
    let question = Question { principal: user("alice"), action: READ, resource: secret_of(account()), request };
    let started = std::time::Instant::now();
    assert!(!decide(question, &documents, &context).is_allowed());
    assert!(started.elapsed() < std::time::Duration::from_secs(20), "{:?}", started.elapsed());
}

#[test]
fn without_a_key_policy_nobody_may_use_a_key() {
    let identity = allow_all();
    for role in [ResourceRole::Key, ResourceRole::Trust] {
        let documents = Documents { identity: &identity, resource_role: role, ..Documents::default() };
        for principal in [user("alice"), Principal::Root { account: account() }] {
            let decision = ask_with(principal, READ, secret_of(account()), &documents);
            assert_eq!(decision.cause(), Some(Cause { layer: role.layer(), is_explicit: false }));
        }
    }
}
