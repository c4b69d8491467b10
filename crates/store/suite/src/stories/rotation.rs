//! How a secret rotates, its timeline, and leases of long jobs.

use std::sync::Arc;

use contract::{
    ATTEMPTS_KEPT, AttemptCause, AttemptKind, AttemptOutcome, AttemptStep, AttemptsQuery, Change, Commit, CommitError,
    Guard, JobChange, JobKind, JobRecord, Jobs, Reads, RotationAttempt, RotationRecord, RotationRules, RotationRun,
    RotationWindow, SecretRecord, UnplannedQuery, Value,
};
use terms::AWSPENDING;

use crate::{
    Fixture,
    house::{House, bare_commit, permit},
    record::{changed, draft, home, later, new_uid, value, version},
};

const ROTATE: JobKind = JobKind::RotateSecret;

pub async fn a_secrets_rotation_and_owner_come_back_as_they_were_given<F: Fixture>() {
    let house = House::<F>::start().await;
    let mut owned = draft(home(), "owned");
    owned.owning_service = Some("keepwell".into());
    owned.rotation = Some(Arc::new(rotation()));
    house.create(&owned).await.unwrap();
    let plain = house.created(&draft(home(), "plain")).await;
    let configured = changed(&plain, |after| after.rotation = Some(Arc::new(rotation())));
    house.update(&plain, &configured).await.unwrap();
    let house = house.reopened().await;
    for (name, owner) in [("owned", Some("keepwell")), ("plain", None)] {
        let found = house.read(home(), name).await.unwrap();
        assert_eq!(found.rotation.as_deref(), Some(&rotation()), "{name}");
        assert_eq!(found.owning_service.as_deref(), owner);
    }
}

pub async fn a_placeholder_has_a_label_before_it_has_a_value<F: Fixture>() {
    let house = House::<F>::start().await;
    let before = house.created(&draft(home(), "db")).await;
    let pending = changed(&before, |after| {
        after.versions.push(version("token", after.changed_at, &[AWSPENDING], Value::Absent));
    });
    house.update(&before, &pending).await.unwrap();
    let house = house.reopened().await;
    let found = house.read(home(), "db").await.unwrap();
    assert_eq!(found.holder(AWSPENDING).unwrap().value, Value::Absent);
    let filled = changed(&found, |after| {
        let placeholder = after.versions.iter_mut().find(|version| version.id == *"token").unwrap();
        Arc::make_mut(placeholder).value = value("new");
    });
    house.update(&found, &filled).await.unwrap();
    assert_eq!(house.reopened().await.read(home(), "db").await.unwrap().version("token").unwrap().value, value("new"));
}

pub async fn a_timeline_is_told_newest_first_in_pages<F: Fixture>() {
    let house = House::<F>::start().await;
    let secret = house.created(&draft(home(), "db")).await;
    let other = house.created(&draft(home(), "other")).await;
    // Several at the same moment, and one when the clock had been set back.
    let mut wanted: Vec<_> = [10, 20, 20, 20, 20, 30, 15].into_iter().map(|at| attempt(&secret, at)).collect();
    for attempt in wanted.iter().chain([&attempt(&other, 40)]) {
        house.commit(telling(attempt)).await.unwrap();
    }
    // What is told again stays where it is.
    wanted[2].outcome = AttemptOutcome::Failed;
    house.commit(telling(&wanted[2])).await.unwrap();
    let house = house.reopened().await;
    wanted.reverse();
    let page = |after, limit| AttemptsQuery { secret: secret.uid, after, limit };
    assert_eq!(house.store.rotation_attempts(page(None, 9)).await.unwrap(), wanted);
    let mut paged = Vec::new();
    let mut after = None;
    loop {
        let found = house.store.rotation_attempts(page(after, 1)).await.unwrap();
        let Some(last) = found.last() else { break };
        after = Some(last.id);
        paged.extend(found);
    }
    assert_eq!(paged, wanted);
}

