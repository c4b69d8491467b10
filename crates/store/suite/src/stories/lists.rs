//! Lists of secrets, page by page.

use std::{cmp::Ordering, sync::Arc};

use contract::{ListOrder, ListPosition, ListQuery, Note, SecretRecord, Value, Writes};
use terms::{AWSPENDING, AWSPREVIOUS, Day, VersionId};

use crate::{
    Fixture,
    house::{House, creation},
    record::{changed, draft, home, later, listed, put, scope, version},
};

const ORDERS: [ListOrder; 4] = [ListOrder::Created, ListOrder::Changed, ListOrder::Accessed, ListOrder::Name];

pub async fn every_order_and_page_size_shows_each_secret_once<F: Fixture>() {
    let (house, secrets) = furnished::<F>().await;
    for order in ORDERS {
        for descending in [false, true] {
            let expected = in_order(&secrets, order, descending);
            for limit in [1, 2, 7, secrets.len(), 100] {
                let query = ListQuery { order, descending, limit, ..by_name() };
                let shown = names(&house.list_all(home(), &query).await);
                assert_eq!(shown, expected, "{order:?} descending {descending} by {limit}");
            }
        }
    }
}

pub async fn scheduled_secrets_are_hidden_unless_asked_for<F: Fixture>() {
    let (house, mut secrets) = furnished::<F>().await;
    for order in ORDERS {
        let query = ListQuery { order, limit: 3, ..by_name() };
        let shown = house.list_all(home(), &query).await;
        assert_eq!(names(&shown), in_order(&secrets, order, false));
        assert!(shown.iter().any(|secret| secret.delete_at.is_some()));
    }
    secrets.retain(|secret| secret.delete_at.is_none());
    for order in ORDERS {
        for descending in [false, true] {
            let query = ListQuery { order, descending, include_scheduled_deletion: false, limit: 3, ..by_name() };
            let shown = names(&house.list_all(home(), &query).await);
            assert_eq!(shown, in_order(&secrets, order, descending), "{order:?}");
        }
    }
}

pub async fn name_prefixes_narrow_a_list_by_name<F: Fixture>() {
    let house = House::<F>::start().await;
    let all = ["a", "a/b", "a/b/c", "a/c", "a0", "A/b", "ab", "b", "b/a", "a/", "a!", "zz", "z"];
    for name in all {
        house.create(&draft(home(), name)).await.unwrap();
    }
    let cases: [&[&str]; 9] =
        [&[""], &["a"], &["a/"], &["a/b", "a"], &["b", "a/"], &["z", "A"], &["none"], &["a/b/c/d"], &["zz", "zz", "z"]];
    for prefixes in cases {
        for descending in [false, true] {
            for limit in [1, 2, 5, 100] {
                let matches = |name: &&str| prefixes.iter().any(|prefix| name.starts_with(prefix));
                let mut expected: Vec<&str> = all.into_iter().filter(matches).collect();
                expected.sort_unstable();
                if descending {
                    expected.reverse();
                }
                let name_prefixes = prefixes.iter().map(|prefix| (*prefix).to_owned()).collect();
                let query = ListQuery { descending, name_prefixes, limit, ..by_name() };
                let mut shown = names(&house.list_all(home(), &query).await);
                // An engine may show more than it was asked for.
                shown.retain(|name| matches(&name.as_str()));
                assert_eq!(shown, expected, "{prefixes:?} descending {descending} by {limit}");
            }
        }
    }
}

pub async fn a_position_survives_what_changes_between_pages<F: Fixture>() {
    for order in ORDERS {
        for descending in [false, true] {
            let (house, secrets) = furnished::<F>().await;
            let query = ListQuery { order, descending, limit: 8, ..by_name() };
            let page = house.list(home(), &query).await;
            let last = page.last().unwrap();

            // The one the page ended with is erased; others arrive before and behind it, some with its very key.
            for (index, text) in ["0-first", "zz-last"].into_iter().enumerate() {
                for at in [-1_000, 2, 1_000_000] {
                    let (created_at, changed_at) = (later(at), later(at));
                    let newcomer = draft(home(), &format!("{text}-{index}-{at}"));
                    house.create(&SecretRecord { created_at, changed_at, ..newcomer }).await.unwrap();
                }
            }
            let whole = house.read(home(), last.name.as_str()).await.unwrap();
            house.erase(&whole).await.unwrap();

            let query = ListQuery { after: Some(ListPosition::of(order, last)), limit: 5, ..query };
            let rest = house.list_all(home(), &query).await;
            let old: Vec<String> =
                names(&rest).into_iter().filter(|name| !name.starts_with("0-") && !name.starts_with("zz-")).collect();
            assert_eq!(old, in_order(&secrets, order, descending)[8..], "{order:?} descending {descending}");
            assert_eq!(names(&rest), in_order(&rest, order, descending));
        }
    }
}

