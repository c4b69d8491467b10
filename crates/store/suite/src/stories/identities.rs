//! Accounts' IAM.

use std::sync::Arc;

use contract::{
    AccountSettings, Change, Commit, CommitError, CredentialStatus, EnabledMfa, Entity, EntityKind, GroupRecord,
    Identities, IdentityChange, InstanceProfileRecord, LastUse, LoginProfile, MfaDeviceRecord, Note, PolicyDocument,
    PolicyRecord, PolicyVersion, Reads, RoleRecord, Tag, UserRecord, Writes, account_arn, account_uid,
};
use terms::{AccountId, Region};

use crate::{
    Fixture,
    house::{House, permit},
    record::{home, later},
    stories::accounts::{account, credential},
};

pub async fn an_account_s_iam_comes_back_as_it_was_left<F: Fixture>() {
    let house = with_account::<F>().await;
    let entities = one_of_each_kind();
    for entity in &entities {
        change(&house, |state| state.change().put(entity.clone())).await.unwrap();
    }
    let told = |state: &Identities| {
        let mut told: Vec<Entity> = state.users().map(|user| Entity::User(UserRecord::clone(user))).collect();
        told.extend(state.groups().map(|group| Entity::Group(GroupRecord::clone(group))));
        told.extend(state.roles().map(|role| Entity::Role(RoleRecord::clone(role))));
        told.extend(state.policies().map(|policy| Entity::Policy(PolicyRecord::clone(policy))));
        told.extend(
            state.instance_profiles().map(|profile| Entity::InstanceProfile(InstanceProfileRecord::clone(profile))),
        );
        told.extend(state.mfa_devices().map(|device| Entity::MfaDevice(MfaDeviceRecord::clone(device))));
        told.extend(state.access_keys().map(|key| Entity::AccessKey((**key).clone())));
        told.push(Entity::Settings(AccountSettings::clone(&state.settings)));
        told
    };
    assert_eq!(told(&*state(&house).await), entities);
    let house = house.reopened().await;
    let state = state(&house).await;
    assert_eq!(told(&state), entities);
    assert_eq!(state.revision, entities.len() as u64);
    assert_eq!(state.user_by_id("AIDAALICE").unwrap().name, "Alice");
    assert_eq!(state.role_by_id("AROAREADER").unwrap().name, "Reader");
    assert_eq!(state.role_by_id("AIDAALICE"), None);
    assert_eq!(state.groups_of("AIDAALICE").count(), 1);
}

pub async fn two_answers_without_a_change_between_them_are_one_state<F: Fixture>() {
    let house = with_account::<F>().await;
    let first = state(&house).await;
    assert!(Arc::ptr_eq(&first, &state(&house).await));
    change(&house, |state| state.change().put(Entity::User(user("bob")))).await.unwrap();
    let second = state(&house).await;
    assert!(!Arc::ptr_eq(&first, &second));
    assert_eq!((first.revision, second.revision), (0, 1));
    assert!(first.user("bob").is_none() && second.user("bob").is_some());
}

pub async fn a_change_of_an_older_state_is_a_conflict<F: Fixture>() {
    let house = with_account::<F>().await;
    let old = state(&house).await;
    change(&house, |state| state.change().put(Entity::User(user("bob")))).await.unwrap();
    let late = commit(&house, old.change().put(Entity::User(user("eve")))).await;
    assert!(matches!(late, Err(CommitError::Conflict)));
    assert!(state(&house).await.user("eve").is_none());
    assert!(house.reopened().await.store.identities(home().account).await.unwrap().unwrap().user("eve").is_none());
}

pub async fn of_many_changes_to_one_state_exactly_one_happens<F: Fixture>() {
    let house = with_account::<F>().await;
    let before = state(&house).await;
    let rivals = (0..16).map(|number| before.change().put(Entity::User(user(&format!("rival-{number}")))));
    let tasks: Vec<_> = rivals.map(|change| tokio::spawn(house.store.commit(committing(change)))).collect();
    let mut won = 0;
    for task in tasks {
        match task.await.unwrap() {
            Ok(()) => won += 1,
            Err(error) => assert!(matches!(error, CommitError::Conflict)),
        }
    }
    assert_eq!((won, state(&house).await.users().count()), (1, 1));
}