pub async fn an_attempt_is_told_again_as_it_ended<F: Fixture>() {
    let house = House::<F>::start().await;
    let secret = house.created(&draft(home(), "db")).await;
    let begun = attempt(&secret, 5);
    house.commit(telling(&begun)).await.unwrap();
    let ended = RotationAttempt {
        ended_at: Some(later(9)),
        outcome: AttemptOutcome::Failed,
        error: Some("the database is away".to_owned()),
        next_attempt_at: Some(later(60)),
        steps: vec![AttemptStep {
            step: "createSecret".to_owned(),
            started_at: later(6),
            duration_ms: Some(3),
            error: None,
            request_id: "r".to_owned(),
            log_group: Some("/aws/lambda/f".to_owned()),
            log_request_id: Some("l".to_owned()),
        }],
        ..begun
    };
    house.commit(telling(&ended)).await.unwrap();
    let house = house.reopened().await;
    let query = AttemptsQuery { secret: secret.uid, after: None, limit: 9 };
    assert_eq!(house.store.rotation_attempts(query).await.unwrap(), [ended]);
}

pub async fn a_timeline_forgets_its_oldest_and_goes_with_its_secret<F: Fixture>() {
    let house = House::<F>::start().await;
    let secret = house.created(&draft(home(), "db")).await;
    let count = i64::try_from(ATTEMPTS_KEPT).unwrap() + 2;
    for at in 0..count {
        house.commit(telling(&attempt(&secret, at))).await.unwrap();
    }
    let query = AttemptsQuery { secret: secret.uid, after: None, limit: 1000 };
    let told = house.store.rotation_attempts(query).await.unwrap();
    assert_eq!(told.len(), ATTEMPTS_KEPT);
    assert_eq!((told[0].started_at, told[ATTEMPTS_KEPT - 1].started_at), (later(count - 1), later(2)));
    // Behind one that was forgotten there is none.
    let after_the_oldest = AttemptsQuery { after: Some(told[ATTEMPTS_KEPT - 1].id), ..query };
    house.commit(telling(&attempt(&secret, count))).await.unwrap();
    assert_eq!(house.store.rotation_attempts(after_the_oldest).await.unwrap(), []);
    house.erase(&secret).await.unwrap();
    assert_eq!(house.store.rotation_attempts(query).await.unwrap(), []);
}

pub async fn an_attempt_needs_a_permit_for_its_secret<F: Fixture>() {
    let house = House::<F>::start().await;
    let secret = house.created(&draft(home(), "db")).await;
    let told = Arc::new(attempt(&secret, 1));
    for (action, arn) in [("secretsmanager:DescribeSecret", &*secret.arn), ("secretsmanager:RunRotation", "arn:other")]
    {
        let commit = Commit::under(permit(home().account, action, arn));
        assert!(matches!(commit.change(Change::RotationAttempt(Arc::clone(&told))), Err(CommitError::Internal(_))));
    }
}

pub async fn a_leased_job_is_nobody_elses_until_the_lease_has_passed<F: Fixture>() {
    let house = House::<F>::start().await;
    let job = scheduled(&house, 10).await;
    house.commit(leasing(&job, 500)).await.unwrap();
    // The fence that was seen before is worth nothing now.
    assert!(matches!(house.commit(leasing(&job, 600)).await, Err(CommitError::Conflict)));
    assert_eq!(due(&house, 499).await, []);
    let taken_over = due(&house, 500).await.remove(0);
    assert_eq!(taken_over.fence, job.fence + 1);
    house.commit(leasing(&taken_over, 900)).await.unwrap();
    assert!(matches!(house.commit(bare_commit().guard(taken_over.fenced())).await, Err(CommitError::Conflict)));
    // Scheduling it again ends the lease.
    let held = Guard::Fence { kind: ROTATE, subject: job.subject, fence: taken_over.fence + 1 };
    let again = schedule(job.subject, 700);
    house.commit(bare_commit().guard(held).jobs([again])).await.unwrap();
    assert_eq!(due(&house, 699).await, []);
    assert_eq!(due(&house, 700).await.len(), 1);
}

pub async fn opening_the_store_ends_leases_and_nothing_else<F: Fixture>() {
    let house = House::<F>::start().await;
    let job = scheduled(&house, 10).await;
    house.commit(leasing(&job, 5_000)).await.unwrap();
    house.commit(bare_commit().jobs([schedule(new_uid(), 6_000)])).await.unwrap();
    let house = house.reopened().await;
    let due = due(&house, 10).await;
    assert_eq!(due.iter().map(|job| job.subject).collect::<Vec<_>>(), [job.subject]);
    assert_eq!(due[0].fence, job.fence + 1);
}

