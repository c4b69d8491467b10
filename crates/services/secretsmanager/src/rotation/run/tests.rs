use std::sync::Arc;

use contract::{AccessDay, RotationRules, Value, VersionRecord};
use proptest::prelude::*;
use terms::{AccountId, ArnSuffix, Entropy, Region, Scope, SecretName, StagingLabel, VersionId, secret_arn};

use super::*;

const HOUR_MS: i64 = 3_600_000;
const MINUTE_MS: i64 = 60_000;

/// Always the same, so that a draw is as early, or as late, as it can be.
struct Drawing(u8);

impl Entropy for Drawing {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(self.0);
    }
}

/// Hours since the beginning of a Monday.
fn hour(hours: i64) -> Timestamp {
    Timestamp::from_millis(1_772_409_600_000).plus_millis(hours * HOUR_MS)
}

fn version(id: &str, labels: &[&str]) -> Arc<VersionRecord> {
    Arc::new(VersionRecord {
        id: VersionId::new(id),
        created_at: hour(0),
        accessed: AccessDay::never(),
        labels: labels.iter().map(|label| StagingLabel::new(label)).collect(),
        value: Value::NotLoaded,
    })
}

fn rotation(expression: Option<&str>, run: Option<RotationRun>) -> RotationRecord {
    let rules = expression.map(|expression| RotationRules {
        schedule_expression: Some(expression.to_owned()),
        ..RotationRules::default()
    });
    let rotation = RotationRecord {
        is_enabled: true,
        function_arn: "arn:aws:lambda:eu-central-1:111122223333:function:rotate".into(),
        is_managed: false,
        rules,
        last_rotated_at: None,
        counted_from: hour(0),
        next: None,
        run,
    };
    RotationRecord { next: next_window(&rotation, hour(0)), ..rotation }
}

/// With AWSCURRENT on `one`, and AWSPENDING on `two` if it is given.
fn secret(rotation: RotationRecord, pending: bool) -> SecretRecord {
    let region = Region::parse("eu-central-1").unwrap();
    let scope = Scope { account: AccountId::parse("111122223333").unwrap(), region };
    let (name, suffix) = (SecretName::parse("db").unwrap(), ArnSuffix::parse("Ab12Cd").unwrap());
    let mut versions = vec![version("one", &[AWSCURRENT])];
    versions.extend(pending.then(|| version("two", &[AWSPENDING])));
    SecretRecord {
        scope,
        uid: Uid::from_bytes([1; 16]),
        arn: secret_arn(&scope, &name, &suffix).into(),
        name,
        suffix,
        origin_region: region,
        generation: 0,
        revision: 1,
        created_at: hour(0),
        changed_at: hour(0),
        delete_at: None,
        accessed: AccessDay::never(),
        description: None,
        kms_key_id: None,
        partner_type: None,
        tags: None,
        resource_policy: None,
        owning_service: None,
        rotation: Some(Arc::new(rotation)),
        versions,
    }
}

fn run() -> RotationRun {
    begun(AttemptKind::Rotation, AttemptCause::Schedule, "two", hour(1))
}

fn due_at(secret: &SecretRecord, due: Timestamp, now: Timestamp) -> Due {
    super::due(secret, due, now, &RotationSettings::default())
}

fn attempts(made: u32, window_closes_at: Option<Timestamp>) -> Due {
    Due::Attempt(Attempts { made, window_closes_at })
}

const DAILY: Option<&str> = Some("cron(0 10 * * ? *)");

#[test]
fn a_rotation_begins_in_its_window_and_not_before() {
    let idle = secret(rotation(DAILY, None), false);
    let opens =
        |day: i64| RotationWindow { opens_at: hour(24 * day + 10), closes_at: hour(24 * day + 24).plus_millis(-1000) };
    assert_eq!(due_at(&idle, hour(10), hour(10)), Due::Begin(opens(0)));
    assert_eq!(due_at(&idle, hour(10), hour(9)), Due::Later(opens(0)));
    // The server was off at the time.
    assert_eq!(due_at(&idle, hour(10), hour(24)), Due::Later(opens(1)));
    assert_eq!(due_at(&secret(rotation(None, None), false), hour(10), hour(10)), Due::Nothing);
    let off = RotationRecord { is_enabled: false, ..rotation(DAILY, None) };
    assert_eq!(due_at(&secret(off, false), hour(10), hour(10)), Due::Nothing);
    let leaving = SecretRecord { delete_at: Some(hour(500)), ..idle };
    assert_eq!(due_at(&leaving, hour(10), hour(10)), Due::Nothing);
}