pub async fn a_list_shows_labelled_versions_without_values<F: Fixture>() {
    let mut house = House::<F>::start().await;
    let first = house.created(&draft(home(), "db")).await;
    let second = put(&first, "second", "second");
    house.update(&first, &second).await.unwrap();
    let third = put(&second, "third", "third");
    house.update(&second, &third).await.unwrap();
    let fourth = changed(&third, |after| {
        after.description = Some("d".into());
        after.versions.push(version("next", later(100), &[AWSPENDING, "mine"], Value::Absent));
    });
    house.update(&third, &fourth).await.unwrap();
    let never_labelled = changed(&fourth, |after| after.versions.push(version("bare", later(200), &[], Value::Absent)));
    house.update(&fourth, &never_labelled).await.unwrap();

    for _ in 0..2 {
        let shown = house.list(home(), &by_name()).await.remove(0);
        assert_eq!(*shown, listed(&never_labelled));
        let values: Vec<&Value> = shown.versions.iter().map(|version| &version.value).collect();
        assert_eq!(values, [&Value::NotLoaded, &Value::NotLoaded, &Value::Absent]);
        assert_eq!(shown.holder(AWSPREVIOUS).unwrap().id, *"second");
        house = house.reopened().await;
    }
}

pub async fn a_list_shows_its_own_account_and_region_only<F: Fixture>() {
    let house = House::<F>::start().await;
    let scopes = [home(), scope("111111111111", "us-east-1"), scope("222222222222", "eu-central-1")];
    for (index, scope) in scopes.into_iter().enumerate() {
        assert_eq!(house.list(scope, &by_name()).await, []);
        for name in [format!("own-{index}"), "same".to_owned()] {
            house.create(&draft(scope, &name)).await.unwrap();
        }
    }
    for order in ORDERS {
        for (index, scope) in scopes.into_iter().enumerate() {
            let query = ListQuery { order, limit: 1, ..by_name() };
            let shown = house.list_all(scope, &query).await;
            assert_eq!(names(&shown), [format!("own-{index}"), "same".to_owned()]);
            assert!(shown.iter().all(|secret| secret.scope == scope));
        }
    }
}

/// A region with thirty secrets whose keys tie in every order, some of them scheduled for deletion and some never read.
async fn furnished<F: Fixture>() -> (House<F>, Vec<Arc<SecretRecord>>) {
    const COUNT: usize = 30;
    let house = House::<F>::start().await;
    let ties = |index: usize, step: usize| i64::try_from(index * step % COUNT / 5).unwrap();
    let secrets = (0..COUNT).map(|index| {
        let name = format!("{}/{:02}", ["a", "B", "c_"][index % 3], index * 7 % COUNT);
        SecretRecord {
            created_at: later(ties(index, 11)),
            changed_at: later(ties(index, 13)),
            delete_at: (index % 4 == 0).then(|| later(99)),
            ..draft(home(), &name)
        }
    });
    let secrets: Vec<SecretRecord> = secrets.collect();
    let commits: Vec<_> = secrets.iter().map(|secret| house.store.commit(creation(secret))).collect();
    for commit in commits {
        commit.await.unwrap();
    }
    for (index, secret) in secrets.iter().enumerate().filter(|(index, _)| index % 6 != 0) {
        let day = Day::from_number(i32::try_from(ties(index, 17)).unwrap() - 2);
        let (scope, name, version) = (home(), secret.name.clone(), VersionId::new("first"));
        house.store.note(Note::Accessed { scope, name, secret: secret.uid, version, day });
    }
    house.store.flush_notes().await.unwrap();
    let secrets = house.list(home(), &by_name()).await;
    assert_eq!(secrets.len(), COUNT);
    (house, secrets)
}

fn in_order(secrets: &[Arc<SecretRecord>], order: ListOrder, descending: bool) -> Vec<String> {
    let by = |a: &SecretRecord, b: &SecretRecord| -> Ordering {
        let first = match order {
            ListOrder::Created => a.created_at.cmp(&b.created_at),
            ListOrder::Changed => a.changed_at.cmp(&b.changed_at),
            // None sorts before every day.
            ListOrder::Accessed => a.accessed.day().cmp(&b.accessed.day()),
            ListOrder::Name => Ordering::Equal,
        };
        first.then_with(|| a.name.as_str().as_bytes().cmp(b.name.as_str().as_bytes()))
    };
    let mut sorted = secrets.to_vec();
    sorted.sort_by(|a, b| if descending { by(b, a) } else { by(a, b) });
    names(&sorted)
}

fn names(secrets: &[Arc<SecretRecord>]) -> Vec<String> {
    secrets.iter().map(|secret| secret.name.to_string()).collect()
}

pub(crate) fn by_name() -> ListQuery {
    ListQuery {
        order: ListOrder::Name,
        descending: false,
        include_scheduled_deletion: true,
        name_prefixes: Vec::new(),
        after: None,
        limit: 100,
    }
}
