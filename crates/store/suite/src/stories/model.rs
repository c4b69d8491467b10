//! The store against a model that is too simple to be wrong.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use contract::{
    CommitError, Guard, JobChange, JobKind, ListOrder, ListPosition, ListQuery, Note, Reads, SecretRecord, Tag, Value,
};
use proptest::{
    bool::weighted,
    collection::vec,
    option,
    prelude::{Just, Strategy, any},
    prop_oneof,
    sample::select,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use terms::{AWSCURRENT, AWSPENDING, AWSPREVIOUS, Day, Scope, Timestamp, Uid, VersionId};
use tokio::runtime::Handle;

use crate::{
    Fixture,
    house::{House, creation, update},
    record::{answered, changed, draft, home, later, listed, move_label, put, scope, value, version},
    stories::lists::by_name,
};

const HISTORIES: u32 = 24;
const STEPS_MAX: usize = 60;
const NAMES: [&str; 3] = ["a", "a/b", "B"];
const TOKENS: [&str; 4] = ["first", "second", "third", "fourth"];
const LABELS: [&str; 4] = [AWSCURRENT, AWSPREVIOUS, AWSPENDING, "mine"];
const SECRETS_MAX: u64 = 2;

pub async fn random_histories_end_as_in_a_simple_model<F: Fixture>() {
    let runtime = Handle::current();
    let told = tokio::task::spawn_blocking(move || {
        let config = Config { cases: HISTORIES, failure_persistence: None, ..Config::default() };
        let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
        runner.run(&vec(step(), 1..STEPS_MAX), |history| {
            runtime.block_on(live_through::<F>(&history));
            Ok(())
        })
    });
    told.await.unwrap().unwrap_or_else(|failure| panic!("{failure}"));
}

/// Something that happens to the secret of a name.
#[derive(Clone, Debug)]
struct Step {
    name: &'static str,
    is_elsewhere: bool,
    /// Planned with what was there before the last change.
    is_late: bool,
    deed: Deed,
}

#[derive(Clone, Debug)]
enum Deed {
    Create,
    Erase,
    Plan(Plan),
    Note { token: &'static str, day: i32 },
    Reopen,
}

/// A change to a secret, as far as it makes sense there.
#[derive(Clone, Debug)]
enum Plan {
    Put { token: &'static str },
    Reserve { token: &'static str },
    Fill { token: &'static str },
    Label { label: &'static str, token: Option<&'static str> },
    Trim,
    Describe { description: Option<String>, tags: Option<Vec<(String, String)>> },
    Delete { at: Option<i64> },
}

fn step() -> impl Strategy<Value = Step> {
    // Mostly one secret, so that it has a long life.
    let name = prop_oneof![5 => Just(NAMES[0]), 1 => Just(NAMES[1]), 1 => Just(NAMES[2])];
    (name, weighted(0.15), weighted(0.2), deed()).prop_map(|(name, is_elsewhere, is_late, deed)| Step {
        name,
        is_elsewhere,
        is_late,
        deed,
    })
}

fn deed() -> impl Strategy<Value = Deed> {
    let token = || select(TOKENS.as_slice());
    let label = || select(LABELS.as_slice());
    let plan = prop_oneof![
        4 => token().prop_map(|token| Plan::Put { token }),
        2 => token().prop_map(|token| Plan::Reserve { token }),
        2 => token().prop_map(|token| Plan::Fill { token }),
        4 => (label(), option::of(token())).prop_map(|(label, token)| Plan::Label { label, token }),
        2 => Just(Plan::Trim),
        1 => (option::of(any::<String>()), option::of(vec(any::<(String, String)>(), 0..3)))
            .prop_map(|(description, tags)| Plan::Describe { description, tags }),
        2 => option::of(0_i64..50).prop_map(|at| Plan::Delete { at }),
    ];
    prop_oneof![
        5 => Just(Deed::Create),
        1 => Just(Deed::Erase),
        12 => plan.prop_map(Deed::Plan),
        3 => (token(), -2..5).prop_map(|(token, day)| Deed::Note { token, day }),
        1 => Just(Deed::Reopen),
    ]
}

type Place = (Scope, &'static str);

#[derive(Default)]
struct Model {
    secrets: BTreeMap<Place, SecretRecord>,
    due: HashMap<Uid, Timestamp>,
    /// What a read answered before the last change.
    earlier: HashMap<Place, Arc<SecretRecord>>,
}

async fn live_through<F: Fixture>(history: &[Step]) {
    let mut house = House::<F>::start().await;
    let mut model = Model::default();
    for step in history {
        let place = (if step.is_elsewhere { scope("222222222222", "us-east-1") } else { home() }, step.name);
        if matches!(step.deed, Deed::Reopen) {
            house = house.reopened().await;
        } else {
            act(&house, &mut model, place, step).await;
        }
        require_same(&house, &model, place).await;
    }
    for scope in [home(), scope("222222222222", "us-east-1")] {
        for name in NAMES {
            require_same(&house, &model, (scope, name)).await;
        }
        for order in [ListOrder::Name, ListOrder::Created, ListOrder::Changed, ListOrder::Accessed] {
            require_same_list(&house, &model, scope, order).await;
        }
    }
    require_same_rest(&house, &model).await;
}

async fn act<F: Fixture>(house: &House<F>, model: &mut Model, place: Place, step: &Step) {
    let (scope, name) = place;
    let read = house.read(scope, name).await;
    let earlier = model.earlier.get(&place).cloned();
    let before = if step.is_late { earlier } else { read.clone() };
    // Late is what was planned with another revision than the present.
    let is_late = before.as_ref().map(|before| (before.uid, before.revision))
        != read.as_ref().map(|read| (read.uid, read.revision));
    match (&step.deed, before) {
        (Deed::Create, _) => {
            let secret = draft(scope, name);
            let guard = Guard::SecretsBelow { scope, limit: SECRETS_MAX };
            let outcome = house.commit(creation(&secret).guard(guard)).await;
            let is_taken = model.secrets.contains_key(&place);
            let is_full = model.secrets.keys().filter(|(held, _)| *held == scope).count() as u64 >= SECRETS_MAX;
            match outcome {
                Ok(()) => assert!(!is_taken && !is_full),
                Err(CommitError::NameTaken) => return assert!(is_taken),
                Err(CommitError::QuotaExceeded) => return assert!(is_full),
                Err(other) => panic!("{other}"),
            }
            model.secrets.insert(place, secret);
        }
        (Deed::Erase, Some(before)) => {
            let outcome = house.erase(&before).await;
            if require_conflict_if(is_late, &outcome) {
                return;
            }
            model.secrets.remove(&place);
        }
        (Deed::Plan(plan), Some(before)) => {
            let after = plan.after(&before);
            let outcome = house.commit(with_job(plan, &after, update(&before, &after))).await;
            if require_conflict_if(is_late, &outcome) {
                return;
            }
            model.follow(place, plan);
        }
        (Deed::Note { token, day }, Some(before)) => {
            let (secret, version, day) = (before.uid, VersionId::new(token), Day::from_number(*day));
            house.note(Note::Accessed { scope, name: before.name.clone(), secret, version, day }).await;
            if let Some(known) = model.secrets.get(&place).filter(|known| known.uid == before.uid) {
                known.accessed.advance_to(day);
                known.version(token).inspect(|version| {
                    version.accessed.advance_to(day);
                });
            }
        }
        _ => {}
    }
    if let Some(read) = read {
        model.earlier.insert(place, read);
    }
}

fn require_conflict_if(is_late: bool, outcome: &Result<(), CommitError>) -> bool {
    match outcome {
        Ok(()) => assert!(!is_late),
        Err(CommitError::Conflict) => assert!(is_late),
        Err(other) => panic!("{other}"),
    }
    is_late
}

/// Deleting schedules the end of the recovery window, restoring cancels it.
fn with_job(plan: &Plan, after: &SecretRecord, commit: contract::Commit) -> contract::Commit {
    let (kind, subject) = (JobKind::EndRecoveryWindow, after.uid);
    match (plan, after.delete_at) {
        (Plan::Delete { .. }, Some(due_at)) => commit.jobs([JobChange::Schedule {
            kind,
            subject,
            scope: after.scope,
            name: after.name.to_string(),
            due_at,
        }]),
        (Plan::Delete { .. }, None) => commit.jobs([JobChange::Cancel { kind, subject }]),
        _ => commit,
    }
}

impl Model {
    fn follow(&mut self, place: Place, plan: &Plan) {
        let before = &self.secrets[&place];
        let after = Arc::unwrap_or_clone(plan.after(before));
        if let Plan::Delete { .. } = plan {
            match after.delete_at {
                Some(due) => self.due.insert(after.uid, due),
                None => self.due.remove(&after.uid),
            };
        }
        self.secrets.insert(place, after);
    }
}

impl Plan {
    fn after(&self, before: &SecretRecord) -> Arc<SecretRecord> {
        match self {
            Self::Put { token } if before.version(token).is_none() => put(before, token, &text_of(before, token)),
            _ => changed(before, |after| self.apply(after)),
        }
    }

    /// What makes no sense changes nothing but the revision.
    fn apply(&self, after: &mut SecretRecord) {
        match self {
            Self::Reserve { token } if after.version(token).is_none() => {
                after.versions.push(version(token, after.changed_at, &[], Value::Absent));
                move_label(after, AWSPENDING, Some(token));
            }
            Self::Fill { token } => {
                let filled = value(&text_of(after, token));
                for version in after.versions.iter_mut().filter(|version| version.id == **token) {
                    if version.value == Value::Absent {
                        Arc::make_mut(version).value = filled.clone();
                    }
                }
            }
            Self::Label { label, token } => {
                let token = token.filter(|token| after.version(token).is_some());
                move_label(after, label, token);
            }
            Self::Trim => after.versions.retain(|version| !version.labels.is_empty()),
            Self::Describe { description, tags } => {
                after.description = description.as_deref().map(Into::into);
                let tag = |(key, value): &(String, String)| Tag { key: key.clone(), value: value.clone() };
                after.tags = tags.as_ref().map(|tags| tags.iter().map(tag).collect());
            }
            Self::Delete { at } => after.delete_at = at.map(later),
            Self::Put { .. } | Self::Reserve { .. } => {}
        }
    }
}

/// Another value for each life of a version.
fn text_of(secret: &SecretRecord, token: &str) -> String {
    format!("{token} at revision {}", secret.revision)
}

async fn require_same<F: Fixture>(house: &House<F>, model: &Model, (scope, name): Place) {
    let expected = model.secrets.get(&(scope, name));
    let read = house.read(scope, name).await.map(Arc::unwrap_or_clone);
    assert_eq!(read, expected.map(|secret| answered(secret, None)), "{name}");
    for token in TOKENS {
        let read = house.read_picking(scope, name, token).await.map(Arc::unwrap_or_clone);
        assert_eq!(read, expected.map(|secret| answered(secret, Some(token))), "{name} with {token}");
    }
}

async fn require_same_list<F: Fixture>(house: &House<F>, model: &Model, scope: Scope, order: ListOrder) {
    let mut expected: Vec<SecretRecord> =
        model.secrets.iter().filter(|((held, _), _)| *held == scope).map(|(_, secret)| listed(secret)).collect();
    let position = |secret: &SecretRecord| {
        let ListPosition { key, name } = ListPosition::of(order, secret);
        (key, name)
    };
    expected.sort_by_key(position);
    let shown = house.list_all(scope, &ListQuery { order, limit: 1, ..by_name() }).await;
    let shown: Vec<SecretRecord> = shown.into_iter().map(Arc::unwrap_or_clone).collect();
    assert_eq!(shown, expected, "{order:?}");
}

async fn require_same_rest<F: Fixture>(house: &House<F>, model: &Model) {
    let mut revisions = house.store.revisions().await.unwrap();
    revisions.sort_unstable();
    let mut expected: Vec<_> = model.secrets.values().map(|secret| (secret.uid, secret.revision)).collect();
    expected.sort_unstable();
    assert_eq!(revisions, expected);

    let due = house.due(later(20)).await;
    assert!(due.is_sorted_by_key(|job| job.due_at));
    let due: HashMap<Uid, Timestamp> = due.into_iter().map(|job| (job.subject, job.due_at)).collect();
    let expected = model.due.iter().filter(|(_, due)| **due <= later(20)).map(|(uid, due)| (*uid, *due)).collect();
    assert_eq!(due, expected);
}
