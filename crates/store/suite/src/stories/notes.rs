//! Bookkeeping without meaning: the days of last access.

use contract::{LogHead, Note, SecretRecord, Writes};
use terms::{AWSCURRENT, AWSPREVIOUS, Day, VersionId};

use crate::{
    Fixture,
    house::House,
    record::{draft, home, put},
    stories::lists::by_name,
};

pub async fn access_days_only_move_forward<F: Fixture>() {
    let mut house = House::<F>::start().await;
    let first = house.created(&draft(home(), "db")).await;
    let second = put(&first, "second", "second");
    house.update(&first, &second).await.unwrap();
    assert_eq!(days(&house).await, [None, None, None]);

    house.note(access(&second, "first", 100)).await;
    assert_eq!(days(&house).await, [Some(100), Some(100), None]);
    house.note(access(&second, "second", 90)).await;
    assert_eq!(days(&house).await, [Some(100), Some(100), Some(90)]);
    house.note(access(&second, "first", 50)).await;
    assert_eq!(days(&house).await, [Some(100), Some(100), Some(90)]);
    house.note(access(&second, "second", 101)).await;
    house = house.reopened().await;
    assert_eq!(days(&house).await, [Some(101), Some(100), Some(101)]);
    // Days are no change: the revision stays.
    assert_eq!(house.read(home(), "db").await.unwrap().revision, second.revision);

    house.note(access(&second, "removed", 102)).await;
    assert_eq!(days(&house).await, [Some(102), Some(100), Some(101)]);
}

pub async fn a_note_of_an_erased_secret_does_not_reach_its_successor<F: Fixture>() {
    let house = House::<F>::start().await;
    let old = house.created(&draft(home(), "db")).await;
    house.note(access(&old, "first", 100)).await;
    house.erase(&old).await.unwrap();
    house.note(access(&old, "first", 101)).await;
    let successor = house.created(&draft(home(), "db")).await;
    house.note(access(&old, "first", 102)).await;
    assert_eq!(house.read(home(), "db").await.as_ref(), Some(&successor));
    let house = house.reopened().await;
    assert_eq!(house.read(home(), "db").await, Some(successor));
}

pub async fn a_change_does_not_take_an_access_day_back<F: Fixture>() {
    let mut house = House::<F>::start().await;
    let first = house.created(&draft(home(), "db")).await;
    let second = put(&first, "second", "second");
    // Planned before the note, committed after it.
    house.note(access(&first, "first", 100)).await;
    house.update(&first, &second).await.unwrap();
    for _ in 0..2 {
        assert_eq!(days(&house).await, [Some(100), Some(100), None]);
        house = house.reopened().await;
    }
}

pub async fn a_note_that_cannot_be_kept_harms_no_commit<F: Fixture>() {
    let house = House::<F>::start().await;
    // No counter gets there; an engine's integers may be shorter.
    house.store.note(Note::Recorded { tickets: vec![u64::MAX] });
    house.store.note(Note::LogHead(LogHead { log_id: [1; 16], sequence: u64::MAX, mac: [1; 32] }));
    let first = house.created(&draft(home(), "db")).await;
    assert_eq!(house.read(home(), "db").await.as_ref(), Some(&first));
    house.note(access(&first, "first", 100)).await;
    assert_eq!(house.read(home(), "db").await.unwrap().accessed.day(), Some(Day::from_number(100)));
}

/// Last access of the secret, of `first` and of `second`.
async fn days<F: Fixture>(house: &House<F>) -> [Option<i32>; 3] {
    let read = house.read(home(), "db").await.unwrap();
    // A list tells the same.
    let listed = house.list(home(), &by_name()).await.remove(0);
    assert_eq!(listed.accessed, read.accessed);
    for label in [AWSCURRENT, AWSPREVIOUS] {
        let day = |record: &SecretRecord| record.holder(label).map(|version| version.accessed.day());
        assert_eq!(day(&listed), day(&read));
    }
    let of = |id| read.version(id).unwrap().accessed.day().map(Day::number);
    [read.accessed.day().map(Day::number), of("first"), of("second")]
}

fn access(secret: &SecretRecord, version: &str, day: i32) -> Note {
    Note::Accessed {
        scope: secret.scope,
        name: secret.name.clone(),
        secret: secret.uid,
        version: VersionId::new(version),
        day: Day::from_number(day),
    }
}
