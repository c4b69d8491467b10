use proptest::prelude::*;
use terms::{AccountId, ArnSuffix, Region, Scope, SecretName, Uid, secret_arn};

use service::JsonError;

use super::*;

const NOW: Timestamp = Timestamp::from_millis(1_772_438_400_000);

/// A secret in one line, `1 AWSPREVIOUS blue; 2 AWSCURRENT; 3`: its versions, oldest first, with their labels. Each is
/// an hour younger than the one before it.
fn secret(line: &str) -> SecretRecord {
    let scope = Scope::new(AccountId::parse("111122223333").unwrap(), Region::parse("eu-central-1").unwrap());
    let (name, suffix) = (SecretName::parse("db").unwrap(), ArnSuffix::parse("Ab12Cd").unwrap());
    let versions = line.split(';').map(str::trim).filter(|version| !version.is_empty()).zip(0..);
    SecretRecord {
        scope,
        uid: Uid::from_bytes([7; 16]),
        arn: secret_arn(&scope, &name, &suffix).into(),
        name,
        suffix,
        origin_region: scope.region,
        generation: 0,
        revision: 5,
        created_at: NOW,
        changed_at: NOW,
        delete_at: None,
        accessed: AccessDay::never(),
        description: None,
        kms_key_id: None,
        partner_type: None,
        tags: None,
        resource_policy: None,
        owning_service: None,
        rotation: None,
        versions: versions.map(|(line, number)| Arc::new(version(line, NOW.plus_millis(number * HOUR_MS)))).collect(),
    }
}

const HOUR_MS: i64 = 3_600_000;

fn version(line: &str, created_at: Timestamp) -> VersionRecord {
    let mut words = line.split_whitespace();
    let id = VersionId::new(words.next().unwrap());
    let mut labels: Vec<StagingLabel> = words.map(StagingLabel::new).collect();
    labels.sort_unstable();
    let value = if labels.is_empty() { Value::NotLoaded } else { Value::Sealed(sealed()) };
    VersionRecord { id, created_at, accessed: AccessDay::never(), labels, value }
}

fn sealed() -> SealedValue {
    let mut bytes = [0; 256];
    bytes[..3].copy_from_slice(&[1, 1, 1]);
    SealedValue::from_stored(bytes.as_slice()).unwrap()
}

fn line(secret: &SecretRecord) -> String {
    let version = |version: &Arc<VersionRecord>| {
        let words: Vec<&str> =
            std::iter::once(version.id.as_str()).chain(version.labels.iter().map(|label| label.as_str())).collect();
        words.join(" ")
    };
    secret.versions.iter().map(version).collect::<Vec<_>>().join("; ")
}

fn put(before: &SecretRecord, id: &str, labels: Option<&[&str]>) -> Result<SecretRecord, Error> {
    let labels: Option<Vec<String>> = labels.map(|labels| labels.iter().map(|label| (*label).to_owned()).collect());
    let new = NewValue { id, sealed: sealed(), labels: labels.as_deref() };
    put_value(before, new, NOW.plus_millis(500 * HOUR_MS), &Quotas::default())
}

fn stage(
    before: &SecretRecord,
    label: &str,
    remove_from: Option<&str>,
    move_to: Option<&str>,
) -> Result<Option<SecretRecord>, Error> {
    move_stage(before, StageMove::of(label, remove_from, move_to)?, NOW.plus_millis(HOUR_MS), &Quotas::default())
}

fn text(error: &Error) -> String {
    format!("{}: {}", error.code(), error.message().unwrap_or_default())
}