pub async fn secrets_that_rotate_are_found_where_a_job_is_missing<F: Fixture>() {
    let house = House::<F>::start().await;
    let mut secrets = Vec::new();
    for name in ["early", "late", "leased", "none", "gone", "plain"] {
        let mut secret = draft(home(), name);
        secret.rotation = (name != "plain").then(|| Arc::new(rotation()));
        secrets.push(house.created(&secret).await);
    }
    let [early, late, leased, none, gone, _] = &secrets[..] else { panic!("six") };
    house.erase(gone).await.unwrap();
    let planned = [schedule(early.uid, 50), schedule(late.uid, 51), schedule(leased.uid, 20)];
    house.commit(bare_commit().jobs(planned)).await.unwrap();
    let job = due(&house, 20).await.remove(0);
    house.commit(leasing(&job, 50)).await.unwrap();
    // A job of another kind is none.
    let (kind, name) = (JobKind::CheckRotation, "none".to_owned());
    let other = JobChange::Schedule { kind, subject: none.uid, scope: home(), name, due_at: later(1) };
    house.commit(bare_commit().jobs([other])).await.unwrap();

    let house = house.reopened().await;
    let unplanned = async |after, limit| {
        let query = UnplannedQuery { kind: ROTATE, until: later(50), after, limit };
        Jobs::unplanned(&house.store, query).await.unwrap()
    };
    let found = unplanned(0, 9).await;
    let told: Vec<_> = found.iter().map(|found| (found.subject, found.scope, found.name.as_str())).collect();
    assert_eq!(told, [(late.uid, home(), "late"), (none.uid, home(), "none")]);
    assert_eq!(unplanned(0, 1).await, found[..1]);
    assert_eq!(unplanned(found[0].position, 9).await, found[1..]);
}

fn rotation() -> RotationRecord {
    RotationRecord {
        is_enabled: true,
        function_arn: "arn:aws:lambda:eu-central-1:111111111111:function:rotate".into(),
        is_managed: false,
        rules: Some(RotationRules {
            automatically_after_days: None,
            schedule_expression: Some("cron(0 8 1 * ? *)".to_owned()),
            duration: Some("3h".to_owned()),
        }),
        last_rotated_at: Some(later(-5)),
        counted_from: later(-5),
        next: Some(RotationWindow { opens_at: later(100), closes_at: later(200) }),
        run: Some(RotationRun {
            kind: AttemptKind::Rotation,
            cause: AttemptCause::Schedule,
            token: "token".to_owned(),
            started_at: later(1),
            attempts: 2,
            attempt: Some(new_uid_of_run()),
            window_closes_at: Some(later(50)),
            is_stuck: false,
        }),
    }
}

/// The same each time, so that records can be compared.
fn new_uid_of_run() -> terms::Uid {
    terms::Uid::from_bytes([9; 16])
}

fn attempt(secret: &SecretRecord, at: i64) -> RotationAttempt {
    RotationAttempt {
        id: new_uid(),
        secret: secret.uid,
        secret_arn: Arc::clone(&secret.arn),
        scope: secret.scope,
        kind: AttemptKind::Rotation,
        cause: AttemptCause::Request,
        number: 1,
        token: "token".to_owned(),
        function_arn: "arn:aws:lambda:eu-central-1:111111111111:function:rotate".into(),
        started_at: later(at),
        ended_at: None,
        outcome: AttemptOutcome::InProgress,
        error: None,
        next_attempt_at: None,
        steps: Vec::new(),
        events: vec!["e".to_owned()],
    }
}

fn telling(attempt: &RotationAttempt) -> Commit {
    let permit = permit(attempt.scope.account, "secretsmanager:RunRotation", &attempt.secret_arn);
    Commit::under(permit).change(Change::RotationAttempt(Arc::new(attempt.clone()))).unwrap()
}

fn schedule(subject: terms::Uid, due_at: i64) -> JobChange {
    JobChange::Schedule { kind: ROTATE, subject, scope: home(), name: "db".to_owned(), due_at: later(due_at) }
}

fn leasing(job: &JobRecord, until: i64) -> Commit {
    let lease = JobChange::Lease { kind: job.kind, subject: job.subject, until: later(until) };
    bare_commit().guard(job.fenced()).jobs([lease])
}

async fn scheduled<F: Fixture>(house: &House<F>, due_at: i64) -> JobRecord {
    house.commit(bare_commit().jobs([schedule(new_uid(), due_at)])).await.unwrap();
    due(house, due_at).await.remove(0)
}

async fn due<F: Fixture>(house: &House<F>, at: i64) -> Vec<JobRecord> {
    Jobs::due(&house.store, &[ROTATE], later(at), 9).await.unwrap()
}
