//! What policies may ask about a request.

use std::collections::BTreeMap;

use crate::in_lower_case;

/// Values of condition keys.
pub trait ConditionContext {
    /// Calls `take` for each value of the key, which is given in lower case (`aws:principaltag/team`, as
    /// [`in_lower_case`] makes it). False: the key is absent, and `take` was not called. A key that is present
    /// without values answers true and calls nothing.
    fn values(&self, key: &str, take: &mut dyn FnMut(&str)) -> bool;
}

/// Keys and values in a map, for tests, simulation and small requests.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MapContext(BTreeMap<String, Vec<String>>);

impl MapContext {
    /// Replaces the key's values. The key's case does not matter.
    pub fn insert<V: Into<String>>(&mut self, key: &str, values: impl IntoIterator<Item = V>) {
        self.0.insert(in_lower_case(key), values.into_iter().map(Into::into).collect());
    }

    /// Forgets the key. The key's case does not matter.
    pub fn remove(&mut self, key: &str) {
        self.0.remove(&in_lower_case(key));
    }
}

impl ConditionContext for MapContext {
    fn values(&self, key: &str, take: &mut dyn FnMut(&str)) -> bool {
        let Some(values) = self.0.get(key) else { return false };
        values.iter().for_each(|value| take(value));
        true
    }
}