#[test]
fn a_put_value_moves_labels_as_recorded() {
    let rows: [(&str, Option<&[&str]>, &str); 15] = [
        // The first value of an empty secret is current, beside whatever is asked.
        ("", None, "9 AWSCURRENT"),
        ("", Some(&["blue"]), "9 AWSCURRENT blue"),
        ("", Some(&["AWSPENDING"]), "9 AWSCURRENT AWSPENDING"),
        // Without labels, AWSCURRENT moves and AWSPREVIOUS follows; what was previous is deprecated.
        ("1 AWSCURRENT", None, "1 AWSPREVIOUS; 9 AWSCURRENT"),
        ("1 AWSPREVIOUS; 2 AWSCURRENT", None, "1; 2 AWSPREVIOUS; 9 AWSCURRENT"),
        ("1 AWSCURRENT", Some(&["AWSCURRENT"]), "1 AWSPREVIOUS; 9 AWSCURRENT"),
        ("1 AWSCURRENT", Some(&["AWSSOMETHING", "AWSCURRENT"]), "1 AWSPREVIOUS; 9 AWSCURRENT AWSSOMETHING"),
        // Labels without AWSCURRENT leave it alone.
        ("1 AWSCURRENT", Some(&["AWSPENDING"]), "1 AWSCURRENT; 9 AWSPENDING"),
        ("1 AWSPREVIOUS; 2 AWSCURRENT", Some(&["AWSPREVIOUS"]), "1; 2 AWSCURRENT; 9 AWSPREVIOUS"),
        // A label asked for leaves its old holder.
        ("1 blue green; 2 AWSCURRENT", Some(&["blue"]), "1 green; 2 AWSCURRENT; 9 blue"),
        // Labels of the caller's own stay.
        ("1 AWSCURRENT PUT0", None, "1 AWSPREVIOUS PUT0; 9 AWSCURRENT"),
        ("1 AWSPREVIOUS PUT0; 2 AWSCURRENT", None, "1 PUT0; 2 AWSPREVIOUS; 9 AWSCURRENT"),
        // A rotation under way is abandoned, whether its version is current or not.
        ("1 AWSCURRENT AWSPENDING", None, "1 AWSPREVIOUS; 9 AWSCURRENT"),
        ("1 AWSCURRENT; 2 AWSPENDING", None, "1 AWSPREVIOUS; 2; 9 AWSCURRENT"),
        (
            "1 AWSCURRENT; 2 AWSPENDING",
            Some(&["AWSCURRENT", "AWSPENDING"]),
            "1 AWSPREVIOUS; 2; 9 AWSCURRENT AWSPENDING",
        ),
    ];
    for (before, labels, after) in rows {
        assert_eq!(line(&put(&secret(before), "9", labels).unwrap()), after, "{before:?} put {labels:?}");
    }
}

#[test]
fn a_placeholder_is_filled_in_where_it_stands() {
    let mut before = secret("1 AWSCURRENT; 2 AWSPENDING");
    Arc::make_mut(&mut before.versions[1]).value = Value::Absent;
    let after = put(&before, "2", Some(&["AWSPENDING"])).unwrap();
    assert_eq!(line(&after), "1 AWSCURRENT; 2 AWSPENDING");
    assert!(matches!(after.versions[1].value, Value::Sealed(_)));
}

#[test]
fn a_stage_moves_as_recorded() {
    let rows = [
        // (before, label, from, to, after)
        ("1 AWSCURRENT", "blue", None, Some("1"), "1 AWSCURRENT blue"),
        ("1 AWSPREVIOUS; 2 AWSCURRENT", "AWSCURRENT", Some("2"), Some("1"), "1 AWSCURRENT; 2 AWSPREVIOUS"),
        ("1; 2 AWSPREVIOUS; 3 AWSCURRENT", "AWSCURRENT", Some("3"), Some("1"), "1 AWSCURRENT; 2; 3 AWSPREVIOUS"),
        ("1 AWSCURRENT; 2 AWSPENDING", "AWSCURRENT", Some("1"), Some("2"), "1 AWSPREVIOUS; 2 AWSCURRENT AWSPENDING"),
        ("1 blue; 2 AWSCURRENT", "blue", Some("1"), Some("2"), "1; 2 AWSCURRENT blue"),
        ("1 AWSPREVIOUS blue; 2 AWSCURRENT", "blue", Some("1"), None, "1 AWSPREVIOUS; 2 AWSCURRENT"),
        ("1 AWSPREVIOUS; 2 AWSCURRENT", "AWSPREVIOUS", Some("1"), None, "1; 2 AWSCURRENT"),
        ("1; 2 AWSCURRENT", "AWSPREVIOUS", None, Some("1"), "1 AWSPREVIOUS; 2 AWSCURRENT"),
    ];
    for (before, label, from, to, after) in rows {
        let moved = stage(&secret(before), label, from, to).unwrap().unwrap();
        assert_eq!(line(&moved), after, "{before:?}: {label} from {from:?} to {to:?}");
    }
}