#[test]
fn a_run_whose_labels_are_gone_is_over_and_one_that_has_arrived_has_succeeded() {
    let going = secret(rotation(DAILY, Some(run())), true);
    assert_eq!(due_at(&going, hour(10), hour(10)), attempts(0, None));
    let gone = secret(rotation(DAILY, Some(run())), false);
    assert_eq!(due_at(&gone, hour(10), hour(10)), Due::End(AttemptOutcome::Abandoned));
    let cancelled = RotationRecord { is_enabled: false, ..rotation(DAILY, Some(run())) };
    assert_eq!(due_at(&secret(cancelled, true), hour(10), hour(10)), Due::End(AttemptOutcome::Abandoned));
    let arrived = SecretRecord {
        versions: vec![version("one", &[]), version("two", &[AWSCURRENT])],
        ..secret(rotation(DAILY, Some(run())), true)
    };
    // The function may have more to do behind its last step.
    assert_eq!(due_at(&arrived, hour(10), hour(10)), attempts(0, None));
    assert_eq!(outcome_without_attempt(&arrived, &run()), AttemptOutcome::Succeeded);
    // A test's version is never current.
    let test = RotationRun { kind: AttemptKind::Test, ..run() };
    assert!(!has_arrived(&arrived, &test));
}

#[test]
fn an_attempt_that_was_broken_off_is_taken_up_whatever_the_time() {
    let broken =
        RotationRun { attempts: 5, attempt: Some(Uid::from_bytes([2; 16])), window_closes_at: Some(hour(11)), ..run() };
    let at = |run: RotationRun| due_at(&secret(rotation(DAILY, Some(run)), true), hour(0), hour(40));
    assert_eq!(at(broken.clone()), attempts(5, Some(hour(11))));
    assert_eq!(at(RotationRun { attempts: 20, ..broken }), Due::GiveUp);
}

#[test]
fn a_stuck_run_begins_anew_in_its_window_or_when_somebody_asks() {
    let stuck = RotationRun { attempts: 5, is_stuck: true, window_closes_at: Some(hour(48)), ..run() };
    let stuck = secret(rotation(DAILY, Some(stuck)), true);
    let closes = |day: i64| Some(hour(24 * day + 24).plus_millis(-1000));
    assert_eq!(due_at(&stuck, hour(34), hour(34)), attempts(0, closes(1)));
    // Asked for at eight in the morning.
    assert_eq!(due_at(&stuck, hour(32), hour(32)), attempts(0, None));
    // The window went by without a server.
    let Due::Later(window) = due_at(&stuck, hour(34), hour(50)) else { panic!() };
    assert_eq!(window.opens_at, hour(58));
    // Nobody planned anything.
    let stuck = RotationRun { attempts: 5, is_stuck: true, ..run() };
    assert_eq!(due_at(&secret(rotation(None, Some(stuck)), true), hour(32), hour(32)), attempts(0, None));
}

#[test]
fn a_retry_whose_window_is_over_waits_for_the_next() {
    let waiting = RotationRun { attempts: 2, window_closes_at: Some(hour(11)), ..run() };
    let waiting = secret(rotation(Some("cron(0 10 * * ? *)"), Some(waiting)), true);
    assert_eq!(due_at(&waiting, hour(10), hour(11)), attempts(2, Some(hour(11))));
    let closes = hour(24).plus_millis(-1000);
    // Another window is open by now, of the same day.
    assert_eq!(due_at(&waiting, hour(10), hour(12)), attempts(0, Some(closes)));
    let Due::Later(window) = due_at(&waiting, hour(10), hour(25)) else { panic!() };
    assert_eq!(window.opens_at, hour(34));
}

#[test]
fn delays_grow_have_jitter_and_end_with_the_attempts_or_the_window() {
    let settings = RotationSettings::default();
    let minutes = |attempts: u32, drawn: u8| {
        let run = RotationRun { attempts, attempt: Some(Uid::from_bytes([2; 16])), ..run() };
        let ended = failed(&rotation(None, None), &run, hour(10), &settings, &Chance(&Drawing(drawn)));
        assert_eq!(ended.rotation.run.as_ref().unwrap().attempt, None);
        let at = ended.next_attempt_at?;
        assert_eq!(ended.next, Next::At(at));
        Some((at.as_millis() - hour(10).as_millis()) / MINUTE_MS)
    };
    assert_eq!([1, 2, 3, 4].map(|made| minutes(made, 0)), [Some(1), Some(5), Some(15), Some(60)]);
    assert!([1, 2, 3, 4].iter().all(|made| minutes(*made, 0x5a) >= minutes(*made, 0)));
    assert_eq!(minutes(5, 0), None);

    let late = RotationRun { attempts: 4, window_closes_at: Some(hour(10).plus_millis(59 * MINUTE_MS)), ..run() };
    let ended = failed(&rotation(DAILY, None), &late, hour(10), &settings, &Chance(&Drawing(0)));
    let stuck = ended.rotation.run.unwrap();
    assert!(stuck.is_stuck);
    assert_eq!(stuck.window_closes_at, Some(hour(48).plus_millis(-1000)));
    assert_eq!((ended.next, ended.next_attempt_at), (Next::At(hour(34)), Some(hour(34))));
}

