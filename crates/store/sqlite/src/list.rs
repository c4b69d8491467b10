//! Pages of secrets, by seek: rows behind a position, in the order of an index.

use std::{collections::BTreeSet, sync::Arc};

use contract::{ListOrder, ListPosition, ListQuery, SecretRecord, SortKey, Value, VersionRecord};
use rusqlite::{Connection, Result, ToSql, params};
use terms::{Scope, SecretName, Timestamp, VersionId};

use crate::{
    read::{Labels, SECRET, SecretRow, access_day, by_age, labels_of, secret_by_id},
    scopes::ScopeNumber,
};

pub(crate) fn list(
    connection: &mut Connection,
    number: ScopeNumber,
    scope: Scope,
    query: &ListQuery,
) -> Result<Vec<SecretRecord>> {
    let transaction = connection.transaction()?;
    let found = match (query.order, query.name_prefixes.as_slice()) {
        (_, []) => list_range(&transaction, number, scope, query, None)?,
        (ListOrder::Name, _) => list_by_prefix(&transaction, number, scope, query)?,
        (_, prefixes) => match few_named(&transaction, number, prefixes)? {
            Some(rows) => list_few(&transaction, scope, query, rows)?,
            // So many that they are met soon enough on the way through the order's index.
            None => list_range(&transaction, number, scope, query, prefixes.first().filter(|_| prefixes.len() == 1))?,
        },
    };
    let with_labels = |SecretRow { id, mut record, labels }| {
        record.versions = labelled_versions(&transaction, id, &labels)?;
        Ok(record)
    };
    found.into_iter().map(with_labels).collect()
}

/// Names in name order under a few prefixes: one range each, merged.
fn list_by_prefix(
    connection: &Connection,
    number: ScopeNumber,
    scope: Scope,
    query: &ListQuery,
) -> Result<Vec<SecretRow>> {
    let mut found = Vec::new();
    for prefix in &query.name_prefixes {
        found.extend(list_range(connection, number, scope, query, Some(prefix))?);
    }
    found.sort_by(|a: &SecretRow, b| {
        let (a, b) = (&a.record.name, &b.record.name);
        if query.descending { b.cmp(a) } else { a.cmp(b) }
    });
    found.dedup_by_key(|row| row.id);
    found.truncate(query.limit);
    Ok(found)
}

/// Beyond this many, names that begin alike are no shortcut to the secrets in another order.
const FEW: usize = 5_000;

pub(crate) const NAMED: &str = "SELECT id FROM secret WHERE scope = ? AND name >= ? AND name < ? LIMIT ?";

/// The rows of secrets whose names begin with one of these; None if they are many. Reads the index of names alone.
fn few_named(connection: &Connection, number: ScopeNumber, prefixes: &[String]) -> Result<Option<BTreeSet<i64>>> {
    let mut statement = connection.prepare_cached(NAMED)?;
    let mut found = BTreeSet::new();
    for prefix in prefixes {
        let rows = statement.query_map(params![number, prefix, end_of(prefix), FEW as i64 + 1], |row| row.get(0))?;
        found.extend(rows.collect::<Result<Vec<i64>>>()?);
        if found.len() > FEW {
            return Ok(None);
        }
    }
    Ok(Some(found))
}

/// The page among these rows, sorted here.
fn list_few(connection: &Connection, scope: Scope, query: &ListQuery, rows: BTreeSet<i64>) -> Result<Vec<SecretRow>> {
    let mut statement = connection.prepare_cached(&secret_by_id())?;
    let mut placed = Vec::with_capacity(rows.len());
    for id in rows {
        let row = statement.query_row([id], |row| SecretRow::read(row, scope))?;
        if row.record.delete_at.is_none() || query.include_scheduled_deletion {
            placed.push((place(query.order, &row.record), row));
        }
    }
    if let Some(ListPosition { key, name }) = &query.after {
        let after = (*key, name.clone());
        placed.retain(|(place, _)| if query.descending { *place < after } else { *place > after });
    }
    placed.sort_unstable_by(|(a, _), (b, _)| if query.descending { b.cmp(a) } else { a.cmp(b) });
    placed.truncate(query.limit);
    Ok(placed.into_iter().map(|(_, row)| row).collect())
}

fn place(order: ListOrder, secret: &SecretRecord) -> (SortKey, SecretName) {
    let ListPosition { key, name } = ListPosition::of(order, secret);
    (key, name)
}

/// Names are ASCII, so the highest character ends the range of a prefix.
fn end_of(prefix: &str) -> String {
    format!("{prefix}\u{10FFFF}")
}