#[test]
fn moving_a_label_to_its_holder_is_no_change() {
    let before = secret("1 AWSPREVIOUS blue; 2 AWSCURRENT");
    for (label, from, to) in [("blue", None, "1"), ("blue", Some("1"), "1"), ("AWSCURRENT", Some("2"), "2")] {
        assert!(stage(&before, label, from, Some(to)).unwrap().is_none());
    }
}

#[test]
fn what_a_move_may_not_do_is_refused_in_aws_words() {
    let before = secret("1 AWSPREVIOUS blue; 2 AWSCURRENT");
    let rows = [
        ("blue", None, None, "InvalidParameterException: You must specify RemoveFromVersionId"),
        ("blue", None, Some("2"), "InvalidParameterException: The parameter RemoveFromVersionId can't be empty."),
        ("AWSCURRENT", None, Some("1"), "InvalidParameterException: The parameter RemoveFromVersionId can't be empty."),
        ("AWSCURRENT", Some("2"), None, "InvalidParameterException: You can only move staging label AWSCURRENT"),
        ("AWSCURRENT", Some("1"), None, "InvalidParameterException: When you move staging label AWSCURRENT,"),
        ("blue", Some("2"), Some("1"), "InvalidParameterException: When you move staging label blue,"),
        ("blue", Some("2"), None, "InvalidParameterException: When you move staging label blue,"),
        ("none", Some("2"), None, "InvalidParameterException: When you move staging label none,"),
        (
            "blue",
            None,
            Some("7"),
            "ResourceNotFoundException: Secrets Manager can't find the specified secret value for VersionId: 7",
        ),
        (
            "blue",
            Some("7"),
            Some("1"),
            "ResourceNotFoundException: Secrets Manager can't find the specified secret value for VersionId: 7",
        ),
    ];
    for (label, from, to, expected) in rows {
        let error = stage(&before, label, from, to).err().unwrap();
        assert!(text(&error).starts_with(expected), "{label} from {from:?} to {to:?}: {}", text(&error));
    }
}

/// The exchange of five calls that was recorded on the real service.
#[test]
fn the_worked_recording() {
    let mut now = put(&secret("1 AWSCURRENT"), "2", Some(&["AWSPENDING"])).unwrap();
    assert_eq!(line(&now), "1 AWSCURRENT; 2 AWSPENDING");
    now = stage(&now, "AWSCURRENT", Some("1"), Some("2")).unwrap().unwrap();
    assert_eq!(line(&now), "1 AWSPREVIOUS; 2 AWSCURRENT AWSPENDING");
    now = put(&now, "3", Some(&["AWSPENDING"])).unwrap();
    assert_eq!(line(&now), "1 AWSPREVIOUS; 2 AWSCURRENT; 3 AWSPENDING");
    now = stage(&now, "AWSCURRENT", Some("2"), Some("3")).unwrap().unwrap();
    assert_eq!(line(&now), "1; 2 AWSPREVIOUS; 3 AWSCURRENT AWSPENDING");
}

#[test]
fn labels_are_counted_over_all_versions() {
    let labels: Vec<String> = (0..18).map(|number| format!("l{number}")).collect();
    let full = secret(&format!("1 AWSPREVIOUS {}; 2 AWSCURRENT", labels.join(" ")));
    assert_eq!(full.labels_count(), 20);
    let error = stage(&full, "one-more", None, Some("2")).err().unwrap();
    assert_eq!(error.code(), "LimitExceededException");
    assert_eq!(put(&full, "9", Some(&["one-more"])).err().unwrap().code(), "LimitExceededException");
    // Moves keep the count, also the two of a new current value.
    assert!(stage(&full, "l7", Some("1"), Some("2")).is_ok());
    assert!(put(&full, "9", None).is_ok());
}

