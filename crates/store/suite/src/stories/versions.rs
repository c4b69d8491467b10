//! Versions, their labels and their values.

use std::sync::Arc;

use contract::{CommitError, SecretRecord, Value};
use terms::{AWSCURRENT, AWSPENDING, AWSPREVIOUS};

use crate::{
    Fixture,
    house::House,
    record::{answered, changed, draft, home, later, move_label, put, value, version},
};

pub async fn labels_move_and_stay_on_one_holder<F: Fixture>() {
    let house = House::<F>::start().await;
    let first = house.created(&draft(home(), "db")).await;
    let second = follow(&house, &first, &put(&first, "second", "second")).await;
    assert_eq!(holders(&second), [(AWSCURRENT, "second"), (AWSPREVIOUS, "first")]);
    let third = follow(&house, &second, &put(&second, "third", "third")).await;
    assert_eq!(holders(&third), [(AWSCURRENT, "third"), (AWSPREVIOUS, "second")]);

    // Swapped in one step, with a label of our own put beside.
    let swapped = changed(&third, |after| {
        move_label(after, AWSCURRENT, Some("second"));
        move_label(after, AWSPREVIOUS, Some("third"));
        move_label(after, "mine", Some("third"));
    });
    let swapped = follow(&house, &third, &swapped).await;
    assert_eq!(holders(&swapped), [(AWSCURRENT, "second"), (AWSPREVIOUS, "third"), ("mine", "third")]);

    let without = changed(&swapped, |after| {
        move_label(after, "mine", None);
        move_label(after, AWSPREVIOUS, None);
    });
    let without = follow(&house, &swapped, &without).await;
    assert_eq!(holders(&without), [(AWSCURRENT, "second")]);
    let house = house.reopened().await;
    assert_eq!(house.read(home(), "db").await, Some(without));
}

pub async fn a_placeholder_is_filled_once_and_keeps_its_labels<F: Fixture>() {
    let house = House::<F>::start().await;
    let first = house.created(&draft(home(), "db")).await;
    let pending = changed(&first, |after| {
        after.versions.push(version("next", later(1), &[AWSPENDING], Value::Absent));
    });
    let pending = follow(&house, &first, &pending).await;
    assert_eq!(pending.holder(AWSPENDING).unwrap().value, Value::Absent);
    assert_eq!(house.read_picking(home(), "db", "next").await.as_ref(), Some(&pending));

    let filled = changed(&pending, |after| {
        after.versions[1] = version("next", later(1), &[AWSPENDING], value("next"));
    });
    let filled = follow(&house, &pending, &filled).await;
    assert_eq!(filled.holder(AWSPENDING).unwrap().value, value("next"));

    // Who planned with the empty placeholder comes too late.
    let late = changed(&pending, |after| {
        after.versions[1] = version("next", later(1), &[AWSPENDING], value("late"));
    });
    assert!(matches!(house.update(&pending, &late).await, Err(CommitError::Conflict)));
    let house = house.reopened().await;
    assert_eq!(house.read(home(), "db").await, Some(filled));
}

pub async fn a_value_sealed_anew_replaces_the_old<F: Fixture>() {
    let house = House::<F>::start().await;
    let first = house.created(&draft(home(), "db")).await;
    let anew = changed(&first, |after| {
        after.kms_key_id = Some("alias/other".into());
        after.versions[0] = version("first", later(0), &[AWSCURRENT], value("first, under another key"));
    });
    follow(&house, &first, &anew).await;
    let house = house.reopened().await;
    assert_eq!(house.read(home(), "db").await, Some(anew));
}

/// As a secret moves to another key: what it labels is sealed anew, one version never had a value, the rest stays.
pub async fn values_sealed_anew_leave_the_others_as_they_were<F: Fixture>() {
    let house = House::<F>::start().await;
    let mut secret = house.created(&draft(home(), "db")).await;
    for id in ["second", "third"] {
        secret = follow(&house, &secret, &put(&secret, id, id)).await;
    }
    let pending = changed(&secret, |after| {
        after.versions.push(version("next", later(9), &[AWSPENDING], Value::Absent));
    });
    let pending = follow(&house, &secret, &pending).await;

    let anew = changed(&pending, |after| {
        after.kms_key_id = Some("alias/other".into());
        for version in after.versions.iter_mut().filter(|version| matches!(version.value, Value::Sealed(_))) {
            let sealed = value(&format!("{}, under another key", version.id.as_str()));
            Arc::make_mut(version).value = sealed;
        }
    });
    let mut seen = follow(&house, &pending, &anew).await;
    let mut house = house;
    for _ in 0..2 {
        assert_eq!(house.read(home(), "db").await.as_ref(), Some(&seen));
        assert_eq!(seen.holder(AWSCURRENT).unwrap().value, value("third, under another key"));
        assert_eq!(seen.holder(AWSPREVIOUS).unwrap().value, value("second, under another key"));
        assert_eq!(seen.holder(AWSPENDING).unwrap().value, Value::Absent);
        let picked = house.read_picking(home(), "db", "first").await.unwrap();
        assert_eq!(picked.version("first").unwrap().value, value("first"));
        house = house.reopened().await;
    }
    // Who planned with the old value comes too late, and one that is not labelled may be sealed anew when it was picked.
    let late = changed(&pending, |after| after.versions[2] = version("third", later(2), &[AWSCURRENT], value("late")));
    assert!(matches!(house.update(&pending, &late).await, Err(CommitError::Conflict)));
    let picked = house.read_picking(home(), "db", "first").await.unwrap();
    let first = changed(&picked, |after| Arc::make_mut(&mut after.versions[0]).value = value("first, anew"));
    seen = follow(&house, &picked, &first).await;
    assert_eq!(seen.version("first").unwrap().value, Value::NotLoaded);
    let picked = house.read_picking(home(), "db", "first").await.unwrap();
    assert_eq!(picked.version("first").unwrap().value, value("first, anew"));
}

