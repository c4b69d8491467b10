//! Records kept in memory, values still sealed.
//!
//! INVARIANT (exact): what is cached is what a read of the database would answer. The writer replaces an entry after
//! its commit and before it answers. A reader that fills an entry notes the stripe's generation before it reads, and
//! inserts only if no write has passed since.

use std::{
    hash::{BuildHasher, Hash, Hasher, RandomState},
    sync::Arc,
};

use contract::{SecretRecord, Value};
use parking_lot::Mutex;
use quick_cache::{Equivalent, Weighter, sync::Cache};
use terms::SecretName;

use crate::scopes::ScopeNumber;

const STRIPES: usize = 64;

pub(crate) struct RecordCache {
    records: Cache<Key, Arc<SecretRecord>, ByBytes>,
    generations: [Mutex<u64>; STRIPES],
    stripes: RandomState,
}

/// Passed from before a database read to the insertion of its result.
#[derive(Clone, Copy)]
pub(crate) struct Generation(u64);

#[derive(Clone, PartialEq, Eq)]
struct Key {
    scope: ScopeNumber,
    name: SecretName,
}

struct KeyRef<'a> {
    scope: ScopeNumber,
    name: &'a str,
}

#[derive(Clone)]
struct ByBytes;

impl RecordCache {
    pub(crate) fn new(bytes_max: u64) -> Self {
        // A record with a short value weighs about a kilobyte.
        let items = usize::try_from(bytes_max / 1024).unwrap_or(usize::MAX).clamp(1024, 4_000_000);
        Self {
            records: Cache::with_weighter(items, bytes_max, ByBytes),
            generations: [const { Mutex::new(0) }; STRIPES],
            stripes: RandomState::new(),
        }
    }

    pub(crate) fn get(&self, scope: ScopeNumber, name: &str) -> Option<Arc<SecretRecord>> {
        self.records.get(&KeyRef { scope, name })
    }

    pub(crate) fn generation(&self, scope: ScopeNumber, name: &str) -> Generation {
        Generation(*self.stripe(scope, name).lock())
    }

    /// Keeps what was read, unless a write has passed since `seen`.
    pub(crate) fn fill(&self, scope: ScopeNumber, record: &Arc<SecretRecord>, seen: Generation) {
        let generation = self.stripe(scope, record.name.as_str()).lock();
        if *generation == seen.0 {
            self.put(scope, record);
        }
    }

    /// Called by the writer, after the commit and before the answer.
    pub(crate) fn replace(&self, scope: ScopeNumber, record: &Arc<SecretRecord>) {
        let mut generation = self.stripe(scope, record.name.as_str()).lock();
        *generation = generation.wrapping_add(1);
        self.put(scope, record);
    }

    /// Called by the writer, after the commit and before the answer.
    pub(crate) fn remove(&self, scope: ScopeNumber, name: &str) {
        let mut generation = self.stripe(scope, name).lock();
        *generation = generation.wrapping_add(1);
        self.records.remove(&KeyRef { scope, name });
    }

    fn put(&self, scope: ScopeNumber, record: &Arc<SecretRecord>) {
        let key = Key { scope, name: record.name.clone() };
        if answers_every_labelled_read(record) {
            self.records.insert(key, Arc::clone(record));
        } else {
            self.records.remove(&key);
        }
    }

    fn stripe(&self, scope: ScopeNumber, name: &str) -> &Mutex<u64> {
        let hash = self.stripes.hash_one((scope, name));
        let index = usize::try_from(hash % STRIPES as u64).unwrap_or_default();
        // The index is below the length; the first stripe would serve as well.
        self.generations.get(index).unwrap_or(&self.generations[0])
    }
}

/// A cached record must carry the values that [`contract::Pick::Labelled`] promises.
fn answers_every_labelled_read(record: &SecretRecord) -> bool {
    record.versions.iter().all(|version| version.labels.is_empty() || version.value != Value::NotLoaded)
}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        KeyRef { scope: self.scope, name: self.name.as_str() }.hash(state);
    }
}

impl Hash for KeyRef<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_i64(self.scope);
        state.write(self.name.as_bytes());
    }
}

impl Equivalent<Key> for KeyRef<'_> {
    fn equivalent(&self, key: &Key) -> bool {
        self.scope == key.scope && self.name == key.name.as_str()
    }
}

impl Weighter<Key, Arc<SecretRecord>> for ByBytes {
    fn weight(&self, _key: &Key, record: &Arc<SecretRecord>) -> u64 {
        const RECORD: usize = 420;
        const VERSION: usize = 160;
        const LABEL: usize = 48;
        let text = |text: &Option<Arc<str>>| text.as_ref().map_or(0, |text| text.len() + 16);
        let tags: usize =
            record.tags.iter().flat_map(|tags| tags.iter()).map(|tag| tag.key.len() + tag.value.len() + 64).sum();
        let versions: usize = record
            .versions
            .iter()
            .map(|version| {
                let value = if let Value::Sealed(sealed) = &version.value { sealed.as_bytes().len() } else { 0 };
                VERSION + version.id.as_str().len() + version.labels.len() * LABEL + value
            })
            .sum();
        let own = RECORD + 2 * record.name.as_str().len() + record.arn.len();
        (own + text(&record.description) + text(&record.kms_key_id) + tags + versions) as u64
    }
}
