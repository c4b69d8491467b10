//! KMS keys: their materials, aliases and grants; and the deployment, whose key is above all others.

use std::{collections::BTreeMap, sync::Arc};

use contract::{
    AliasRecord, Change, Commit, CommitError, DeploymentRecord, GrantConstraint, GrantRecord, KeyChange, KeyId,
    KeyRecord, KeyState, Reads, Writes, account_arn, deployment_arn, key_arn,
};
use policy::Action;
use terms::Scope;

use crate::{
    Fixture,
    house::{House, creation_of_key, permit, permit_for_every},
    record::{draft, home, key, later, material, new_uid, scope},
};

pub async fn a_key_comes_back_as_it_was_left<F: Fixture>() {
    let mut house = House::<F>::start().await;
    let created = created(&house, &key(home(), "alias/app")).await;
    let grown = follow(&house, &created, |after| {
        after.materials.push(Arc::new(material(2)));
        after.aliases = ["alias/a", "alias/app", "alias/z"].map(|name| alias(name, 5)).into();
        after.grants = [grant("aa", "first"), grant("bb", "second")].into();
        after.details.description = "ключ \u{1F511}".to_owned();
        after.details.state = KeyState::PendingDeletion { delete_at: later(9) };
        after.details.rotation = None;
        after.details.on_demand_rotations = 1;
    })
    .await;
    // One alias and one grant go, others change or come.
    let changed = follow(&house, &grown, |after| {
        after.materials.push(Arc::new(material(3)));
        after.aliases = [alias("alias/app", 5), alias("alias/b", 7), alias("alias/z", 8)].into();
        after.grants = [grant("bb", "renamed"), grant("cc", "third")].into();
        after.details.state = KeyState::Disabled;
        after.details.tags.clear();
        after.details.primary_region = Some(home().region);
    })
    .await;
    for _ in 0..2 {
        assert_eq!(house.key(&changed).await.as_ref(), Some(&changed));
        assert_eq!(house.keys(home()).await, [Arc::clone(&changed)]);
        for (name, is_known) in [("app", true), ("b", true), ("z", true), ("a", false), ("APP", false), ("", false)] {
            let found = house.key_by_alias(home(), &format!("alias/{name}")).await;
            assert_eq!(found.as_ref(), is_known.then_some(&changed), "{name}");
        }
        house = house.reopened().await;
    }
}

pub async fn a_change_of_an_older_key_is_a_conflict<F: Fixture>() {
    let house = House::<F>::start().await;
    let first = created(&house, &key(home(), "alias/app")).await;
    let second = follow(&house, &first, |after| after.details.description = "second".to_owned()).await;
    let late = next(&first, |after| {
        after.aliases = vec![alias("alias/late", 9)];
        after.materials.push(Arc::new(material(2)));
    });
    assert!(matches!(house.commit(update(&first, &late)).await, Err(CommitError::Conflict)));
    let unknown = Arc::new(key(home(), "alias/unknown"));
    let changed = next(&unknown, |_| {});
    assert!(matches!(house.commit(update(&unknown, &changed)).await, Err(CommitError::Conflict)));
    let house = house.reopened().await;
    assert_eq!(house.keys(home()).await, [second]);
    assert_eq!(house.key_by_alias(home(), "alias/late").await, None);
}

pub async fn of_many_changes_to_one_key_exactly_one_happens<F: Fixture>() {
    let house = House::<F>::start().await;
    let mut before = created(&house, &key(home(), "alias/app")).await;
    for _ in 0..6 {
        let rivals: Vec<_> = (0..16)
            .map(|index| {
                next(&before, |after| {
                    after.details.description = index.to_string();
                    after.materials.push(Arc::new(material(2)));
                })
            })
            .collect();
        let commits = rivals.iter().map(|rival| tokio::spawn(house.store.commit(update(&before, rival))));
        let mut winners = Vec::new();
        for (task, rival) in commits.collect::<Vec<_>>().into_iter().zip(&rivals) {
            match task.await.unwrap() {
                Ok(()) => winners.push(Arc::clone(rival)),
                Err(error) => assert!(matches!(error, CommitError::Conflict), "{error}"),
            }
        }
        assert_eq!(winners.len(), 1);
        before = winners.remove(0);
        assert_eq!(house.key(&before).await.as_ref(), Some(&before));
    }
    assert_eq!(house.reopened().await.keys(home()).await, [before]);
}