pub async fn names_are_one_whatever_their_case_and_a_renamed_one_is_free<F: Fixture>() {
    let house = with_account::<F>().await;
    change(&house, |state| state.change().put(Entity::User(user("Alice")))).await.unwrap();
    assert_eq!(state(&house).await.user("aLICE").unwrap().name, "Alice");
    let renamed = UserRecord { name: "Zoe".to_owned(), ..user("Alice") };
    let rename =
        |state: &Identities| state.change().delete(EntityKind::User, "ALICE").put(Entity::User(renamed.clone()));
    change(&house, rename).await.unwrap();
    let house = house.reopened().await;
    let state = state(&house).await;
    assert_eq!((state.user("alice"), state.user("zoe").map(|user| &user.name)), (None, Some(&"Zoe".to_owned())));
    assert_eq!(state.user_by_id("AIDAALICE").unwrap().name, "Zoe");
}

pub async fn a_deleted_access_key_is_found_nowhere<F: Fixture>() {
    let house = with_account::<F>().await;
    let key = credential("AKIA1", home().account);
    change(&house, |state| state.change().put(Entity::AccessKey(key.clone()))).await.unwrap();
    assert_eq!(house.store.credential("AKIA1").await.unwrap(), Some(key));
    change(&house, |state| state.change().delete(EntityKind::AccessKey, "AKIA1")).await.unwrap();
    assert_eq!(house.store.credential("AKIA1").await.unwrap(), None);
    assert_eq!(house.reopened().await.store.credential("AKIA1").await.unwrap(), None);
}

pub async fn a_closed_account_lets_nobody_in_and_keeps_its_id<F: Fixture>() {
    let house = with_account::<F>().await;
    let id = home().account;
    let key = Entity::AccessKey(credential("AKIA1", id));
    change(&house, |state| state.change().put(key.clone())).await.unwrap();
    let closing = || Commit::under(permit(id, "keepwell:CloseAccount", &account_arn(id)));
    house.commit(closing().change(Change::CloseAccount(id)).unwrap()).await.unwrap();
    for house in [house.reopened().await] {
        assert!(house.store.identities(id).await.unwrap().is_none());
        assert_eq!(house.store.credential("AKIA1").await.unwrap(), None);
        let closed = house.store.accounts().await.unwrap();
        assert_eq!(closed[0].status, contract::AccountStatus::Closed);
        let late = Identities::empty(id, 1).change().put(Entity::User(user("late")));
        assert!(matches!(commit(&house, late).await, Err(CommitError::Conflict)));
        let again = house.commit(closing().change(Change::CloseAccount(id)).unwrap()).await;
        assert!(matches!(again, Err(CommitError::Conflict)));
    }
}

pub async fn a_change_needs_a_permit_for_its_account_and_every_kind_in_it<F: Fixture>() {
    let own = home().account;
    let other = AccountId::parse("222222222222").unwrap();
    let adding = |entity| Change::Identity(Identities::empty(own, 0).change().put(entity));
    let under = |account, action, change| {
        Commit::under(permit(account, action, "arn:aws:iam::111111111111:user/bob")).change(change)
    };
    assert!(under(own, "iam:CreateUser", adding(Entity::User(user("bob")))).is_ok());
    assert!(under(other, "iam:CreateUser", adding(Entity::User(user("bob")))).is_err());
    assert!(under(own, "iam:GetUser", adding(Entity::User(user("bob")))).is_err());
    assert!(under(own, "iam:CreateUser", adding(Entity::AccessKey(credential("AKIA1", own)))).is_err());
    let two_kinds =
        Identities::empty(own, 0).change().put(Entity::User(user("bob"))).delete(EntityKind::Role, "Reader");
    assert!(under(own, "iam:CreateUser", Change::Identity(two_kinds)).is_err());
}

pub async fn the_last_use_only_moves_forward<F: Fixture>() {
    let house = with_account::<F>().await;
    assert_eq!(house.store.last_use("AKIA1").await.unwrap(), None);
    let use_at = |millis, service: &str| LastUse {
        at: later(millis),
        region: Region::parse("us-east-1").unwrap(),
        service: service.to_owned(),
    };
    for (millis, service) in [(20, "sts"), (10, "iam")] {
        house.note(Note::Used { id: "AKIA1".to_owned(), last_use: use_at(millis, service) }).await;
    }
    assert_eq!(house.reopened().await.store.last_use("AKIA1").await.unwrap(), Some(use_at(20, "sts")));
}

pub async fn every_account_is_told_with_its_revision<F: Fixture>() {
    let house = with_account::<F>().await;
    assert_eq!(house.store.revisions().await.unwrap(), []);
    for name in ["a", "b"] {
        change(&house, |state| state.change().put(Entity::User(user(name)))).await.unwrap();
    }
    assert_eq!(house.store.revisions().await.unwrap(), [(account_uid(home().account), 2)]);
}

async fn with_account<F: Fixture>() -> House<F> {
    let house = House::<F>::start().await;
    let id = home().account;
    let commit = Commit::under(permit(id, "keepwell:CreateAccount", &account_arn(id)));
    house.commit(commit.change(Change::Account(account(id))).unwrap()).await.unwrap();
    house
}

