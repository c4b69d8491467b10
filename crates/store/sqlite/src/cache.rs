//! Records kept in memory, values still sealed.
//!
//! INVARIANT (exact): what is cached is what a read of the database would answer. The writer brings an entry up to date
//! after its commit and before it answers. A reader that fills an entry notes the stripe's generation before it reads,
//! and inserts only if no write has passed since. Days of access alone may be ahead: readers move them in place, and the
//! note that tells the database follows.

use std::{
    hash::{BuildHasher, Hash, Hasher, RandomState},
    sync::Arc,
};

use contract::{SecretRecord, Value, VersionRecord};
use parking_lot::Mutex;
use quick_cache::{Equivalent, Weighter, sync::Cache};
use terms::{Day, SecretName, Uid};

use crate::{read::by_age, scopes::ScopeNumber, versions::Counterparts};

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

    /// Called by the writer, after the commit and before the answer; so are the following.
    pub(crate) fn created(&self, scope: ScopeNumber, after: &Arc<SecretRecord>) {
        let mut generation = self.stripe(scope, after.name.as_str()).lock();
        *generation = generation.wrapping_add(1);
        self.put(scope, after);
    }

    /// Days of access may have moved on since the change was planned. What is cached has them; when nothing is, only
    /// the database has, and the next read fills the entry.
    pub(crate) fn changed(&self, scope: ScopeNumber, after: &Arc<SecretRecord>) {
        let mut generation = self.stripe(scope, after.name.as_str()).lock();
        *generation = generation.wrapping_add(1);
        if let Some(before) = self.records.peek(&KeyRef { scope, name: after.name.as_str() }) {
            keep_days(&before, after);
            self.put(scope, after);
        }
    }

    pub(crate) fn erased(&self, scope: ScopeNumber, name: &str) {
        let mut generation = self.stripe(scope, name).lock();
        *generation = generation.wrapping_add(1);
        self.records.remove(&KeyRef { scope, name });
    }

    pub(crate) fn accessed(&self, scope: ScopeNumber, name: &str, secret: Uid, version: &str, day: Day) {
        let mut generation = self.stripe(scope, name).lock();
        *generation = generation.wrapping_add(1);
        let cached = self.records.peek(&KeyRef { scope, name });
        if let Some(record) = cached.filter(|record| record.uid == secret) {
            record.accessed.advance_to(day);
            record.version(version).inspect(|version| {
                version.accessed.advance_to(day);
            });
        }
    }

    fn put(&self, scope: ScopeNumber, record: &Arc<SecretRecord>) {
        let key = Key { scope, name: record.name.clone() };
        match as_labelled_read(record) {
            Some(record) => self.records.insert(key, record),
            None => {
                self.records.remove(&key);
            }
        }
    }

    fn stripe(&self, scope: ScopeNumber, name: &str) -> &Mutex<u64> {
        let hash = self.stripes.hash_one((scope, name));
        let index = usize::try_from(hash % STRIPES as u64).unwrap_or_default();
        // The index is below the length; the first stripe would serve as well.
        self.generations.get(index).unwrap_or(&self.generations[0])
    }
}

/// The record as [`contract::Pick::Labelled`] reads it from the database: with the values of labelled versions and no
/// others, which a secret that is written often would pile up. None if it lacks one of them.
fn as_labelled_read(record: &Arc<SecretRecord>) -> Option<Arc<SecretRecord>> {
    let is_lacking = |version: &VersionRecord| !version.labels.is_empty() && version.value == Value::NotLoaded;
    let is_surplus = |version: &VersionRecord| version.labels.is_empty() && matches!(version.value, Value::Sealed(_));
    let versions = &record.versions;
    if versions.iter().any(|version| is_lacking(version)) {
        return None;
    }
    let is_sorted = versions.is_sorted_by(|a, b| by_age(a, b).is_le());
    if is_sorted && !versions.iter().any(|version| is_surplus(version)) {
        return Some(Arc::clone(record));
    }
    let mut read = SecretRecord::clone(record);
    for version in read.versions.iter_mut().filter(|version| is_surplus(version)) {
        Arc::make_mut(version).value = Value::NotLoaded;
    }
    read.versions.sort_by(|a, b| by_age(a, b));
    Some(Arc::new(read))
}