/// A ciphertext names its key by the bits of the id and no account.
pub async fn an_id_is_free_once_in_a_region<F: Fixture>() {
    let house = House::<F>::start().await;
    let first = created(&house, &key(home(), "alias/app")).await;
    let neighbour = Scope { account: scope("222222222222", "us-east-1").account, ..home() };
    for (scope, is_multi_region) in [(home(), false), (home(), true), (neighbour, false), (neighbour, true)] {
        let id = KeyId { is_multi_region, ..first.id };
        let rival = KeyRecord { id, arn: key_arn(scope, id), ..key(scope, "alias/rival") };
        assert!(matches!(house.commit(creation(&rival)).await, Err(CommitError::NameTaken)));
        assert_eq!(house.key_by_alias(scope, "alias/rival").await, None);
    }
    // In another Region it is a replica.
    let elsewhere = Scope { region: scope("222222222222", "us-east-1").region, ..home() };
    let replica = KeyRecord { id: first.id, arn: key_arn(elsewhere, first.id), ..key(elsewhere, "alias/app") };
    let replica = created(&house, &replica).await;
    let house = house.reopened().await;
    assert_eq!(house.key(&first).await, Some(first));
    assert_eq!(house.key(&replica).await, Some(replica));
}

pub async fn an_alias_is_unique_in_its_scope<F: Fixture>() {
    let house = House::<F>::start().await;
    let first = created(&house, &key(home(), "alias/app")).await;
    let second = created(&house, &key(home(), "alias/other")).await;
    let thief = next(&second, |after| after.aliases = vec![alias("alias/app", 9), alias("alias/other", 4)]);
    assert!(matches!(house.commit(update(&second, &thief)).await, Err(CommitError::NameTaken)));
    assert!(matches!(house.commit(creation(&key(home(), "alias/app"))).await, Err(CommitError::NameTaken)));

    let free = follow(&house, &first, |after| after.aliases.clear()).await;
    let elsewhere = created(&house, &key(scope("222222222222", "eu-central-1"), "alias/app")).await;
    house.commit(update(&second, &thief)).await.unwrap();
    let house = house.reopened().await;
    assert_eq!(house.key_by_alias(home(), "alias/app").await, Some(thief));
    assert_eq!(house.key_by_alias(elsewhere.scope, "alias/app").await, Some(elsewhere));
    assert_eq!(house.key(&free).await, Some(free));
}

pub async fn an_alias_moves_from_one_key_to_another_in_one_commit<F: Fixture>() {
    let mut house = House::<F>::start().await;
    let giver = created(&house, &key(home(), "alias/app")).await;
    let taker = created(&house, &key(home(), "alias/other")).await;
    let given = next(&giver, |after| after.aliases.clear());
    let taken = next(&taker, |after| after.aliases = vec![alias("alias/app", 9), alias("alias/other", 4)]);
    let moves = |changes: [(&Arc<KeyRecord>, &Arc<KeyRecord>); 2]| {
        changes.into_iter().fold(
            Commit::under(change_permit(&giver)).and_under(change_permit(&taker)),
            |commit, change| {
                let (before, after) = (Arc::clone(change.0), Arc::clone(change.1));
                commit.change(Change::Key(KeyChange::Update { before, after })).unwrap()
            },
        )
    };
    let backwards = moves([(&taker, &taken), (&giver, &given)]);
    assert!(matches!(house.commit(backwards).await, Err(CommitError::NameTaken)));
    assert_eq!(house.key_by_alias(home(), "alias/app").await.as_ref(), Some(&giver));
    assert_eq!(house.key(&taker).await.as_ref(), Some(&taker));

    house.commit(moves([(&giver, &given), (&taker, &taken)])).await.unwrap();
    for _ in 0..2 {
        assert_eq!(house.key_by_alias(home(), "alias/app").await.as_ref(), Some(&taken));
        assert_eq!(house.key_by_alias(home(), "alias/other").await.as_ref(), Some(&taken));
        assert_eq!(house.key(&giver).await.as_ref(), Some(&given));
        house = house.reopened().await;
    }
}

