//! Background work: scheduled by commits, claimed under fences.

use contract::{CommitError, JobChange, JobKind, JobRecord, Jobs, Lease};
use terms::Timestamp;

use crate::{
    Fixture,
    house::{House, bare_commit, update},
    record::{changed, draft, home, later, new_uid, scope},
};

const END: JobKind = JobKind::EndRecoveryWindow;
const TRIM: JobKind = JobKind::TrimVersions;

pub async fn due_jobs_come_longest_overdue_first<F: Fixture>() {
    let house = House::<F>::start().await;
    assert_eq!(house.due(later(1_000_000)).await, []);
    let elsewhere = scope("222222222222", "us-east-1");
    let jobs = [(END, home(), "c", 30), (TRIM, elsewhere, "a", 10), (END, home(), "d", 40), (TRIM, home(), "b", 20)];
    for (kind, scope, text, due) in jobs {
        let subject = new_uid();
        let job = JobChange::Schedule { kind, subject, scope, name: text.to_owned(), due_at: later(due) };
        house.commit(bare_commit().jobs([job])).await.unwrap();
    }
    let names = |jobs: Vec<JobRecord>| jobs.into_iter().map(|job| job.name).collect::<Vec<_>>();
    assert_eq!(names(house.due(later(9)).await), [""; 0]);
    assert_eq!(names(house.due(later(10)).await), ["a"]);
    assert_eq!(names(house.due(later(39)).await), ["a", "b", "c"]);
    assert_eq!(names(house.store.due(&[END, TRIM], later(100), 2).await.unwrap()), ["a", "b"]);

    let house = house.reopened().await;
    let due = house.due(later(100)).await;
    for (job, (kind, scope, text, due_at)) in due.iter().zip([jobs[1], jobs[3], jobs[0], jobs[2]]) {
        assert_eq!((job.kind, job.scope, job.name.as_str(), job.due_at), (kind, scope, text, later(due_at)));
    }
    assert_eq!(due.len(), jobs.len());
}

pub async fn scheduling_again_moves_the_due_time_and_raises_the_fence<F: Fixture>() {
    let house = House::<F>::start().await;
    let subject = new_uid();
    let first = scheduled(&house, TRIM, subject, later(10)).await;
    let second = scheduled(&house, TRIM, subject, later(20)).await;
    assert!(first.fence < second.fence);
    assert_eq!(house.due(later(19)).await, []);
    let third = scheduled(&house, TRIM, subject, later(5)).await;
    assert!(second.fence < third.fence);
    assert_eq!(house.due(later(5)).await, [third]);
}

pub async fn a_cancelled_job_is_gone_and_other_kinds_stay<F: Fixture>() {
    let house = House::<F>::start().await;
    let subject = new_uid();
    scheduled(&house, TRIM, subject, later(10)).await;
    let other = scheduled(&house, END, subject, later(10)).await;
    house.commit(bare_commit().jobs([JobChange::Cancel { kind: TRIM, subject }])).await.unwrap();
    assert_eq!(house.due(later(10)).await, [other]);
    // What is not scheduled may be cancelled.
    house.commit(bare_commit().jobs([JobChange::Cancel { kind: TRIM, subject }])).await.unwrap();
    house.commit(bare_commit().jobs([JobChange::Cancel { kind: END, subject }])).await.unwrap();
    let house = house.reopened().await;
    assert_eq!(house.due(later(10)).await, []);
}

pub async fn a_lease_ends_when_its_job_is_scheduled_again<F: Fixture>() {
    let house = House::<F>::start().await;
    let subject = new_uid();
    let job = scheduled(&house, TRIM, subject, later(10)).await;
    let lease = house.store.claim(&job).await.unwrap().unwrap();
    let again = scheduled(&house, TRIM, subject, later(20)).await;
    assert!(matches!(finish(&house, &lease).await, Err(CommitError::Conflict)));
    // A claim of what was seen before either fails or is worth nothing.
    if let Some(late) = house.store.claim(&job).await.unwrap() {
        assert!(matches!(finish(&house, &late).await, Err(CommitError::Conflict)));
    }
    assert_eq!(house.due(later(20)).await.len(), 1);
    let lease = house.store.claim(&again).await.unwrap().unwrap();
    finish(&house, &lease).await.unwrap();
}

