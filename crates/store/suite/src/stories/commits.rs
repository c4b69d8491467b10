//! A commit happens whole or not at all, and of rivals one wins.

use std::sync::Arc;

use contract::{
    Change, Commit, CommitError, Guard, JobChange, JobKind, PendingRecord, Reads, SecretChange, SecretRecord, Writes,
    account_arn,
};
use policy::Permit;
use terms::{AWSCURRENT, EventId, Scope};

use crate::{
    Fixture,
    house::{House, creation, creation_of_key, permit, update},
    record::{answered, changed, draft, home, key, later, put, scope, value, version},
    stories::accounts::{account, with_access_key},
};

pub async fn a_taken_name_is_refused_and_its_secret_stays<F: Fixture>() {
    let house = House::<F>::start().await;
    let first = house.created(&draft(home(), "db")).await;
    assert!(matches!(house.create(&draft(home(), "db")).await, Err(CommitError::NameTaken)));
    assert_eq!(house.read(home(), "db").await.as_ref(), Some(&first));
    let house = house.reopened().await;
    assert!(matches!(house.create(&draft(home(), "db")).await, Err(CommitError::NameTaken)));
    assert_eq!(house.read(home(), "db").await.as_ref(), Some(&first));
}

pub async fn a_change_to_an_older_revision_is_a_conflict<F: Fixture>() {
    let house = House::<F>::start().await;
    let first = house.created(&draft(home(), "db")).await;
    let second = put(&first, "second", "second");
    house.update(&first, &second).await.unwrap();

    let late = put(&first, "late", "late");
    assert!(matches!(house.update(&first, &late).await, Err(CommitError::Conflict)));
    assert!(matches!(house.erase(&first).await, Err(CommitError::Conflict)));
    assert_eq!(*house.read(home(), "db").await.unwrap(), answered(&second, None));

    let never_created = Arc::new(draft(home(), "nowhere"));
    let after = put(&never_created, "second", "second");
    assert!(matches!(house.update(&never_created, &after).await, Err(CommitError::Conflict)));
    assert!(matches!(house.erase(&never_created).await, Err(CommitError::Conflict)));
    assert_eq!(house.read(home(), "nowhere").await, None);
}

pub async fn of_many_changes_to_one_revision_exactly_one_happens<F: Fixture>() {
    let house = House::<F>::start().await;
    let mut before = house.created(&draft(home(), "db")).await;
    for round in 0..6 {
        let rivals: Vec<_> = (0..16).map(|rival| put(&before, &format!("{round}-{rival}"), "mine")).collect();
        let commits = rivals.iter().map(|after| update(&before, after));
        let outcomes = at_once(&house, commits).await;
        let winner = only_winner(&outcomes, |error| matches!(error, CommitError::Conflict));
        before = house.read(home(), "db").await.unwrap();
        assert_eq!(*before, answered(&rivals[winner], None));
    }
}

pub async fn of_many_that_create_one_name_exactly_one_succeeds<F: Fixture>() {
    let house = House::<F>::start().await;
    for round in 0..6 {
        let rivals: Vec<_> = (0..16).map(|_| draft(home(), &format!("db-{round}"))).collect();
        let outcomes = at_once(&house, rivals.iter().map(creation)).await;
        let winner = only_winner(&outcomes, |error| matches!(error, CommitError::NameTaken));
        assert_eq!(*house.read(home(), &format!("db-{round}")).await.unwrap(), rivals[winner]);
    }
}

/// Adds what makes a commit fail.
type Spoil<'a> = Box<dyn Fn(Commit) -> Commit + Send + Sync + 'a>;