pub async fn a_key_that_is_gone_keeps_nothing_but_its_id<F: Fixture>() {
    let mut house = House::<F>::start().await;
    let full = KeyRecord { grants: [grant("aa", "first")].into(), ..key(home(), "alias/app") };
    let full = created(&house, &full).await;
    let gone = follow(&house, &full, destroy).await;
    for _ in 0..2 {
        assert_eq!(house.keys(home()).await, []);
        assert_eq!(house.key_by_alias(home(), "alias/app").await, None);
        assert_eq!(house.key(&gone).await.as_ref(), Some(&gone));
        let successor = KeyRecord { uid: new_uid(), ..(*full).clone() };
        assert!(matches!(house.commit(creation(&successor)).await, Err(CommitError::NameTaken)));
        house = house.reopened().await;
    }
    let successor = created(&house, &key(home(), "alias/app")).await;
    assert_eq!(house.key_by_alias(home(), "alias/app").await, Some(successor));
}

pub async fn materials_are_added_or_destroyed_together<F: Fixture>() {
    let house = House::<F>::start().await;
    let one = created(&house, &key(home(), "alias/app")).await;
    let two = follow(&house, &one, |after| after.materials.push(Arc::new(material(2)))).await;
    let gone = next(&two, destroy);
    let broken = [
        next(&two, |after| after.materials.clear()),
        next(&two, |after| drop(after.materials.pop())),
        next(&two, |after| drop(after.materials.remove(0))),
        next(&two, |after| after.materials.swap(0, 1)),
        next(&two, |after| after.materials[1] = Arc::new(material(3))),
        next(&two, |after| after.details.state = KeyState::Deleted),
        next(&two, |after| {
            destroy(after);
            after.materials = two.materials.clone();
        }),
        next(&two, |after| {
            destroy(after);
            after.aliases = two.aliases.clone();
        }),
        next(&two, |after| {
            destroy(after);
            after.grants = [grant("aa", "first")].into();
        }),
        next(&two, |after| after.aliases = vec![alias("alias/b", 1), alias("alias/a", 1)]),
        next(&two, |after| after.aliases = vec![alias("alias/a", 1), alias("alias/a", 2)]),
        next(&two, |after| after.revision += 1),
        next(&two, |after| after.uid = new_uid()),
    ];
    for after in broken {
        let change = KeyChange::Update { before: Arc::clone(&two), after: Arc::clone(&after) };
        let planned = Commit::under(change_permit(&two)).change(Change::Key(change));
        assert!(matches!(planned, Err(CommitError::Internal(_))), "{after:?}");
    }
    let revived = next(&gone, |after| after.details.state = KeyState::Enabled);
    let change = KeyChange::Update { before: Arc::clone(&gone), after: revived };
    assert!(Commit::under(change_permit(&gone)).change(Change::Key(change)).is_err());

    assert_eq!(house.key(&two).await.as_ref(), Some(&two));
    house.commit(update(&two, &gone)).await.unwrap();
    assert_eq!(house.reopened().await.key(&two).await, Some(gone));
}

pub async fn one_of_a_multi_region_key_is_made_again_where_it_was_destroyed<F: Fixture>() {
    let house = House::<F>::start().await;
    let one = key(home(), "alias/app");
    let id = KeyId { is_multi_region: true, ..one.id };
    let one = created(&house, &KeyRecord { id, arn: key_arn(home(), id), ..one }).await;
    let gone = follow(&house, &one, destroy).await;
    let empty = next(&gone, |after| after.details.state = KeyState::Enabled);
    let change = KeyChange::Update { before: Arc::clone(&gone), after: empty };
    assert!(Commit::under(change_permit(&gone)).change(Change::Key(change)).is_err());

    let again = follow(&house, &gone, |after| {
        after.details.state = KeyState::Enabled;
        after.materials = [1, 2].map(|number| Arc::new(material(number))).into();
    })
    .await;
    let house = house.reopened().await;
    assert_eq!(house.key(&again).await.as_ref(), Some(&again));
    assert_eq!(house.keys(home()).await, [again]);
}