async fn state<F: Fixture>(house: &House<F>) -> Arc<Identities> {
    house.store.identities(home().account).await.unwrap().unwrap()
}

async fn change<F: Fixture>(
    house: &House<F>,
    plan: impl FnOnce(&Identities) -> IdentityChange,
) -> Result<(), CommitError> {
    commit(house, plan(&*state(house).await)).await
}

async fn commit<F: Fixture>(house: &House<F>, change: IdentityChange) -> Result<(), CommitError> {
    house.commit(committing(change)).await
}

fn committing(change: IdentityChange) -> Commit {
    let account = change.account;
    Commit::under(permit(account, "keepwell:CreateAccount", &account_arn(account)))
        .change(Change::Identity(change))
        .unwrap()
}

fn user(name: &str) -> UserRecord {
    UserRecord {
        id: format!("AIDA{}", name.to_uppercase()),
        name: name.to_owned(),
        path: "/".to_owned(),
        arn: format!("arn:aws:iam::111111111111:user/{name}"),
        created_at: later(1),
        tags: Vec::new(),
        boundary: None,
        inline: [].into(),
        attached: Vec::new(),
        login_profile: None,
    }
}

fn document(text: &str) -> PolicyDocument {
    PolicyDocument::new(text)
}

/// In the order of their kinds, with everything filled in.
fn one_of_each_kind() -> Vec<Entity> {
    let arn = |rest: &str| format!("arn:aws:iam::111111111111:{rest}");
    let tags = vec![Tag { key: "Team".to_owned(), value: "ä\"\\".to_owned() }];
    let alice = UserRecord {
        tags: tags.clone(),
        boundary: Some(arn("policy/Bound")),
        inline: [("own".to_owned(), document("{\"a\": 1}"))].into(),
        attached: vec![arn("policy/Read"), "arn:aws:iam::aws:policy/AdministratorAccess".to_owned()],
        login_profile: Some(LoginProfile {
            created_at: later(7),
            password_hash: "$argon2id$…".to_owned(),
            password_reset_required: true,
        }),
        ..user("Alice")
    };
    let readers = GroupRecord {
        id: "AGPAREADERS".to_owned(),
        name: "Readers".to_owned(),
        path: "/team/".to_owned(),
        arn: arn("group/team/Readers"),
        created_at: later(2),
        inline: [("g".to_owned(), document("{}"))].into(),
        attached: vec![arn("policy/Read")],
        members: [alice.id.clone()].into(),
    };
    let reader = RoleRecord {
        id: "AROAREADER".to_owned(),
        name: "Reader".to_owned(),
        path: "/".to_owned(),
        arn: arn("role/Reader"),
        created_at: later(3),
        description: Some("reads".to_owned()),
        trust_policy: document("{\"Version\":\"2012-10-17\"}"),
        max_session_seconds: 7200,
        tags: tags.clone(),
        boundary: None,
        inline: [].into(),
        attached: Vec::new(),
    };
    let read = PolicyRecord {
        id: "ANPAREAD".to_owned(),
        name: "Read".to_owned(),
        path: "/".to_owned(),
        arn: arn("policy/Read"),
        created_at: later(4),
        updated_at: later(5),
        description: None,
        tags: Vec::new(),
        versions: vec![PolicyVersion { number: 2, created_at: later(5), document: document("{}") }],
        default_version: 2,
        next_version: 3,
    };
    let profile = InstanceProfileRecord {
        id: "AIPAHOST".to_owned(),
        name: "host".to_owned(),
        path: "/".to_owned(),
        arn: arn("instance-profile/host"),
        created_at: later(6),
        tags: tags.clone(),
        role: Some(reader.id.clone()),
    };
    let device = MfaDeviceRecord {
        serial_number: arn("mfa/Phone"),
        created_at: later(6),
        sealed_seed: vec![0, 255, 7],
        tags,
        enabled: Some(EnabledMfa { owner: alice.id.clone(), enabled_at: later(7), last_step: 58_000_000 }),
    };
    let key = contract::CredentialRecord {
        user: Some(alice.id.clone()),
        status: CredentialStatus::Inactive,
        ..credential("AKIAALICE", home().account)
    };
    vec![
        Entity::User(alice),
        Entity::Group(readers),
        Entity::Role(reader),
        Entity::Policy(read),
        Entity::InstanceProfile(profile),
        Entity::MfaDevice(device),
        Entity::AccessKey(key),
        Entity::Settings(AccountSettings { alias: Some("acme".to_owned()) }),
    ]
}
