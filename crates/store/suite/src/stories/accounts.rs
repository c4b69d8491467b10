//! Accounts, their access keys and their encryption keys.

use contract::{
    AccountRecord, AccountStatus, Change, Commit, CommitError, CredentialRecord, CredentialStatus, Entity, Identities,
    IdentityChange, KeyChange, Reads, account_arn,
};
use terms::AccountId;

use crate::{
    Fixture,
    house::{House, creation_of_key, permit},
    record::{home, key, later, scope},
};

const MANAGED: &str = "alias/aws/secretsmanager";

pub async fn accounts_credentials_and_keys_come_back_as_they_were_given<F: Fixture>() {
    let house = House::<F>::start().await;
    assert_eq!(house.store.accounts().await.unwrap(), []);
    assert!(house.store.key_by_alias(home(), MANAGED).await.unwrap().is_none());
    assert_eq!(house.store.credential("AKIA1").await.unwrap(), None);

    let homes = [home(), scope("222222222222", "us-east-1")];
    let keys = homes.map(|home| key(home, MANAGED));
    for (home, key) in homes.iter().zip(&keys) {
        commit(&house, Change::Account(account(home.account))).await.unwrap();
        commit(&house, creation_of_key(key)).await.unwrap();
    }
    let inactive = CredentialRecord { status: CredentialStatus::Inactive, ..credential("AKIA2", homes[1].account) };
    let credentials = [credential("AKIA1", homes[0].account), inactive];
    for credential in &credentials {
        let change = Identities::empty(credential.account, 0).change().put(Entity::AccessKey(credential.clone()));
        commit(&house, Change::Identity(change)).await.unwrap();
    }

    let house = house.reopened().await;
    let mut accounts = house.store.accounts().await.unwrap();
    accounts.sort_by_key(|account| account.id);
    assert_eq!(accounts, homes.map(|home| account(home.account)));
    for key in &keys {
        assert_eq!(house.key_by_alias(key.scope, MANAGED).await.as_deref(), Some(key));
    }
    for credential in &credentials {
        let found = house.store.credential(&credential.access_key_id).await.unwrap();
        assert_eq!(found.as_ref(), Some(credential));
    }
    assert_eq!(house.store.credential("akia1").await.unwrap(), None);
}

pub async fn an_account_and_a_key_are_made_once<F: Fixture>() {
    let house = House::<F>::start().await;
    let first = account(home().account);
    commit(&house, Change::Account(first.clone())).await.unwrap();
    let second = AccountRecord { wrapped_key: b"other".to_vec(), ..first.clone() };
    assert!(matches!(commit(&house, Change::Account(second)).await, Err(CommitError::NameTaken)));
    assert_eq!(house.store.accounts().await.unwrap(), [first]);

    let managed = key(home(), MANAGED);
    commit(&house, creation_of_key(&managed)).await.unwrap();
    let rival = key(home(), MANAGED);
    assert!(matches!(commit(&house, creation_of_key(&rival)).await, Err(CommitError::NameTaken)));
    assert_eq!(house.key_by_alias(home(), MANAGED).await.as_deref(), Some(&managed));
}

pub async fn a_credential_changes_its_status_and_never_its_account<F: Fixture>() {
    let house = House::<F>::start().await;
    let (owner, other) = (home().account, AccountId::parse("222222222222").unwrap());
    for id in [owner, other] {
        commit(&house, Change::Account(account(id))).await.unwrap();
    }
    let active = credential("AKIA1", owner);
    let inactive = CredentialRecord { status: CredentialStatus::Inactive, ..active.clone() };
    for (revision, credential) in [&active, &inactive].into_iter().enumerate() {
        let revision = u64::try_from(revision).unwrap();
        let change = Identities::empty(owner, revision).change().put(Entity::AccessKey(credential.clone()));
        commit(&house, Change::Identity(change)).await.unwrap();
        assert_eq!(house.store.credential("AKIA1").await.unwrap().as_ref(), Some(credential));
    }
    let stolen = Change::Identity(with_access_key("AKIA1", other));
    assert!(matches!(commit(&house, stolen).await, Err(CommitError::NameTaken)));
    assert_eq!(house.store.credential("AKIA1").await.unwrap(), Some(inactive));
}

async fn commit<F: Fixture>(house: &House<F>, change: Change) -> Result<(), CommitError> {
    let account = match &change {
        Change::Account(account) => account.id,
        Change::Identity(change) => change.account,
        Change::Key(KeyChange::Create { after } | KeyChange::Update { after, .. }) => after.scope.account,
        Change::Deployment(_)
        | Change::CloseAccount(_)
        | Change::Secret(_)
        | Change::Function(_)
        | Change::LogGroup(_)
        | Change::LogContent(_)
        | Change::RotationAttempt(_) => {
            panic!("an account's own affairs only")
        }
    };
    let permits = ["keepwell:CreateAccount", "kms:CreateKey"].map(|act| permit(account, act, &account_arn(account)));
    let [accounts, keys] = permits;
    house.commit(Commit::under(accounts).and_under(keys).change(change)?).await
}

pub(crate) fn account(id: AccountId) -> AccountRecord {
    AccountRecord {
        id,
        name: format!("account {id}"),
        created_at: later(1),
        status: AccountStatus::Active,
        wrapped_key: format!("wrapped {id}").into_bytes(),
    }
}

/// The first change of an account's IAM: an access key of its root user.
pub(crate) fn with_access_key(access_key_id: &str, account: AccountId) -> IdentityChange {
    Identities::empty(account, 0).change().put(Entity::AccessKey(credential(access_key_id, account)))
}

pub(crate) fn credential(access_key_id: &str, account: AccountId) -> CredentialRecord {
    CredentialRecord {
        access_key_id: access_key_id.to_owned(),
        account,
        user: None,
        created_at: later(2),
        status: CredentialStatus::Active,
        sealed_secret: vec![0, 1, 255],
    }
}
