//! Versions of one secret, before and after.

use std::sync::Arc;

use contract::VersionRecord;

/// Finds the counterparts of versions in another list. The lists mostly hold the same records in the same order, so the
/// one behind the last that was found is looked at first: a hundred versions take a hundred steps.
pub(crate) struct Counterparts<'a> {
    versions: &'a [Arc<VersionRecord>],
    next: usize,
}

impl<'a> Counterparts<'a> {
    pub(crate) fn among(versions: &'a [Arc<VersionRecord>]) -> Self {
        Self { versions, next: 0 }
    }

    pub(crate) fn find(&mut self, version: &Arc<VersionRecord>) -> Option<&'a Arc<VersionRecord>> {
        let is_counterpart = |other: &Arc<VersionRecord>| Arc::ptr_eq(other, version) || other.id == version.id;
        let index = match self.versions.get(self.next) {
            Some(next) if is_counterpart(next) => self.next,
            _ => self.versions.iter().position(is_counterpart)?,
        };
        self.next = index.saturating_add(1);
        self.versions.get(index)
    }
}

#[cfg(test)]
mod tests {
    use contract::{AccessDay, Value};
    use terms::{Timestamp, VersionId};

    use super::*;

    #[test]
    fn counterparts_are_found_in_any_order_and_only_if_there_are_some() {
        let list = |ids: &str| -> Vec<_> { ids.chars().map(version).collect() };
        let (all, some) = (list("abcde"), list("bdex"));
        let found = |of: &[Arc<VersionRecord>], among: &[Arc<VersionRecord>]| -> String {
            let mut counterparts = Counterparts::among(among);
            of.iter().map(|version| counterparts.find(version).map_or("-", |found| found.id.as_str())).collect()
        };
        assert_eq!(found(&all, &some), "-b-de");
        assert_eq!(found(&some, &all), "bde-");
        assert_eq!(found(&list("edcba"), &all), "edcba");
        assert_eq!(found(&all, &[]), "-----");
    }

    fn version(id: char) -> Arc<VersionRecord> {
        let id = VersionId::new(&id.to_string());
        let created_at = Timestamp::from_millis(0);
        Arc::new(VersionRecord {
            id,
            created_at,
            accessed: AccessDay::never(),
            labels: Vec::new(),
            value: Value::Absent,
        })
    }
}
