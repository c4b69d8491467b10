//! Lists of secrets, a page at a time.

use terms::{SecretName, Timestamp};

use crate::SecretRecord;

/// Which secrets of a scope, in which order, from where on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListQuery {
    pub order: ListOrder,
    pub descending: bool,
    pub include_scheduled_deletion: bool,
    /// Only names that begin with one of these; empty means every name. Narrows the search, so an engine may ignore it.
    pub name_prefixes: Vec<String>,
    /// Begin behind this position.
    pub after: Option<ListPosition>,
    pub limit: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListOrder {
    Created,
    Changed,
    /// By day; never read comes first.
    Accessed,
    Name,
}

/// Where a page ended: the key it is ordered by, and the name, which breaks ties.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListPosition {
    pub key: SortKey,
    pub name: SecretName,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SortKey {
    /// Milliseconds or a day, by the order.
    Number(i64),
    /// The name itself is the key.
    Name,
}

/// The key of a secret that was never read: before every day.
const NEVER: i64 = i32::MIN as i64;

impl ListPosition {
    pub fn of(order: ListOrder, secret: &SecretRecord) -> Self {
        let key = match order {
            ListOrder::Created => SortKey::Number(Timestamp::as_millis(secret.created_at)),
            ListOrder::Changed => SortKey::Number(Timestamp::as_millis(secret.changed_at)),
            ListOrder::Accessed => SortKey::Number(secret.accessed.day().map_or(NEVER, |day| day.number().into())),
            ListOrder::Name => SortKey::Name,
        };
        Self { key, name: secret.name.clone() }
    }
}