fn keep_days(before: &SecretRecord, after: &SecretRecord) {
    before.accessed.day().inspect(|day| {
        after.accessed.advance_to(*day);
    });
    let mut before = Counterparts::among(&before.versions);
    for version in &after.versions {
        if let Some(day) = before.find(version).and_then(|version| version.accessed.day()) {
            version.accessed.advance_to(day);
        }
    }
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
        // A policy that was decided with is kept compiled, which takes a few times its text.
        let policy = record.resource_policy.as_ref().map_or(0, |policy| policy.text().len() * 5);
        (own + text(&record.description) + text(&record.kms_key_id) + tags + policy + versions) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::record;

    #[test]
    fn what_was_read_before_a_write_does_not_come_in_after_it() {
        let (old, new) = (record("db", 1, &[]), record("db", 2, &[]));
        let writes: [fn(&RecordCache, &Arc<SecretRecord>); 4] = [
            |cache, new| cache.created(1, new),
            |cache, new| cache.changed(1, new),
            |cache, _| cache.erased(1, "db"),
            |cache, new| cache.accessed(1, "db", new.uid, "none", Day::from_number(1)),
        ];
        for (index, write) in writes.into_iter().enumerate() {
            let cache = RecordCache::new(1 << 20);
            let seen = cache.generation(1, "db");
            write(&cache, &new);
            cache.fill(1, &old, seen);
            assert_ne!(revision(&cache), Some(1), "write {index}");
            let seen = cache.generation(1, "db");
            cache.fill(1, &new, seen);
            assert_eq!(revision(&cache), Some(2));
        }
    }

    #[test]
    fn a_change_replaces_what_is_cached_and_keeps_its_days() {
        let cache = RecordCache::new(1 << 20);
        let (old, new) = (record("db", 1, &[("a", true)]), record("db", 2, &[("a", true), ("b", true)]));
        cache.created(1, &old);
        cache.accessed(1, "db", old.uid, "a", Day::from_number(7));
        cache.changed(1, &new);
        let cached = cache.get(1, "db").unwrap();
        assert_eq!((cached.revision, cached.accessed.day()), (2, Some(Day::from_number(7))));
        assert_eq!(cached.version("a").unwrap().accessed.day(), Some(Day::from_number(7)));
        assert_eq!(cached.version("b").unwrap().accessed.day(), None);
    }

    #[test]
    fn a_change_to_what_is_not_cached_leaves_filling_to_the_next_read() {
        let cache = RecordCache::new(1 << 20);
        cache.changed(1, &record("db", 2, &[]));
        assert_eq!(revision(&cache), None);
    }

    #[test]
    fn a_record_that_grows_out_of_the_cache_takes_its_older_self_along() {
        let cache = RecordCache::new(40 << 10);
        cache.created(1, &record("db", 1, &[]));
        assert_eq!(revision(&cache), Some(1));
        let many: Vec<(String, bool)> = (0..1000).map(|index| (index.to_string(), true)).collect();
        let many: Vec<(&str, bool)> = many.iter().map(|(id, is_labelled)| (id.as_str(), *is_labelled)).collect();
        cache.changed(1, &record("db", 2, &many));
        assert_eq!(revision(&cache), None);
    }

    #[test]
    fn values_without_labels_are_not_kept() {
        let cache = RecordCache::new(1 << 20);
        let record = record("db", 1, &[("old", false), ("current", true)]);
        cache.created(1, &record);
        let cached = cache.get(1, "db").unwrap();
        assert_eq!(cached.version("old").unwrap().value, Value::NotLoaded);
        assert_eq!(cached.version("current"), record.version("current"));
    }

    fn revision(cache: &RecordCache) -> Option<u64> {
        cache.get(1, "db").map(|record| record.revision)
    }
}