#[test]
fn the_next_rotation_is_shown_as_its_latest_moment_and_stays_where_one_went_wrong() {
    let idle = rotation(DAILY, None);
    let closes = |day: i64| Some(hour(24 * day + 24).plus_millis(-1000));
    assert_eq!(shown_next(&idle, hour(1)), closes(0));
    // A window that was missed is not the next one.
    assert_eq!(shown_next(&idle, hour(30)), closes(1));
    assert_eq!(shown_next(&RotationRecord { run: Some(run()), ..idle.clone() }, hour(30)), closes(0));
    assert_eq!(shown_next(&RotationRecord { is_enabled: false, ..idle }, hour(1)), None);
    assert_eq!(shown_next(&rotation(None, None), hour(1)), None);
}

proptest! {
    /// Whatever happens, in whatever order: a run is never both stuck and under way, attempts never exceed their number
    /// but for interruptions, and what is put off comes back.
    #[test]
    fn a_run_never_loses_its_way(
        happens in prop::collection::vec((0_u8..5, 0_i64..200), 1..60),
        has_schedule in any::<bool>(),
        drawn in any::<u8>(),
    ) {
        let settings = RotationSettings::default();
        let entropy = Drawing(drawn);
        let chance = Chance(&entropy);
        let mut now = hour(10);
        let mut due_at = now;
        let mut secret = secret(rotation(DAILY.filter(|_| has_schedule), Some(run())), true);
        let mut id = 0;
        for (what, minutes) in happens {
            now = now.plus_millis(minutes * MINUTE_MS);
            let record = RotationRecord::clone(secret.rotation.as_deref().unwrap());
            let Some(run) = record.run.clone() else { break };
            let next = match due(&secret, due_at, now, &settings) {
                Due::Attempt(attempts) => {
                    id += 1;
                    let going = attempting(&run, attempts, Uid::from_bytes([id; 16]));
                    prop_assert!(!going.is_stuck);
                    prop_assert_eq!(going.token, run.token.clone());
                    prop_assert_eq!(going.attempts, attempts.made + 1);
                    prop_assert!(going.attempts <= settings.attempts_max * INTERRUPTIONS);
                    let going = attempting(&run, attempts, Uid::from_bytes([id; 16]));
                    let record = RotationRecord { run: Some(going.clone()), ..record };
                    match what {
                        // Killed: the next server finds it at once.
                        0 => Ended { rotation: record, next: Next::At(Timestamp::from_millis(0)), next_attempt_at: None },
                        1 => succeeded(&record, now),
                        _ => failed(&record, &going, now, &settings, &chance),
                    }
                }
                Due::GiveUp => failed(&record, &run, now, &settings, &chance),
                Due::Later(window) => {
                    prop_assert!(window.opens_at > now);
                    let at = chance.within(window, now, &settings);
                    Ended { rotation: record, next: Next::At(at), next_attempt_at: None }
                }
                other => return Err(TestCaseError::fail(format!("{other:?}"))),
            };
            let run = next.rotation.run.clone();
            if let Some(run) = &run {
                prop_assert!(!(run.is_stuck && run.attempt.is_some()));
            }
            due_at = match next.next {
                Next::At(at) => at,
                Next::Within(window) => { prop_assert!(run.is_none()); window.opens_at }
                // Nobody plans anything: somebody asks.
                Next::Never => { prop_assert!(!has_schedule); now }
            };
            prop_assert!(run.is_none() || !has_schedule || next.next != Next::Never);
            now = now.max(due_at);
            secret.rotation = Some(Arc::new(next.rotation));
        }
    }

    #[test]
    fn a_drawn_moment_lies_in_its_window(start in 0_i64..48, hours in 1_i64..24, late in 0_i64..60, bytes in any::<u8>()) {
        let window = RotationWindow { opens_at: hour(start), closes_at: hour(start + hours).plus_millis(-1000) };
        let now = hour(start - 5).plus_millis(late * 10 * MINUTE_MS);
        let at = Chance(&Drawing(bytes)).within(window, now, &RotationSettings::default());
        prop_assert!(at >= window.opens_at && at >= now);
        prop_assert!(at <= window.closes_at.max(now));
        prop_assert!(at <= window.opens_at.max(now).plus_millis(30 * MINUTE_MS));
    }
}