pub async fn keys_of_other_accounts_and_regions_are_not_seen<F: Fixture>() {
    let house = House::<F>::start().await;
    let elsewhere = scope("222222222222", "us-east-1");
    let scopes = [home(), Scope { region: elsewhere.region, ..home() }, Scope { account: elsewhere.account, ..home() }];
    let mut keys = Vec::new();
    for scope in scopes {
        keys.push(created(&house, &key(scope, "alias/app")).await);
    }
    let house = house.reopened().await;
    for (scope, key) in scopes.into_iter().zip(&keys) {
        assert_eq!(house.keys(scope).await, [Arc::clone(key)]);
        assert_eq!(house.key_by_alias(scope, "alias/app").await.as_ref(), Some(key));
        for other in scopes {
            let found = house.store.key(other.region, key.id.bits).await.unwrap();
            assert_eq!(found.is_some(), other.region == scope.region);
        }
    }
    assert_eq!(house.keys(elsewhere).await, []);
    assert_eq!(house.key_by_alias(elsewhere, "alias/app").await, None);

    let list = Action::new("kms:ListKeys");
    let shut = house.store.key(home().region, keys[0].id.bits).await.unwrap().unwrap();
    assert!(shut.open_key(&permit(home().account, "kms:Decrypt", &keys[1].arn)).is_err());
    let page = house.store.keys(home()).await.unwrap();
    assert!(page.open(&permit_for_every(home().account, Action::new("kms:ListAliases")), list).is_err());
}

pub async fn a_change_of_a_key_needs_a_permit_for_it<F: Fixture>() {
    let house = House::<F>::start().await;
    let (one, account) = (key(home(), "alias/app"), account_arn(home().account));
    let (before, other) = (Arc::new(one.clone()), key(home(), "alias/other"));
    let update = Change::Key(KeyChange::Update { after: next(&before, |_| {}), before: Arc::clone(&before) });
    let create = creation_of_key(&one);
    let may = |change: &Change, action, arn: &str| {
        Commit::under(permit(home().account, action, arn)).change(change.clone()).is_ok()
    };
    for (action, arn) in [
        ("kms:CreateKey", &account),
        ("kms:CreateKey", &one.arn),
        ("kms:ReplicateKey", &one.arn),
        ("keepwell:CreateAccount", &account),
    ] {
        assert!(may(&create, action, arn), "{action}");
        assert!(!may(&create, action, &other.arn) && !may(&update, action, &other.arn), "{action}");
    }
    for action in ["kms:DisableKey", "kms:CreateAlias", "kms:DeleteKey", "kms:RotateKey", "kms:PutKeyPolicy"] {
        assert!(may(&update, action, &one.arn) && !may(&create, action, &one.arn), "{action}");
        assert!(!may(&update, action, &other.arn), "{action}");
    }
    for action in ["kms:Decrypt", "kms:CreateKey", "keepwell:CreateAccount", "secretsmanager:UpdateSecret"] {
        assert!(!may(&update, action, &one.arn), "{action}");
    }
    assert_eq!(house.keys(home()).await, []);
}

pub async fn the_deployment_is_made_once_and_changes_step_by_step<F: Fixture>() {
    let house = House::<F>::start().await;
    assert_eq!(house.store.deployment().await.unwrap(), None);
    let first = deployment(1, Some(vec![1, 2, 3]));
    let refused = async |record: &DeploymentRecord| {
        assert!(matches!(put(&house, record).await, Err(CommitError::Conflict)), "{record:?}");
    };
    refused(&deployment(2, None)).await;
    put(&house, &first).await.unwrap();
    assert_eq!(house.store.deployment().await.unwrap().as_ref(), Some(&first));
    refused(&DeploymentRecord { uid: new_uid(), ..first.clone() }).await;
    refused(&first).await;

    let second = DeploymentRecord { revision: 2, ..deployment(2, None) };
    let second = DeploymentRecord { uid: first.uid, ..second };
    for revision in [0, 1, 3] {
        refused(&DeploymentRecord { revision, ..second.clone() }).await;
    }
    refused(&DeploymentRecord { uid: new_uid(), ..second.clone() }).await;
    assert_eq!(house.store.deployment().await.unwrap().as_ref(), Some(&first));
    put(&house, &second).await.unwrap();
    refused(&second).await;
    let house = house.reopened().await;
    assert_eq!(house.store.deployment().await.unwrap(), Some(second));
}

