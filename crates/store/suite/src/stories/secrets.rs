//! Secrets come back as they were given, and only to whoever may see them.

use contract::{Change, Commit, JobChange, JobKind, LogHead, Note, PendingRecord, Pick, Reads, SecretRecord, Tag};
use policy::Action;
use terms::{AWSCURRENT, Day, EventId, Region, VersionId};

use crate::{
    Fixture,
    house::{House, creation, creation_of_key, permit, permit_for_every},
    record::{answered, changed, draft, home, key, later, put, scope, value, version},
    stories::{
        accounts::{account, credential, with_access_key},
        lists::by_name,
    },
};

pub async fn a_created_secret_is_read_as_it_was_given<F: Fixture>() {
    let house = House::<F>::start().await;
    let secret = SecretRecord {
        generation: 3,
        origin_region: Region::parse("us-east-1").unwrap(),
        changed_at: later(5),
        delete_at: Some(later(6)),
        description: Some("what it is for".into()),
        kms_key_id: Some("alias/mine".into()),
        partner_type: Some("Salesforce".into()),
        tags: Some([tag("team", "payments"), tag("stage", "")].into()),
        versions: vec![
            version("first", later(1), &["blue", AWSCURRENT], value("first")),
            version("second", later(2), &["green"], contract::Value::Absent),
        ],
        ..draft(home(), "prod/db")
    };
    house.create(&secret).await.unwrap();
    assert_eq!(*house.read(home(), "prod/db").await.unwrap(), secret);

    let house = house.reopened().await;
    assert_eq!(*house.read(home(), "prod/db").await.unwrap(), secret);
}

pub async fn a_name_that_was_never_given_finds_nothing<F: Fixture>() {
    let house = House::<F>::start().await;
    assert_eq!(house.read(home(), "db").await, None);
    house.create(&draft(home(), "db")).await.unwrap();
    for other in ["Db", "DB", "d", "db2", "db/", "", "db\0", "d_", "%"] {
        assert_eq!(house.read(home(), other).await, None, "{other:?}");
    }
}

pub async fn one_name_in_another_region_or_account_is_another_secret<F: Fixture>() {
    let house = House::<F>::start().await;
    let scopes = [home(), scope("111111111111", "us-east-1"), scope("222222222222", "eu-central-1")];
    let mut secrets = Vec::new();
    for scope in scopes {
        assert_eq!(house.read(scope, "db").await, None);
        secrets.push(house.created(&draft(scope, "db")).await);
    }
    let after = put(&secrets[1], "second", "second");
    house.update(&secrets[1], &after).await.unwrap();
    house.erase(&secrets[2]).await.unwrap();

    assert_eq!(house.read(scopes[0], "db").await.as_ref(), Some(&secrets[0]));
    assert_eq!(*house.read(scopes[1], "db").await.unwrap(), answered(&after, None));
    assert_eq!(house.read(scopes[2], "db").await, None);
}

pub async fn everything_that_may_change_comes_back_changed<F: Fixture>() {
    let house = House::<F>::start().await;
    let before = house.created(&draft(home(), "db")).await;
    let after = changed(&before, |after| {
        after.origin_region = Region::parse("us-east-1").unwrap();
        after.generation = 1;
        after.changed_at = later(50);
        after.delete_at = Some(later(60));
        after.description = Some("new".into());
        after.kms_key_id = Some("alias/new".into());
        after.partner_type = Some("Partner".into());
        after.tags = Some([tag("new", "tag")].into());
    });
    house.update(&before, &after).await.unwrap();
    assert_eq!(house.read(home(), "db").await.as_ref(), Some(&after));
    let house = house.reopened().await;
    assert_eq!(house.read(home(), "db").await.as_ref(), Some(&after));

    let back = changed(&after, |back| {
        let first = SecretRecord::clone(&before);
        *back = SecretRecord { revision: back.revision, changed_at: back.changed_at, ..first };
    });
    house.update(&after, &back).await.unwrap();
    let house = house.reopened().await;
    assert_eq!(house.read(home(), "db").await.as_ref(), Some(&back));
}