pub async fn a_removed_version_is_gone_and_its_id_is_free<F: Fixture>() {
    let house = House::<F>::start().await;
    let first = house.created(&draft(home(), "db")).await;
    let second = follow(&house, &first, &put(&first, "second", "second")).await;
    // Removed while it still holds a label: both go.
    let trimmed = changed(&second, |after| after.versions.retain(|version| version.id != *"first"));
    let trimmed = follow(&house, &second, &trimmed).await;
    assert_eq!(holders(&trimmed), [(AWSCURRENT, "second")]);
    assert_eq!(house.read_picking(home(), "db", "first").await.as_ref(), Some(&trimmed));

    let again = follow(&house, &trimmed, &put(&trimmed, "first", "another value")).await;
    assert_eq!(again.holder(AWSCURRENT).unwrap().value, value("another value"));
    let house = house.reopened().await;
    assert_eq!(house.read(home(), "db").await, Some(again));
}

pub async fn values_of_unlabelled_versions_come_only_when_picked<F: Fixture>() {
    let mut house = House::<F>::start().await;
    let mut secret = house.created(&draft(home(), "db")).await;
    for id in ["second", "third", "fourth"] {
        secret = follow(&house, &secret, &put(&secret, id, id)).await;
    }
    for _ in 0..2 {
        let values = |record: &SecretRecord| record.versions.iter().map(|v| v.value.clone()).collect::<Vec<_>>();
        let read = house.read(home(), "db").await.unwrap();
        assert_eq!(values(&read), [Value::NotLoaded, Value::NotLoaded, value("third"), value("fourth")]);
        let read = house.read_picking(home(), "db", "first").await.unwrap();
        assert_eq!(values(&read), [value("first"), Value::NotLoaded, value("third"), value("fourth")]);
        for pick in ["third", "fourth", "unknown"] {
            assert_eq!(house.read_picking(home(), "db", pick).await.as_ref(), Some(&secret), "{pick}");
        }
        house = house.reopened().await;
    }
    // A label brings the value back into sight, also when it was not read to plan the move.
    let secret = house.read(home(), "db").await.unwrap();
    let back = changed(&secret, |after| move_label(after, AWSPREVIOUS, Some("first")));
    house.update(&secret, &back).await.unwrap();
    assert_eq!(house.read(home(), "db").await.unwrap().holder(AWSPREVIOUS).unwrap().value, value("first"));
}

pub async fn versions_come_oldest_first<F: Fixture>() {
    let mut house = House::<F>::start().await;
    let before = house.created(&draft(home(), "db")).await;
    let after = changed(&before, |after| {
        // As a service may append them: one that is older than the rest, and two of one moment.
        for (id, at) in [("z", 7), ("a", 7), ("oldest", -7)] {
            after.versions.push(version(id, later(at), &[id], value(id)));
        }
    });
    house.update(&before, &after).await.unwrap();
    for _ in 0..2 {
        for pick in ["a", "first", "nothing"] {
            let read = house.read_picking(home(), "db", pick).await.unwrap();
            let ids: Vec<&str> = read.versions.iter().map(|version| version.id.as_str()).collect();
            assert_eq!(ids, ["oldest", "first", "a", "z"]);
        }
        house = house.reopened().await;
    }
}

/// Commits the change, and gives what a read answers from now on, which is what was planned.
async fn follow<F: Fixture>(
    house: &House<F>,
    before: &Arc<SecretRecord>,
    after: &Arc<SecretRecord>,
) -> Arc<SecretRecord> {
    house.update(before, after).await.unwrap();
    let read = house.read(home(), "db").await.unwrap();
    assert_eq!(*read, answered(after, None));
    read
}

fn holders(record: &SecretRecord) -> Vec<(&str, &str)> {
    let mut holders: Vec<_> = record.labels().map(|(label, version)| (label.as_str(), version.id.as_str())).collect();
    holders.sort_unstable();
    holders
}