fn list_range(
    connection: &Connection,
    number: ScopeNumber,
    scope: Scope,
    query: &ListQuery,
    prefix: Option<&String>,
) -> Result<Vec<SecretRow>> {
    let mut range = Range::of(number, query);
    if let Some(prefix) = prefix {
        range.narrow_to(prefix);
    }
    let (sql, values) = range.select();
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map(rusqlite::params_from_iter(values), |row| SecretRow::read(row, scope))?;
    rows.collect()
}

/// Part of a list: one range of one index.
pub(crate) struct Range<'a> {
    query: &'a ListQuery,
    number: ScopeNumber,
    /// The column that orders the list, unless that is the name.
    column: Option<&'static str>,
    /// Names from here on, and up to there.
    names: (Option<Bound>, Option<Bound>),
    /// Keys and names beyond this one.
    after: Option<(i64, &'a str)>,
}

struct Bound {
    name: String,
    is_open: bool,
}

impl<'a> Range<'a> {
    pub(crate) fn of(number: ScopeNumber, query: &'a ListQuery) -> Self {
        let column = match query.order {
            ListOrder::Created => Some("created_at"),
            ListOrder::Changed => Some("changed_at"),
            ListOrder::Accessed => Some("accessed_day"),
            ListOrder::Name => None,
        };
        let mut range = Self { query, number, column, names: (None, None), after: None };
        if let Some(after) = &query.after {
            let open = || Some(Bound { name: after.name.as_str().to_owned(), is_open: true });
            match (column, after.key) {
                (Some(_), SortKey::Number(key)) => range.after = Some((key, after.name.as_str())),
                _ if query.descending => range.names.1 = open(),
                _ => range.names.0 = open(),
            }
        }
        range
    }

    /// Only one bound on each side reaches the index, so a position inside the prefix takes the place of its edge.
    pub(crate) fn narrow_to(&mut self, prefix: &str) {
        let (from, to) = &mut self.names;
        if from.as_ref().is_none_or(|from| from.name.as_str() < prefix) {
            *from = Some(Bound { name: prefix.to_owned(), is_open: false });
        }
        let end = end_of(prefix);
        if to.as_ref().is_none_or(|to| to.name > end) {
            *to = Some(Bound { name: end, is_open: true });
        }
    }

    pub(crate) fn select(self) -> (String, Vec<Box<dyn ToSql>>) {
        let (beyond, direction) = if self.query.descending { ("<", "DESC") } else { (">", "ASC") };
        let mut sql = format!("{SECRET} WHERE scope = ?");
        let mut values: Vec<Box<dyn ToSql>> = vec![Box::new(self.number)];
        if !self.query.include_scheduled_deletion {
            sql.push_str(" AND delete_at IS NULL");
        }
        for (bound, sign) in [(self.names.0, ">"), (self.names.1, "<")] {
            if let Some(Bound { name, is_open }) = bound {
                sql.push_str(&format!(" AND name {sign}{} ?", if is_open { "" } else { "=" }));
                values.push(Box::new(name));
            }
        }
        if let (Some(column), Some((key, name))) = (self.column, self.after) {
            sql.push_str(&format!(" AND ({column}, name) {beyond} (?, ?)"));
            values.push(Box::new(key));
            values.push(Box::new(name.to_owned()));
        }
        match self.column {
            Some(column) => sql.push_str(&format!(" ORDER BY {column} {direction}, name {direction} LIMIT ?")),
            None => sql.push_str(&format!(" ORDER BY name {direction} LIMIT ?")),
        }
        values.push(Box::new(i64::try_from(self.query.limit).unwrap_or(i64::MAX)));
        (sql, values)
    }
}

pub(crate) const VERSION: &str =
    "SELECT created_at, accessed_day, sealed IS NULL FROM version WHERE secret = ? AND version = ?";

fn labelled_versions(connection: &Connection, secret: i64, labels: &Labels) -> Result<Vec<Arc<VersionRecord>>> {
    let mut statement = connection.prepare_cached(VERSION)?;
    let holders: BTreeSet<&String> = labels.values().collect();
    let version = |id: &String| {
        statement.query_row((secret, id), |row| {
            Ok(VersionRecord {
                id: VersionId::new(id),
                created_at: Timestamp::from_millis(row.get(0)?),
                accessed: access_day(row.get(1)?),
                labels: labels_of(id, labels),
                value: if row.get(2)? { Value::Absent } else { Value::NotLoaded },
            })
        })
    };
    let mut versions: Vec<VersionRecord> = holders.into_iter().map(version).collect::<Result<_>>()?;
    versions.sort_unstable_by(by_age);
    Ok(versions.into_iter().map(Arc::new).collect())
}