pub async fn text_comes_back_in_every_script<F: Fixture>() {
    const TEXTS: [&str; 6] = ["Schlüssel 🔑", "\"quoted\" \\ back", "a\0b\n\t", "مفتاح", "密钥", "e\u{301} is not é"];
    let house = House::<F>::start().await;
    for (index, text) in TEXTS.iter().enumerate() {
        let secret = SecretRecord {
            description: Some((*text).into()),
            kms_key_id: Some((*text).into()),
            tags: Some([tag(text, text), tag(&text.to_uppercase(), "")].into()),
            versions: vec![version(text, later(0), &[AWSCURRENT, text], value(text))],
            ..draft(home(), &format!("/_+=.@!-{index}"))
        };
        house.create(&secret).await.unwrap();
        assert_eq!(*house.read(home(), secret.name.as_str()).await.unwrap(), secret);
    }
    let before = house.list(home(), &by_name()).await;
    let house = house.reopened().await;
    assert_eq!(house.list(home(), &by_name()).await, before);
    for (index, text) in TEXTS.iter().enumerate() {
        let secret = house.read(home(), &format!("/_+=.@!-{index}")).await.unwrap();
        assert_eq!(secret.description.as_deref(), Some(*text));
        assert_eq!(secret.holder(text).unwrap().value, value(text));
        assert_eq!(secret.tags.as_deref().unwrap()[0], tag(text, text));
    }
}

pub async fn absent_and_empty_are_told_apart<F: Fixture>() {
    let house = House::<F>::start().await;
    let absent = draft(home(), "absent");
    let empty = SecretRecord {
        description: Some("".into()),
        kms_key_id: Some("".into()),
        tags: Some([].into()),
        versions: vec![version("empty", later(0), &[AWSCURRENT], value(""))],
        ..draft(home(), "empty")
    };
    let without_versions = SecretRecord { versions: Vec::new(), ..draft(home(), "no-versions") };
    for secret in [&absent, &empty, &without_versions] {
        house.create(secret).await.unwrap();
    }
    let house = house.reopened().await;
    for secret in [absent, empty, without_versions] {
        assert_eq!(*house.read(home(), secret.name.as_str()).await.unwrap(), secret);
    }
}

pub async fn an_erased_name_is_free_and_nothing_of_the_old_comes_back<F: Fixture>() {
    let house = House::<F>::start().await;
    let first = house.created(&draft(home(), "db")).await;
    let second = put(&first, "second", "second");
    house.update(&first, &second).await.unwrap();
    house.erase(&second).await.unwrap();
    assert_eq!(house.read(home(), "db").await, None);
    assert!(matches!(house.erase(&second).await, Err(contract::CommitError::Conflict)));
    assert_eq!(house.list(home(), &by_name()).await, []);

    let successor = house.created(&draft(home(), "db")).await;
    assert_eq!(house.read(home(), "db").await.as_ref(), Some(&successor));
    // The same revision of another secret is not the secret that was read.
    let late = put(&first, "late", "late");
    assert!(matches!(house.update(&first, &late).await, Err(contract::CommitError::Conflict)));
    assert!(matches!(house.erase(&first).await, Err(contract::CommitError::Conflict)));
    let house = house.reopened().await;
    assert_eq!(house.read(home(), "db").await.as_ref(), Some(&successor));
}

