//! What is answered as done is seen by every read that begins afterwards.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use contract::{ListOrder, ListPosition, ListQuery, SecretRecord, SortKey};
use terms::AWSCURRENT;

use crate::{
    Fixture,
    house::House,
    record::{answered, changed, draft, home, name, put},
    stories::lists::by_name,
};

/// Each writer is alone in changing its secrets, so it knows what a read must answer.
const WRITERS: usize = 6;
const SECRETS_OF_WRITER: usize = 4;
const SECRETS: usize = WRITERS * SECRETS_OF_WRITER;
const STEPS: u64 = 34;
const READERS: u64 = 4;
/// A secret's life has this many steps, of which the first creates and the last erases it; then it begins anew.
const LIFE: u64 = 6;

/// How far the life of each secret has come, seen from both sides of its commits.
struct Progress {
    begun: [AtomicU64; SECRETS],
    answered: [AtomicU64; SECRETS],
}

pub async fn a_read_after_an_answered_commit_sees_it_while_others_write<F: Fixture>() {
    let house = Arc::new(House::<F>::start().await);
    let zeros = || std::array::from_fn(|_| AtomicU64::new(0));
    let progress = Arc::new(Progress { begun: zeros(), answered: zeros() });

    let writers: Vec<_> =
        (0..WRITERS).map(|writer| tokio::spawn(write(Arc::clone(&house), Arc::clone(&progress), writer))).collect();
    let readers: Vec<_> =
        (0..READERS).map(|reader| tokio::spawn(read(Arc::clone(&house), Arc::clone(&progress), reader))).collect();
    for task in writers.into_iter().chain(readers) {
        task.await.unwrap();
    }
    let shown = house.list_all(home(), &by_name()).await;
    assert_eq!(shown.len(), SECRETS);
}

async fn write<F: Fixture>(house: Arc<House<F>>, progress: Arc<Progress>, writer: usize) {
    let own: Vec<usize> = (0..SECRETS_OF_WRITER).map(|index| writer * SECRETS_OF_WRITER + index).collect();
    for step in 1..=STEPS {
        for secret in &own {
            progress.begun[*secret].store(step, Ordering::SeqCst);
            let text = name_of(*secret);
            // What was read is what is changed, as in a service.
            let before = house.read(home(), &text).await;
            let after = live_on(&house, &text, before, step).await;
            progress.answered[*secret].store(step, Ordering::SeqCst);

            let expected = after.map(|after| answered(&after, None));
            assert_eq!(house.read(home(), &text).await.map(Arc::unwrap_or_clone), expected, "{text} after step {step}");
            if step % 5 == 0 {
                require_listed(&house, &text, expected.as_ref()).await;
            }
        }
    }
}

/// Does the step to the secret. Gives what is there afterwards.
async fn live_on<F: Fixture>(
    house: &House<F>,
    text: &str,
    before: Option<Arc<SecretRecord>>,
    step: u64,
) -> Option<Arc<SecretRecord>> {
    let told = |record: &mut SecretRecord| record.description = Some(step.to_string().into());
    match (before, step % LIFE) {
        (None, 1) => {
            let mut secret = draft(home(), text);
            told(&mut secret);
            house.create(&secret).await.unwrap();
            Some(Arc::new(secret))
        }
        (Some(before), 0) => {
            house.erase(&before).await.unwrap();
            None
        }
        (Some(before), _) => {
            let put = put(&before, &format!("version-{step}"), &step.to_string());
            let after = changed(&put, |after| {
                after.revision = put.revision;
                told(after);
            });
            house.update(&before, &after).await.unwrap();
            Some(after)
        }
        (before, _) => panic!("{text} at step {step}: {before:?}"),
    }
}

async fn require_listed<F: Fixture>(house: &House<F>, text: &str, expected: Option<&SecretRecord>) {
    // The secret alone: whatever comes right behind the name before it.
    let before = name(text.strip_suffix('!').unwrap());
    let after = Some(ListPosition { key: SortKey::Name, name: before });
    let page = house.list(home(), &ListQuery { order: ListOrder::Name, after, limit: 1, ..by_name() }).await;
    let shown = page.first().filter(|secret| secret.name == name(text));
    assert_eq!(shown.map(|secret| (secret.uid, secret.revision)), expected.map(|secret| (secret.uid, secret.revision)));
}

async fn read<F: Fixture>(house: Arc<House<F>>, progress: Arc<Progress>, reader: u64) {
    let mut random = Random(reader + 1);
    while progress.answered.iter().any(|answered| answered.load(Ordering::SeqCst) < STEPS) {
        for _ in 0..200 {
            let secret = random.below(SECRETS);
            let earliest = progress.answered[secret].load(Ordering::SeqCst);
            let text = name_of(secret);
            let found = match random.below(4) {
                0 => house.read_picking(home(), &text, &format!("version-{earliest}")).await,
                _ => house.read(home(), &text).await,
            };
            let latest = progress.begun[secret].load(Ordering::SeqCst);
            require_seen(found.as_deref(), earliest, latest);
        }
        tokio::task::yield_now().await;
    }
}

/// A read that began after step `earliest` was answered and ended before any step after `latest` began.
fn require_seen(found: Option<&SecretRecord>, earliest: u64, latest: u64) {
    let Some(found) = found else {
        let is_erased = (earliest..=latest).any(|step| step % LIFE == 0);
        return assert!(is_erased, "nothing found between steps {earliest} and {latest}");
    };
    let step: u64 = found.description.as_deref().unwrap().parse().unwrap();
    assert!((earliest..=latest).contains(&step), "step {step} seen between {earliest} and {latest}");
    // The record is of one piece.
    assert_eq!((step - 1) % LIFE + 1, found.revision);
    let current = found.holder(AWSCURRENT).unwrap();
    let (id, text) = if found.revision == 1 {
        ("first".to_owned(), "first".to_owned())
    } else {
        (format!("version-{step}"), step.to_string())
    };
    assert_eq!((current.id.as_str(), &current.value), (id.as_str(), &crate::record::value(&text)));
    assert_eq!(found.versions.len() as u64, found.revision);
}

fn name_of(secret: usize) -> String {
    format!("secret-{secret:02}!")
}

/// A plain generator, so that every run asks the same questions.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from((self.0 >> 16) % bound as u64).unwrap()
    }
}