pub async fn a_lease_ends_when_its_job_is_cancelled_even_if_it_comes_back<F: Fixture>() {
    let house = House::<F>::start().await;
    let mut secret = house.created(&draft(home(), "db")).await;
    let (subject, scope, name) = (secret.uid, secret.scope, secret.name.to_string());
    let mut leases: Vec<Lease> = Vec::new();
    // Deleted and restored, again and again: each time a job, and somebody who claims it and falls asleep.
    for round in 0..3 {
        let deleted = changed(&secret, |after| after.delete_at = Some(later(round)));
        let job = JobChange::Schedule { kind: END, subject, scope, name: name.clone(), due_at: later(round) };
        house.commit(update(&secret, &deleted).jobs([job])).await.unwrap();
        for lease in &leases {
            assert!(matches!(finish(&house, lease).await, Err(CommitError::Conflict)));
        }
        let job = house.due(later(round)).await.remove(0);
        leases.push(house.store.claim(&job).await.unwrap().unwrap());

        let restored = changed(&deleted, |after| after.delete_at = None);
        let cancel = JobChange::Cancel { kind: END, subject };
        house.commit(update(&deleted, &restored).jobs([cancel])).await.unwrap();
        for lease in &leases {
            assert!(matches!(finish(&house, lease).await, Err(CommitError::Conflict)));
        }
        secret = restored;
    }
}

pub async fn whoever_holds_the_lease_may_finish_the_job<F: Fixture>() {
    let house = House::<F>::start().await;
    let subject = new_uid();
    let job = scheduled(&house, TRIM, subject, later(10)).await;
    let lease = house.store.claim(&job).await.unwrap().unwrap();
    assert_eq!((lease.job.kind, lease.job.subject), (TRIM, subject));
    finish(&house, &lease).await.unwrap();
    assert_eq!(house.due(later(100)).await, []);
    assert!(matches!(finish(&house, &lease).await, Err(CommitError::Conflict)));
}

pub async fn jobs_of_one_service_are_not_given_to_another<F: Fixture>() {
    const DELETE: JobKind = JobKind::DeleteKey;
    const ROTATE: JobKind = JobKind::RotateKey;
    let house = House::<F>::start().await;
    let mut scheduled_jobs = Vec::new();
    for (kind, due_at) in [(DELETE, 1), (TRIM, 2), (ROTATE, 3), (END, 4)] {
        scheduled_jobs.push(scheduled(&house, kind, new_uid(), later(due_at)).await);
    }
    let [delete, trim, rotate, end] = scheduled_jobs.try_into().unwrap();
    let due = async |kinds: &[JobKind], limit| house.store.due(kinds, later(9), limit).await.unwrap();
    assert_eq!(due(&[END, TRIM], 9).await, [trim.clone(), end]);
    assert_eq!(due(&[ROTATE, DELETE], 9).await, [delete.clone(), rotate.clone()]);
    // What others leave undone takes no place on the page.
    assert_eq!(due(&[ROTATE], 1).await, [rotate]);
    assert_eq!(due(&[TRIM], 1).await, [trim]);
    assert_eq!(due(&[], 9).await, []);
    assert_eq!(due(&[DELETE], 9).await, [delete]);
}

async fn scheduled<F: Fixture>(house: &House<F>, kind: JobKind, subject: terms::Uid, due_at: Timestamp) -> JobRecord {
    let schedule = JobChange::Schedule { kind, subject, scope: home(), name: "db".to_owned(), due_at };
    house.commit(bare_commit().jobs([schedule])).await.unwrap();
    let mut due = house.due(due_at).await;
    due.retain(|job| (job.kind, job.subject) == (kind, subject));
    assert_eq!(due.len(), 1);
    due.remove(0)
}

/// Under the lease's fence, takes the job off the list.
async fn finish<F: Fixture>(house: &House<F>, lease: &Lease) -> Result<(), CommitError> {
    let JobRecord { kind, subject, .. } = lease.job;
    house.commit(bare_commit().guard(lease.job.fenced()).jobs([JobChange::Cancel { kind, subject }])).await
}