#[test]
fn versions_that_cannot_be_removed_fill_the_quota() {
    let quotas = Quotas { versions_per_secret: 3, ..Quotas::default() };
    let put_at = |before: &SecretRecord, now| {
        put_value(before, NewValue { id: "9", sealed: sealed(), labels: None }, now, &quotas)
    };
    let before = secret("1; 2 AWSPREVIOUS; 3 AWSCURRENT");
    let a_day_old = NOW.plus_millis(24 * HOUR_MS);
    assert_eq!(put_at(&before, a_day_old.plus_millis(-1)).err().unwrap().code(), "LimitExceededException");
    let after = put_at(&before, a_day_old).unwrap();
    assert_eq!(line(&after), "1; 2; 3 AWSPREVIOUS; 9 AWSCURRENT");
    // Labelled ones never make room, however old.
    let labelled = secret("1 blue; 2 AWSPREVIOUS; 3 AWSCURRENT");
    assert!(put_at(&labelled, NOW.plus_days(365)).is_err());
}

#[test]
fn the_oldest_unlabelled_versions_go_once_a_day_old_until_the_quota_is_kept() {
    let quotas = Quotas { versions_per_secret: 3, ..Quotas::default() };
    let before = secret("1; 2 blue; 3; 4; 5 AWSPREVIOUS; 6 AWSCURRENT");
    let removed_at = |now: Timestamp| {
        let removed = removable(&before, now, &quotas);
        line(&without(&before, &removed))
    };
    assert_eq!(trim_due_at(&before, &quotas), Some(NOW.plus_millis(24 * HOUR_MS)));
    assert_eq!(removed_at(NOW.plus_millis(24 * HOUR_MS - 1)), line(&before));
    assert_eq!(removed_at(NOW.plus_millis(24 * HOUR_MS)), "2 blue; 3; 4; 5 AWSPREVIOUS; 6 AWSCURRENT");
    assert_eq!(removed_at(NOW.plus_days(9)), "2 blue; 5 AWSPREVIOUS; 6 AWSCURRENT");
    // With room for more, fewer go; within the quota none does, and nobody needs to look again.
    let roomy = Quotas { versions_per_secret: 5, ..quotas };
    assert_eq!(removable(&before, NOW.plus_days(9), &roomy).len(), 1);
    let wide = Quotas { versions_per_secret: 6, ..quotas };
    assert_eq!((removable(&before, NOW.plus_days(9), &wide).len(), trim_due_at(&before, &wide)), (0, None));
}

#[test]
fn trimming_is_no_change_that_anybody_sees() {
    let before = secret("1; 2 AWSCURRENT");
    let after = without(&before, &HashSet::from([VersionId::new("1")]));
    assert_eq!((after.changed_at, after.revision), (before.changed_at, before.revision + 1));
}