pub async fn a_commit_happens_whole_or_not_at_all<F: Fixture>() {
    let house = House::<F>::start().await;
    let (taken, stale) = (draft(home(), "taken"), house.created(&draft(home(), "stale")).await);
    let taken = house.created(&taken).await;
    let known_account = account(scope("333333333333", "eu-central-1").account);
    house.commit(many_permits([]).change(Change::Account(known_account.clone())).unwrap()).await.unwrap();
    let moved = put(&stale, "second", "second");
    house.update(&stale, &moved).await.unwrap();
    let before = everything(&house).await;

    let rival = Arc::new(draft(home(), "taken"));
    let permits = || [&rival.arn, &stale.arn].map(|arn| (home().account, &**arn));
    let spoilers: [(&str, Spoil<'_>); 7] = [
        ("a taken name", Box::new(|commit| create(commit, &rival))),
        ("a stale update", Box::new(|commit| change(commit, &stale, &put(&stale, "late", "late")))),
        ("a stale erasure", Box::new(|commit| erase(commit, &stale))),
        ("a taken account", Box::new(|commit| commit.change(Change::Account(known_account.clone())).unwrap())),
        (
            "a version without a value",
            Box::new(|commit| {
                let hollow = version("hollow", later(1), &[AWSCURRENT], contract::Value::NotLoaded);
                let rival = SecretRecord { versions: vec![hollow], ..draft(home(), "hollow") };
                let commit = commit.and_under(permit(home().account, "secretsmanager:CreateSecret", &rival.arn));
                create(commit, &Arc::new(rival))
            }),
        ),
        ("a lost lease", Box::new(|commit| commit.guard(fence(9)))),
        ("a full region", Box::new(|commit| commit.guard(Guard::SecretsBelow { scope: home(), limit: 2 }))),
    ];
    for (what, spoil) in &spoilers {
        let commit = many_permits(permits());
        let outcome = house.commit(spoil(rich_commit(commit, &taken))).await;
        assert!(outcome.is_err(), "{what}");
        assert_eq!(everything(&house).await, before, "{what}");
    }
    let house = house.reopened().await;
    assert_eq!(everything(&house).await, before);

    house.commit(rich_commit(many_permits(permits()), &taken)).await.unwrap();
    assert!(house.read(home(), "new").await.is_some());
    assert_eq!(house.read(home(), "taken").await.unwrap().revision, 2);
    assert_eq!(house.store.accounts().await.unwrap().len(), 2);
    assert_eq!(house.keys(elsewhere()).await.len(), 1);
    assert!(house.store.credential("AKIANEW").await.unwrap().is_some());
    assert_eq!(house.due(later(1000)).await.len(), 1);
    assert_eq!(house.store.pending_records().await.unwrap().len(), 1);
}

pub async fn a_failing_commit_leaves_its_neighbours_intact<F: Fixture>() {
    let house = House::<F>::start().await;
    let taken = house.created(&draft(home(), "taken")).await;
    let full = Guard::SecretsBelow { scope: home(), limit: 1 };
    let commits = (0..90).map(|index| {
        let secret = draft(home(), &format!("neighbour-{index}"));
        match index % 3 {
            0 => creation(&secret),
            // Fails only after it has created something.
            1 => {
                let rival = Arc::new(draft(home(), "taken"));
                create(
                    creation(&secret).and_under(permit(home().account, "secretsmanager:CreateSecret", &rival.arn)),
                    &rival,
                )
            }
            _ => creation(&secret).guard(full.clone()),
        }
    });
    for (index, outcome) in at_once(&house, commits).await.into_iter().enumerate() {
        let is_as_expected = match index % 3 {
            0 => outcome.is_ok(),
            1 => matches!(outcome, Err(CommitError::NameTaken)),
            _ => matches!(outcome, Err(CommitError::QuotaExceeded)),
        };
        assert!(is_as_expected, "commit {index}: {outcome:?}");
        let found = house.read(home(), &format!("neighbour-{index}")).await;
        assert_eq!(found.is_some(), index % 3 == 0, "secret {index}");
    }
    assert_eq!(house.read(home(), "taken").await.as_ref(), Some(&taken));
}

pub async fn a_commit_without_a_matching_permit_is_refused<F: Fixture>() {
    let house = House::<F>::start().await;
    let before = Arc::new(draft(home(), "db"));
    let after = put(&before, "second", "second");
    let account_arn = account_arn(home().account);
    let create = Change::Secret(SecretChange::Create { after: Arc::clone(&before) });
    let update = Change::Secret(SecretChange::Update { before: Arc::clone(&before), after });
    let erase = Change::Secret(SecretChange::Erase { before: Arc::clone(&before) });
    let cases = [
        (create, "secretsmanager:CreateSecret", &before.arn),
        (update.clone(), "secretsmanager:PutSecretValue", &before.arn),
        (update.clone(), "secretsmanager:TrimVersions", &before.arn),
        (update, "secretsmanager:DeleteSecret", &before.arn),
        (erase.clone(), "secretsmanager:DeleteSecret", &before.arn),
        (erase, "secretsmanager:EndRecoveryWindow", &before.arn),
        (Change::Account(account(home().account)), "keepwell:CreateAccount", &account_arn),
        (Change::Identity(with_access_key("AKIA1", home().account)), "keepwell:CreateAccount", &account_arn),
        (creation_of_key(&key(home(), "alias/aws/secretsmanager")), "kms:CreateKey", &account_arn),
    ];
    for (change, action, arn) in cases {
        let under = |action, arn: &str| Commit::under(permit(home().account, action, arn)).change(change.clone());
        assert!(under(action, arn).is_ok(), "{action}");
        assert!(under(action, "arn:another").is_err(), "{action} of another");
        assert!(under("secretsmanager:GetSecretValue", arn).is_err(), "reading for {action}");
    }
    // Refused before it reached the store, which knows nothing of it.
    assert_eq!(house.read(home(), "db").await, None);
}

pub async fn a_plan_that_breaks_an_invariant_is_refused<F: Fixture>() {
    let house = House::<F>::start().await;
    let before = house.created(&draft(home(), "db")).await;
    let two_holders = changed(&before, |after| {
        after.versions.push(version("second", later(1), &[AWSCURRENT], value("second")));
    });
    let same_revision = Arc::new(SecretRecord { description: Some("new".into()), ..SecretRecord::clone(&before) });
    let skipped_revision = changed(&before, |after| after.revision += 1);
    let other_secret = changed(&before, |after| after.uid = draft(home(), "other").uid);
    for after in [two_holders, same_revision, skipped_revision, other_secret] {
        let commit = Commit::under(permit(home().account, "secretsmanager:UpdateSecret", &before.arn));
        let update = SecretChange::Update { before: Arc::clone(&before), after };
        assert!(matches!(commit.change(Change::Secret(update)), Err(CommitError::Internal(_))));
    }
    assert_eq!(house.read(home(), "db").await.as_ref(), Some(&before));
}

/// Sends all commits together and gives their outcomes in the same order.
async fn at_once<F: Fixture>(house: &House<F>, commits: impl Iterator<Item = Commit>) -> Vec<Result<(), CommitError>> {
    let tasks: Vec<_> = commits.map(|commit| tokio::spawn(house.store.commit(commit))).collect();
    let mut outcomes = Vec::with_capacity(tasks.len());
    for task in tasks {
        outcomes.push(task.await.unwrap());
    }
    outcomes
}

fn only_winner(outcomes: &[Result<(), CommitError>], is_defeat: impl Fn(&CommitError) -> bool) -> usize {
    let winners: Vec<usize> = (0..outcomes.len()).filter(|index| outcomes[*index].is_ok()).collect();
    assert_eq!(winners.len(), 1, "{outcomes:?}");
    let defeats = outcomes.iter().filter_map(|outcome| outcome.as_ref().err());
    assert!(defeats.clone().all(is_defeat), "{outcomes:?}");
    winners[0]
}

fn elsewhere() -> Scope {
    scope("222222222222", "us-east-1")
}

/// One change of every kind.
fn rich_commit(commit: Commit, taken: &Arc<SecretRecord>) -> Commit {
    let fresh = Arc::new(draft(home(), "new"));
    let commit = commit.and_under(permit(home().account, "secretsmanager:UpdateSecret", &taken.arn)).and_under(permit(
        home().account,
        "secretsmanager:CreateSecret",
        &fresh.arn,
    ));
    let commit = create(change(commit, taken, &put(taken, "second", "second")), &fresh);
    let mut commit = commit
        .change(Change::Account(account(elsewhere().account)))
        .and_then(|commit| commit.change(Change::Identity(with_access_key("AKIANEW", elsewhere().account))))
        .and_then(|commit| commit.change(creation_of_key(&key(elsewhere(), "alias/aws/secretsmanager"))))
        .unwrap()
        .guard(Guard::SecretsBelow { scope: home(), limit: 3 })
        .jobs([JobChange::Schedule {
            kind: JobKind::EndRecoveryWindow,
            subject: fresh.uid,
            scope: home(),
            name: "new".to_owned(),
            due_at: later(10),
        }]);
    commit.records.push(PendingRecord { ticket: 1, event: EventId::from_bytes([1; 16]), bytes: (*b"told").into() });
    commit
}

/// A commit that may touch these secrets in every way, and the affairs of all accounts.
fn many_permits<'a>(secrets: impl IntoIterator<Item = (terms::AccountId, &'a str)>) -> Commit {
    let accounts = ["222222222222", "333333333333"].map(|account| scope(account, "us-east-1").account);
    let of_accounts = accounts.into_iter().flat_map(|account| {
        ["keepwell:CreateAccount", "kms:CreateKey"].map(|action| permit(account, action, &account_arn(account)))
    });
    let of_secrets = secrets.into_iter().flat_map(|(account, arn)| {
        ["CreateSecret", "UpdateSecret", "DeleteSecret"].map(|operation| permit_for(account, operation, arn))
    });
    of_accounts
        .chain(of_secrets)
        .fold(Commit::under(permit(home().account, "any:Other", "arn:other")), Commit::and_under)
}

