//! What must still be true for a commit to happen.

use std::sync::Arc;

use contract::{CommitError, Guard, JobChange, JobKind, Reads, Writes};

use crate::{
    Fixture,
    house::{House, bare_commit, creation, erasure},
    record::{self, changed, draft, home, later, scope},
};

pub async fn a_commit_under_an_older_fence_is_refused<F: Fixture>() {
    let house = House::<F>::start().await;
    let secret = house.created(&draft(home(), "db")).await;
    let kind = JobKind::EndRecoveryWindow;
    let fence = |fence| Guard::Fence { kind, subject: secret.uid, fence };
    // No job, no lease.
    assert!(matches!(house.commit(erasure(&secret).guard(fence(0))).await, Err(CommitError::Conflict)));

    let (subject, scope, name) = (secret.uid, secret.scope, secret.name.to_string());
    let schedule = JobChange::Schedule { kind, subject, scope, name, due_at: later(1) };
    house.commit(bare_commit().jobs([schedule])).await.unwrap();
    let held = house.due(later(1)).await[0].fence;
    for wrong in [held + 1, held.wrapping_sub(1)] {
        let outcome = house.commit(erasure(&secret).guard(fence(wrong))).await;
        assert!(matches!(outcome, Err(CommitError::Conflict | CommitError::Internal(_))), "{outcome:?}");
    }
    // The same subject under another kind of job is another job.
    let other_kind = Guard::Fence { kind: JobKind::TrimVersions, subject, fence: held };
    assert!(matches!(house.commit(erasure(&secret).guard(other_kind)).await, Err(CommitError::Conflict)));
    assert_eq!(house.read(home(), "db").await.as_ref(), Some(&secret));

    house.commit(erasure(&secret).guard(fence(held))).await.unwrap();
    assert_eq!(house.read(home(), "db").await, None);
}

pub async fn a_commit_about_a_secret_as_it_was_read_is_refused_once_it_changed<F: Fixture>() {
    let house = House::<F>::start().await;
    let secret = house.created(&draft(home(), "db")).await;
    let as_read = || Guard::SecretAt { scope: home(), name: secret.name.clone(), revision: secret.revision };
    house.commit(bare_commit().guard(as_read())).await.unwrap();
    let changed = changed(&secret, |after| after.description = Some("another".into()));
    house.update(&secret, &changed).await.unwrap();
    let (kind, subject, scope) = (JobKind::RotateSecret, secret.uid, secret.scope);
    let schedule = JobChange::Schedule { kind, subject, scope, name: secret.name.to_string(), due_at: later(1) };
    let refused = house.commit(bare_commit().guard(as_read()).jobs([schedule])).await;
    assert!(matches!(refused, Err(CommitError::Conflict)), "{refused:?}");
    assert_eq!(contract::Jobs::due(&house.store, &[kind], later(1), 9).await.unwrap(), []);
    // One that is gone is not as it was read.
    let gone = Guard::SecretAt { scope, name: record::name("gone"), revision: 1 };
    assert!(matches!(house.commit(bare_commit().guard(gone)).await, Err(CommitError::Conflict)));
}

pub async fn a_full_region_takes_exactly_as_many_secrets_as_it_may<F: Fixture>() {
    const LIMIT: u64 = 50;
    let house = Arc::new(House::<F>::start().await);
    let regions = [home(), scope("111111111111", "us-east-1")];
    let tasks: Vec<_> = (0..200)
        .map(|index| {
            let scope = regions[index % 2];
            let guard = Guard::SecretsBelow { scope, limit: LIMIT };
            let commit = creation(&draft(scope, &format!("db-{index}"))).guard(guard);
            (index, tokio::spawn(house.store.commit(commit)))
        })
        .collect();
    let mut created = [0, 0];
    for (index, task) in tasks {
        match task.await.unwrap() {
            Ok(()) => created[index % 2] += 1,
            Err(CommitError::QuotaExceeded) => {}
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!(created, [LIMIT, LIMIT]);
    assert_eq!(house.store.revisions().await.unwrap().len() as u64, 2 * LIMIT);
}

pub async fn an_erased_secret_makes_room_in_a_full_region<F: Fixture>() {
    let mut house = House::<F>::start().await;
    let guarded = |name: &str| creation(&draft(home(), name)).guard(Guard::SecretsBelow { scope: home(), limit: 2 });
    house.commit(guarded("one")).await.unwrap();
    house.commit(guarded("two")).await.unwrap();
    for name in ["three", "four"] {
        assert!(matches!(house.commit(guarded(name)).await, Err(CommitError::QuotaExceeded)));
        let one = house.read(home(), "one").await.unwrap();
        house.erase(&one).await.unwrap();
        // A name that is taken uses up no room either.
        assert!(matches!(house.commit(guarded("two")).await, Err(CommitError::NameTaken)));
        house.commit(guarded("one")).await.unwrap();
        house = house.reopened().await;
    }
    assert!(matches!(house.commit(guarded("three")).await, Err(CommitError::QuotaExceeded)));
}