pub async fn keys_and_the_deployment_are_told_with_their_revisions<F: Fixture>() {
    let house = House::<F>::start().await;
    let deployment = deployment(1, None);
    put(&house, &deployment).await.unwrap();
    let changed = created(&house, &key(home(), "alias/app")).await;
    follow(&house, &changed, |after| after.aliases.clear()).await;
    let gone = created(&house, &key(scope("222222222222", "us-east-1"), "alias/app")).await;
    follow(&house, &gone, destroy).await;
    let kept = created(&house, &key(home(), "alias/kept")).await;
    let secret = house.created(&draft(home(), "db")).await;
    let mut expected = vec![(deployment.uid, 1), (changed.uid, 2), (gone.uid, 2), (kept.uid, 1), (secret.uid, 1)];
    expected.sort_unstable();
    let mut told = house.store.revisions().await.unwrap();
    told.sort_unstable();
    assert_eq!(told, expected);
}

fn alias(name: &str, at: i64) -> AliasRecord {
    AliasRecord { name: name.to_owned(), created_at: later(4), updated_at: later(at) }
}

fn grant(id: &str, name: &str) -> (String, Arc<GrantRecord>) {
    let context =
        BTreeMap::from([("SecretARN".to_owned(), "arn:1".to_owned()), (String::new(), "\u{1F511}".to_owned())]);
    let grant = GrantRecord {
        id: id.repeat(32),
        name: Some(name.to_owned()),
        created_at: later(6),
        grantee: "AROA1".to_owned(),
        retiree: (name == "second").then(|| "AIDA1".to_owned()),
        issuing_account: home().account,
        operations: vec!["Decrypt".to_owned(), "DescribeKey".to_owned()],
        constraint: (name != "third").then_some(GrantConstraint::EncryptionContextSubset(context)),
    };
    (grant.id.clone(), Arc::new(grant))
}

fn next(before: &KeyRecord, change: impl FnOnce(&mut KeyRecord)) -> Arc<KeyRecord> {
    let mut after = before.clone();
    after.revision += 1;
    change(&mut after);
    Arc::new(after)
}

fn destroy(key: &mut KeyRecord) {
    key.details.state = KeyState::Deleted;
    key.materials.clear();
    key.aliases.clear();
    key.grants.clear();
}

fn creation(key: &KeyRecord) -> Commit {
    let permit = permit(key.scope.account, "kms:CreateKey", &account_arn(key.scope.account));
    Commit::under(permit).change(creation_of_key(key)).unwrap()
}

fn update(before: &Arc<KeyRecord>, after: &Arc<KeyRecord>) -> Commit {
    let (before, after) = (Arc::clone(before), Arc::clone(after));
    Commit::under(change_permit(&before)).change(Change::Key(KeyChange::Update { before, after })).unwrap()
}

fn change_permit(key: &KeyRecord) -> policy::Permit {
    permit(key.scope.account, "kms:UpdateAlias", &key.arn)
}

async fn created<F: Fixture>(house: &House<F>, key: &KeyRecord) -> Arc<KeyRecord> {
    house.commit(creation(key)).await.unwrap();
    let found = house.key(key).await.unwrap();
    assert_eq!(*found, *key);
    found
}

/// Commits the change, and gives what a read answers from now on, which is what was planned.
async fn follow<F: Fixture>(
    house: &House<F>,
    before: &Arc<KeyRecord>,
    change: impl FnOnce(&mut KeyRecord),
) -> Arc<KeyRecord> {
    let after = next(before, change);
    house.commit(update(before, &after)).await.unwrap();
    assert_eq!(house.key(&after).await.as_ref(), Some(&after));
    after
}

fn deployment(revision: u64, sealed_root_key: Option<Vec<u8>>) -> DeploymentRecord {
    let number = u8::try_from(revision).unwrap();
    DeploymentRecord {
        uid: new_uid(),
        revision,
        root_key_id: [number; 16],
        custody: format!("kind {revision}"),
        sealed_root_key,
        wrapped_key: vec![number, 0, 255],
    }
}

async fn put<F: Fixture>(house: &House<F>, deployment: &DeploymentRecord) -> Result<(), CommitError> {
    let permit = permit(home().account, "keepwell:RotateRootKey", &deployment_arn());
    house.commit(Commit::under(permit).change(Change::Deployment(deployment.clone()))?).await
}
