//! AWS's tables: which layer may be silent for whom, depending on how the resource's policy names the principal.

use super::*;
use crate::testing::federated_user;

const USER: &str = r#"{"AWS":"arn:aws:iam::111122223333:user/alice"}"#;
const USER_ID: &str = r#"{"AWS":"AIDAalicealicealice"}"#;
const ROLE: &str = r#"{"AWS":"arn:aws:iam::111122223333:role/ops/deployer"}"#;
const SESSION: &str = r#"{"AWS":"arn:aws:sts::111122223333:assumed-role/deployer/nightly"}"#;
const FEDERATED: &str = r#"{"AWS":"arn:aws:sts::111122223333:federated-user/guest"}"#;
const ROOT: &str = r#"{"AWS":"arn:aws:iam::111122223333:root"}"#;
const NUMBER: &str = r#"{"AWS":"111122223333"}"#;
const STAR: &str = r#""*""#;
const STAR_MAP: &str = r#"{"AWS":"*"}"#;
const LAMBDA: &str = r#"{"Service":"lambda.amazonaws.com"}"#;
const NOBODY: &str = r#"{"AWS":"arn:aws:iam::111122223333:user/bob"}"#;

/// What the layers around a resource's policy say: `y` allows, `n` is silent, `-` is not there.
type Layers = (char, char, char);

fn verdict(
    principal: &Principal,
    owner: AccountId,
    role: ResourceRole,
    grant: &str,
    (identity, boundary, session): Layers,
) -> Result<(), Cause> {
    let layer = |state| if state == 'y' { allow_all() } else { PolicySet::default() };
    let (identity, boundary, session) =
        (layer(identity), (boundary != '-').then(|| layer(boundary)), (session != '-').then(|| layer(session)));
    let text = format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":{grant},"Action":"*","Resource":"*"}}}}"#
    );
    let resource = set(PolicyKind::Key, &[&text]);
    let documents = Documents {
        identity: &identity,
        boundary: boundary.as_ref(),
        session: session.as_ref(),
        resource: Some(&resource),
        resource_role: role,
        ..Documents::default()
    };
    ask_with(principal.clone(), READ, secret_of(owner), &documents).cause().map_or(Ok(()), Err)
}

