//! Which statements speak of an action, without asking all of them.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    Statement,
    statement::{ActionName, ActionPattern, Listed},
};

/// A statement's place in a set of documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) document: usize,
    pub(crate) statement: usize,
}

/// Each statement stands in one kind of row for any one action, so none is found twice.
#[derive(Debug, Default)]
pub(crate) struct Index {
    /// Sorted by service.
    services: Vec<(Box<str>, Service)>,
    /// Of all services: `*` and NotAction.
    every: Vec<Place>,
}

#[derive(Debug, Default)]
struct Service {
    /// Sorted by action.
    exact: Vec<(Box<str>, Vec<Place>)>,
    /// With wildcards in the action.
    wild: Vec<Place>,
}

impl Index {
    pub(crate) const EMPTY: Self = Self { services: Vec::new(), every: Vec::new() };

    pub(crate) fn of<'a>(documents: impl Iterator<Item = &'a [Statement]>) -> Self {
        let mut draft = Draft::default();
        for (document, statements) in documents.enumerate() {
            for (statement, compiled) in statements.iter().enumerate() {
                draft.add(Place { document, statement }, &compiled.actions);
            }
        }
        let finish =
            |(name, (exact, wild)): (_, (Rows, _))| (name, Service { exact: exact.into_iter().collect(), wild });
        Self { services: draft.services.into_iter().map(finish).collect(), every: draft.every }
    }

    /// Statements that speak of the action for sure, and those that may.
    pub(crate) fn candidates(&self, action: &ActionName) -> (&[Place], [&[Place]; 2]) {
        let Some(service) = find(&self.services, action.service()) else { return (&[], [&self.every, &[]]) };
        let exact = find(&service.exact, action.name()).map_or(&[][..], Vec::as_slice);
        (exact, [&self.every, &service.wild])
    }
}

/// An index that still grows.
#[derive(Debug, Default)]
struct Draft {
    services: BTreeMap<Box<str>, (Rows, Vec<Place>)>,
    every: Vec<Place>,
}

type Rows = BTreeMap<Box<str>, Vec<Place>>;

impl Draft {
    fn add(&mut self, place: Place, actions: &Listed<ActionPattern>) {
        let is_every = |pattern: &ActionPattern| matches!(pattern, ActionPattern::Every);
        if actions.is_negated || actions.entries.iter().any(is_every) {
            self.every.push(place);
            return;
        }
        let (mut exact, mut wild) = (BTreeSet::new(), BTreeSet::new());
        for pattern in &actions.entries {
            match pattern {
                ActionPattern::Exact { service, name } => drop(exact.insert((service, name))),
                ActionPattern::Wild { service, .. } => drop(wild.insert(service)),
                ActionPattern::Every => {}
            }
        }
        for (service, name) in exact.into_iter().filter(|(service, _)| !wild.contains(service)) {
            let (rows, _) = self.services.entry(service.clone()).or_default();
            rows.entry(name.clone()).or_default().push(place);
        }
        for service in wild {
            self.services.entry(service.clone()).or_default().1.push(place);
        }
    }
}

fn find<'a, T>(sorted: &'a [(Box<str>, T)], name: &str) -> Option<&'a T> {
    let at = sorted.binary_search_by(|(known, _)| (**known).cmp(name)).ok()?;
    sorted.get(at).map(|(_, found)| found)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{PolicyKind, testing::set};

    fn actions() -> impl Strategy<Value = Vec<&'static str>> {
        let action = prop::sample::select(vec!["*", "a:*", "a:Get*", "a:Get", "A:get", "a:Put", "b:Get", "b:?et"]);
        prop::collection::vec(action, 1..4)
    }

    proptest! {
        #[test]
        fn the_index_finds_what_asking_every_statement_finds(
            documents in prop::collection::vec((actions(), any::<bool>()), 0..6),
            action in prop::sample::select(vec!["a:Get", "a:GetMore", "a:Put", "b:Get", "c:Get", "Get"]),
        ) {
            let text = |(actions, is_negated): &(Vec<&str>, bool)| format!(
                r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","{}":{},"Resource":"*"}}}}"#,
                if *is_negated { "NotAction" } else { "Action" },
                serde_json::to_string(actions).unwrap(),
            );
            let texts: Vec<String> = documents.iter().map(text).collect();
            let set = set(PolicyKind::Identity, &texts.iter().map(String::as_str).collect::<Vec<_>>());
            let action = ActionName::new(action);
            let mut found: Vec<_> = set.speaking_of(&action).map(|found| found.source.id.to_string()).collect();
            found.sort();
            let speaks = |attached: &&crate::Attached| attached.policy.statements()[0].speaks_of_action(&action);
            let mut expected: Vec<_> =
                set.documents().iter().filter(speaks).map(|attached| attached.source.id.to_string()).collect();
            expected.sort();
            prop_assert_eq!(found, expected);
        }
    }
}