pub async fn reopening_gives_everything_back<F: Fixture>() {
    let house = House::<F>::start().await;
    let scopes = [home(), scope("222222222222", "us-east-1")];
    let mut expected = Vec::new();
    for scope in scopes {
        for name in ["one", "two"] {
            let before = house.created(&draft(scope, name)).await;
            let after = put(&before, "second", name);
            house.update(&before, &after).await.unwrap();
            expected.push(answered(&after, None));
        }
    }
    let secret = expected[0].clone();
    let arn = contract::account_arn(home().account);
    let commit = Commit::under(permit(home().account, "keepwell:CreateAccount", &arn)).and_under(permit(
        home().account,
        "kms:CreateKey",
        &arn,
    ));
    let mut commit = commit
        .change(Change::Account(account(home().account)))
        .and_then(|commit| commit.change(Change::Identity(with_access_key("AKIA1", home().account))))
        .and_then(|commit| commit.change(creation_of_key(&key(home(), "alias/aws/secretsmanager"))))
        .unwrap()
        .jobs([JobChange::Schedule {
            kind: JobKind::EndRecoveryWindow,
            subject: secret.uid,
            scope: home(),
            name: secret.name.to_string(),
            due_at: later(9),
        }]);
    commit.records.push(PendingRecord { ticket: 1, event: EventId::from_bytes([1; 16]), bytes: (*b"one").into() });
    house.commit(commit).await.unwrap();
    let head = LogHead { log_id: [5; 16], sequence: 7, mac: [8; 32] };
    house.note(Note::LogHead(head)).await;
    let version = VersionId::new("second");
    let (name, uid, day) = (secret.name.clone(), secret.uid, Day::from_number(20_000));
    house.note(Note::Accessed { scope: home(), name, secret: uid, version, day }).await;
    expected[0].accessed.advance_to(day);
    expected[0].holder(AWSCURRENT).unwrap().accessed.advance_to(day);

    let before = told(&house).await;
    let house = house.reopened().await;
    assert_eq!(told(&house).await, before);
    assert_eq!(house.store.log_head([5; 16]).await.unwrap(), Some(head));
    assert_eq!(house.store.credential("AKIA1").await.unwrap(), Some(credential("AKIA1", home().account)));
    for secret in expected {
        assert_eq!(*house.read(secret.scope, secret.name.as_str()).await.unwrap(), secret);
    }

    async fn told<F: Fixture>(house: &House<F>) -> String {
        let store = &house.store;
        let mut revisions = store.revisions().await.unwrap();
        revisions.sort_unstable();
        let (accounts, keys) = (store.accounts().await.unwrap(), house.keys(home()).await);
        let (pending, due) = (store.pending_records().await.unwrap(), house.due(later(1000)).await);
        assert_eq!((revisions.len(), accounts.len(), keys.len(), pending.len(), due.len()), (6, 1, 1, 1, 1));
        format!("{revisions:?} {accounts:?} {keys:?} {pending:?} {due:?}")
    }
}

pub async fn what_was_read_stays_shut_without_its_permit<F: Fixture>() {
    let house = House::<F>::start().await;
    let (one, other) = (draft(home(), "one"), draft(home(), "other"));
    house.commit(creation(&one)).await.unwrap();
    house.commit(creation(&other)).await.unwrap();

    let read = async |pick| house.store.secret(home(), "one", pick).await.unwrap().unwrap();
    for pick in [Pick::Labelled, Pick::Version("first")] {
        let guarded = read(pick).await;
        assert_eq!((guarded.arn(), guarded.account()), (&one.arn, home().account));
        assert!(guarded.open(&permit(home().account, "secretsmanager:GetSecretValue", &other.arn)).is_err());
    }
    let list = Action::new("secretsmanager:ListSecrets");
    let page = house.store.list(home(), &by_name()).await.unwrap();
    assert!(page.open(&permit(home().account, "secretsmanager:ListSecrets", &one.arn), list).is_err());
    let page = house.store.list(home(), &by_name()).await.unwrap();
    assert!(page.open(&permit_for_every(home().account, Action::new("secretsmanager:Other")), list).is_err());
}

fn tag(key: &str, value: &str) -> Tag {
    Tag { key: key.to_owned(), value: value.to_owned() }
}