fn permit_for(account: terms::AccountId, operation: &str, arn: &str) -> Permit {
    let action = match operation {
        "CreateSecret" => "secretsmanager:CreateSecret",
        "UpdateSecret" => "secretsmanager:UpdateSecret",
        _ => "secretsmanager:DeleteSecret",
    };
    permit(account, action, arn)
}

fn create(commit: Commit, after: &Arc<SecretRecord>) -> Commit {
    commit.change(Change::Secret(SecretChange::Create { after: Arc::clone(after) })).unwrap()
}

fn change(commit: Commit, before: &Arc<SecretRecord>, after: &Arc<SecretRecord>) -> Commit {
    let (before, after) = (Arc::clone(before), Arc::clone(after));
    commit.change(Change::Secret(SecretChange::Update { before, after })).unwrap()
}

fn erase(commit: Commit, before: &Arc<SecretRecord>) -> Commit {
    commit.change(Change::Secret(SecretChange::Erase { before: Arc::clone(before) })).unwrap()
}

fn fence(fence: u64) -> Guard {
    Guard::Fence { kind: JobKind::TrimVersions, subject: draft(home(), "no-job").uid, fence }
}

/// All that the store tells, as text.
async fn everything<F: Fixture>(house: &House<F>) -> String {
    let store = &house.store;
    let mut revisions = store.revisions().await.unwrap();
    revisions.sort_unstable();
    let mut secrets = Vec::new();
    for name in ["taken", "stale", "new", "hollow"] {
        secrets.push(house.read(home(), name).await);
    }
    let (accounts, keys) = (store.accounts().await.unwrap(), house.keys(elsewhere()).await);
    let (credential, pending) = (store.credential("AKIANEW").await.unwrap(), store.pending_records().await.unwrap());
    let due = house.due(later(1000)).await;
    format!("{revisions:?} {secrets:?} {accounts:?} {keys:?} {credential:?} {pending:?} {due:?}")
}