#[derive(Debug, Clone)]
enum Step {
    Put { id: usize, labels: Option<Vec<&'static str>> },
    Move { label: &'static str, remove_from: Option<usize>, move_to: Option<usize> },
}

const LABELS: [&str; 6] = [AWSCURRENT, AWSPREVIOUS, AWSPENDING, "blue", "green", "AWSother"];
const IDS: [&str; 7] = ["v0", "v1", "v2", "v3", "v4", "v5", "v6"];

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let label = || prop::sample::select(LABELS.as_slice());
    let id = || 0..IDS.len();
    let put = (id(), prop::option::of(prop::collection::vec(label(), 1..4)))
        .prop_map(|(id, labels)| Step::Put { id, labels });
    let moved = (label(), prop::option::of(id()), prop::option::of(id()))
        .prop_map(|(label, remove_from, move_to)| Step::Move { label, remove_from, move_to });
    prop::collection::vec(prop_oneof![put, moved], 1..40)
}

fn holder(secret: &SecretRecord, label: &str) -> Option<String> {
    secret.holder(label).map(|version| version.id.to_string())
}

/// As the store reads it for a move: the version that gains a label comes with its value.
fn picked(before: &SecretRecord, id: Option<&str>) -> SecretRecord {
    let mut loaded = before.clone();
    for version in loaded.versions.iter_mut().filter(|version| id.is_some_and(|id| version.id == *id)) {
        Arc::make_mut(version).value = Value::Sealed(sealed());
    }
    loaded
}

fn take(step: &Step, before: &SecretRecord) -> Option<SecretRecord> {
    match step {
        // A known id is a repeated token, which never comes here.
        Step::Put { id, .. } if before.version(IDS[*id]).is_some() => None,
        Step::Put { id, labels } => put(before, IDS[*id], labels.as_deref()).ok(),
        Step::Move { label, remove_from, move_to } => {
            let (from, to) = (remove_from.map(|id| IDS[id]), move_to.map(|id| IDS[id]));
            stage(&picked(before, to), label, from, to).ok().flatten()
        }
    }
}

fn names(step: &Step, label: &str) -> bool {
    match step {
        Step::Put { labels, .. } => labels.as_ref().is_some_and(|labels| labels.contains(&label)),
        Step::Move { label: moved, .. } => *moved == label,
    }
}

proptest! {
    #[test]
    fn no_sequence_of_puts_and_moves_breaks_an_invariant(steps in steps()) {
        let mut before = secret("");
        for step in &steps {
            let Some(after) = take(step, &before) else { continue };
            // INVARIANT (one holder)
            prop_assert!(after.has_one_holder_per_label(), "{step:?}: {}", line(&after));
            // A secret that has versions has a current one.
            prop_assert!(holder(&after, AWSCURRENT).is_some(), "{step:?}: {}", line(&after));
            // INVARIANT (previous)
            let (old, new) = (holder(&before, AWSCURRENT), holder(&after, AWSCURRENT));
            if old.is_some() && old != new && !names(step, AWSPREVIOUS) {
                prop_assert_eq!(holder(&after, AWSPREVIOUS), old, "{:?}: {}", step, line(&after));
            }
            // Labels of the caller's own stay where they were.
            for label in ["blue", "green", "AWSother"].into_iter().filter(|label| !names(step, label)) {
                prop_assert_eq!(holder(&after, label), holder(&before, label), "{:?}: {}", step, line(&after));
            }
            for version in &after.versions {
                prop_assert!(version.labels.is_sorted());
                // What can be read by label is at hand; what cannot is not carried along.
                prop_assert_eq!(version.labels.is_empty(), version.value == Value::NotLoaded, "{}", line(&after));
            }
            // No version is lost, and none but the one put is new.
            let ids = |secret: &SecretRecord| -> Vec<String> {
                secret.versions.iter().map(|version| version.id.to_string()).collect()
            };
            prop_assert_eq!(&ids(&after)[..before.versions.len()], ids(&before));
            prop_assert_eq!(after.revision, before.revision + 1);
            before = after;
        }
    }

    #[test]
    fn trimming_takes_what_nobody_sees_and_no_more_than_it_must(
        labelled in prop::collection::vec(any::<bool>(), 0..12),
        quota in 1_usize..12,
        hours in 0_i64..48,
    ) {
        let lines: Vec<String> = labelled.iter().zip(0..).map(|(labelled, number)| {
            if *labelled { format!("v{number} l{number}") } else { format!("v{number}") }
        }).collect();
        let before = secret(&lines.join("; "));
        let quotas = Quotas { versions_per_secret: quota, ..Quotas::default() };
        let now = NOW.plus_millis(hours * HOUR_MS);
        let removed = removable(&before, now, &quotas);
        let after = without(&before, &removed);
        prop_assert_eq!(after.versions.len() + removed.len(), before.versions.len());
        prop_assert!(after.versions.len() >= quota.min(before.versions.len()), "more went than had to");
        for version in &before.versions {
            let is_gone = removed.contains(&version.id);
            prop_assert!(!is_gone || version.labels.is_empty());
            prop_assert!(!is_gone || version.created_at.plus_millis(24 * HOUR_MS) <= now);
        }
        // Once everything is old, only labels keep a secret above its quota.
        let later = removable(&before, now.plus_days(9), &quotas);
        let kept = without(&before, &later);
        let is_kept_by_labels = kept.versions.iter().all(|version| !version.labels.is_empty());
        prop_assert!(kept.versions.len() <= quota || is_kept_by_labels);
        // Where something can go, the background is told when to look, and not later than it can.
        if !removed.is_empty() {
            prop_assert!(trim_due_at(&before, &quotas).is_some_and(|due_at| due_at <= now));
        }
    }
}