#[test]
fn a_statement_of_a_key_policy_without_action_or_resource_has_no_effect() {
    for (lack, is_allowed) in [
        ("", false),
        (r#","Action":"*""#, false),
        (r#","Resource":"*""#, false),
        (r#","Action":"*","Resource":"*""#, true),
    ] {
        let text = format!(r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":"*"{lack}}}}}"#);
        let policy = set(PolicyKind::Key, &[&text]);
        let documents = Documents { resource: Some(&policy), resource_role: ResourceRole::Key, ..Documents::default() };
        let cause = ask_with(alice(), READ, secret_of(account()), &documents).cause();
        assert_eq!(cause.is_none(), is_allowed, "{lack}");
    }
}

fn silent(layer: Layer) -> Result<(), Cause> {
    Err(Cause { layer, is_explicit: false })
}

fn alice() -> Principal {
    user("alice")
}

fn lambda() -> Principal {
    Principal::AwsService { name: "lambda.amazonaws.com".into(), account: Some(account()) }
}

fn root() -> Principal {
    Principal::Root { account: account() }
}

#[test]
fn within_one_account_the_grantee_decides_which_layers_may_be_silent() {
    let (identity, boundary, session) = (silent(Layer::Identity), silent(Layer::Boundary), silent(Layer::Session));
    let no_grant = silent(Layer::Resource);
    for (principal, grant, layers, expected) in [
        (alice(), USER, ('n', 'n', '-'), Ok(())),
        (alice(), ROOT, ('n', 'y', '-'), identity),
        (alice(), NUMBER, ('n', '-', '-'), identity),
        (alice(), ROOT, ('y', 'y', '-'), Ok(())),
        (alice(), ROOT, ('y', 'n', '-'), boundary),
        (alice(), STAR, ('n', 'n', '-'), Ok(())),
        (alice(), STAR_MAP, ('n', 'n', '-'), Ok(())),
        (alice(), NOBODY, ('y', '-', '-'), Ok(())),
        (alice(), NOBODY, ('y', 'y', '-'), Ok(())),
        (alice(), NOBODY, ('y', 'n', '-'), boundary),
        (alice(), NOBODY, ('n', 'y', '-'), identity),
        (alice(), LAMBDA, ('n', '-', '-'), identity),
        (role_session(), ROLE, ('n', 'y', 'y'), Ok(())),
        (role_session(), ROLE, ('n', '-', '-'), Ok(())),
        (role_session(), ROLE, ('n', 'n', 'y'), boundary),
        (role_session(), ROLE, ('y', 'n', 'n'), boundary),
        (role_session(), ROLE, ('y', 'y', 'n'), session),
        (role_session(), SESSION, ('n', 'n', 'n'), Ok(())),
        (role_session(), STAR, ('n', 'n', 'n'), Ok(())),
        (role_session(), ROOT, ('n', 'y', 'y'), identity),
        (role_session(), ROOT, ('y', 'y', 'y'), Ok(())),
        (role_session(), NOBODY, ('y', 'y', 'n'), session),
        (federated_user(), USER, ('n', 'y', 'y'), Ok(())),
        (federated_user(), USER, ('y', 'n', 'y'), boundary),
        (federated_user(), USER, ('y', 'y', 'n'), session),
        (federated_user(), USER, ('y', '-', '-'), session),
        (federated_user(), FEDERATED, ('n', 'n', 'n'), Ok(())),
        (federated_user(), FEDERATED, ('n', '-', '-'), Ok(())),
        (federated_user(), NOBODY, ('y', '-', '-'), session),
        (federated_user(), NOBODY, ('y', '-', 'y'), Ok(())),
        (root(), ROOT, ('n', '-', '-'), Ok(())),
        (root(), NOBODY, ('n', '-', '-'), Ok(())),
        (lambda(), LAMBDA, ('n', '-', '-'), Ok(())),
        (lambda(), STAR, ('n', '-', '-'), Ok(())),
        (lambda(), ROOT, ('y', '-', '-'), no_grant),
        (Principal::Anonymous, STAR, ('n', '-', '-'), Ok(())),
        (Principal::Anonymous, ROOT, ('y', '-', '-'), no_grant),
    ] {
        let found = verdict(&principal, account(), ResourceRole::Optional, grant, layers);
        assert_eq!(found, expected, "{principal} {grant} {layers:?}");
    }
}

#[test]
fn between_accounts_both_sides_must_allow_however_the_grantee_is_named() {
    let other = other_account();
    for grant in [USER, NUMBER, ROOT, STAR] {
        for (layers, expected) in [
            (('y', '-', '-'), Ok(())),
            (('n', '-', '-'), silent(Layer::Identity)),
            (('y', 'n', '-'), silent(Layer::Boundary)),
        ] {
            let found = verdict(&alice(), other, ResourceRole::Optional, grant, layers);
            assert_eq!(found, expected, "{grant} {layers:?}");
        }
    }
    for grant in [SESSION, ROLE, ROOT] {
        let found = verdict(&role_session(), other, ResourceRole::Optional, grant, ('y', 'y', 'n'));
        assert_eq!(found, silent(Layer::Session), "{grant}");
    }
    let found = verdict(&alice(), other, ResourceRole::Optional, NOBODY, ('y', '-', '-'));
    assert_eq!(found, silent(Layer::Resource));
    assert_eq!(verdict(&root(), other, ResourceRole::Optional, NUMBER, ('n', '-', '-')), Ok(()));
    assert_eq!(verdict(&root(), other, ResourceRole::Optional, NOBODY, ('n', '-', '-')), silent(Layer::Resource));
}

#[test]
fn trust_and_key_policies_are_needed_and_delegate_to_the_account() {
    for role in [ResourceRole::Trust, ResourceRole::Key] {
        for (principal, grant, layers, expected) in [
            (alice(), NOBODY, ('y', '-', '-'), silent(role.layer())),
            (alice(), USER, ('n', '-', '-'), Ok(())),
            (alice(), STAR, ('n', '-', '-'), Ok(())),
            (alice(), ROOT, ('n', '-', '-'), silent(Layer::Identity)),
            (alice(), ROOT, ('y', '-', '-'), Ok(())),
            (alice(), ROOT, ('y', 'n', '-'), silent(Layer::Boundary)),
            (role_session(), ROLE, ('n', 'y', 'y'), Ok(())),
            (role_session(), ROLE, ('n', 'y', 'n'), silent(Layer::Session)),
            (root(), ROOT, ('n', '-', '-'), Ok(())),
            (root(), NOBODY, ('n', '-', '-'), silent(role.layer())),
            (lambda(), LAMBDA, ('n', '-', '-'), Ok(())),
        ] {
            let found = verdict(&principal, account(), role, grant, layers);
            assert_eq!(found, expected, "{role:?} {principal} {grant} {layers:?}");
        }
        let found = verdict(&alice(), other_account(), role, USER, ('n', '-', '-'));
        assert_eq!(found, silent(Layer::Identity));
        assert_eq!(verdict(&alice(), other_account(), role, USER, ('y', '-', '-')), Ok(()));
    }
}

#[test]
fn a_user_of_the_same_name_is_not_the_user_whose_id_was_saved() {
    let found = verdict(&alice(), account(), ResourceRole::Optional, USER_ID, ('n', '-', '-'));
    assert_eq!(found, silent(Layer::Identity));
}

#[test]
fn a_deny_in_any_layer_wins() {
    let deny =
        set(PolicyKind::Identity, &[&statement("Deny", "secretsmanager:get*", "*"), &statement("Allow", "*", "*")]);
    let (allow, denies) = (allow_all(), [set(PolicyKind::Identity, &[&statement("Deny", "*", "*")])]);
    let all = Documents { identity: &allow, ..Documents::default() };
    for (documents, layer) in [
        (Documents { identity: &deny, ..all }, Layer::Identity),
        (Documents { boundary: Some(&deny), ..all }, Layer::Boundary),
        (Documents { session: Some(&deny), ..all }, Layer::Session),
        (Documents { resource: Some(&deny), ..all }, Layer::Resource),
        (Documents { resource: Some(&deny), resource_role: ResourceRole::Key, ..all }, Layer::Key),
        (Documents { endpoint: Some(&deny), ..all }, Layer::Endpoint),
        (Documents { service_control: &denies, ..all }, Layer::ServiceControl),
        (Documents { resource_control: &denies, ..all }, Layer::ResourceControl),
    ] {
        for principal in [alice(), role_session(), federated_user(), root()] {
            let decision = ask_with(principal.clone(), READ, secret_of(account()), &documents);
            assert_eq!(decision.cause(), Some(Cause { layer, is_explicit: true }), "{principal}");
        }
    }
}
