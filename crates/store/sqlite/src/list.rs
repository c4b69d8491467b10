//! Pages of secrets, by seek: rows behind a position, in the order of an index.

use std::sync::Arc;

use contract::{ListOrder, ListQuery, SecretRecord, SortKey, Value, VersionRecord};
use rusqlite::{Connection, Result, ToSql};
use terms::{Scope, StagingLabel, Timestamp, VersionId};

use crate::{
    read::{SECRET, access_day, by_age, secret_row},
    scopes::ScopeNumber,
};

pub(crate) fn list(
    connection: &mut Connection,
    number: ScopeNumber,
    scope: Scope,
    query: &ListQuery,
) -> Result<Vec<SecretRecord>> {
    let transaction = connection.transaction()?;
    let found = if query.order == ListOrder::Name && !query.name_prefixes.is_empty() {
        list_by_prefix(&transaction, number, scope, query)?
    } else {
        list_range(&transaction, number, scope, query, None)?
    };
    let with_labels = |(id, mut record): (i64, SecretRecord)| {
        record.versions = labelled_versions(&transaction, id)?.into_iter().map(Arc::new).collect();
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
) -> Result<Vec<(i64, SecretRecord)>> {
    let mut found = Vec::new();
    for prefix in &query.name_prefixes {
        found.extend(list_range(connection, number, scope, query, Some(prefix))?);
    }
    found.sort_by(|(_, a), (_, b)| if query.descending { b.name.cmp(&a.name) } else { a.name.cmp(&b.name) });
    found.dedup_by_key(|(id, _)| *id);
    found.truncate(query.limit);
    Ok(found)
}

fn list_range(
    connection: &Connection,
    number: ScopeNumber,
    scope: Scope,
    query: &ListQuery,
    prefix: Option<&str>,
) -> Result<Vec<(i64, SecretRecord)>> {
    let mut range = Range::of(number, query);
    if let Some(prefix) = prefix {
        range.narrow_to(prefix);
    }
    let (sql, values) = range.select();
    let mut statement = connection.prepare_cached(&sql)?;
    let rows =
        statement.query_map(rusqlite::params_from_iter(values), |row| Ok((row.get(0)?, secret_row(row, scope)?)))?;
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
        // Names are ASCII, so the highest character ends the range of a prefix.
        let end = format!("{prefix}\u{10FFFF}");
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

pub(crate) const LABELLED_VERSIONS: &str = "SELECT v.version, v.created_at, v.accessed_day, v.sealed IS NULL, l.label \
     FROM label l JOIN version v ON v.secret = l.secret AND v.version = l.version WHERE l.secret = ? ORDER BY l.label";

fn labelled_versions(connection: &Connection, secret: i64) -> Result<Vec<VersionRecord>> {
    let mut statement = connection.prepare_cached(LABELLED_VERSIONS)?;
    let mut rows = statement.query([secret])?;
    let mut versions: Vec<VersionRecord> = Vec::new();
    while let Some(row) = rows.next()? {
        let id = row.get_ref(0)?.as_str()?;
        let label = StagingLabel::new(row.get_ref(4)?.as_str()?);
        match versions.iter_mut().find(|version| version.id == *id) {
            Some(version) => version.labels.push(label),
            None => versions.push(VersionRecord {
                id: VersionId::new(id),
                created_at: Timestamp::from_millis(row.get(1)?),
                accessed: access_day(row.get(2)?),
                labels: vec![label],
                value: if row.get(3)? { Value::Absent } else { Value::NotLoaded },
            }),
        }
    }
    versions.sort_unstable_by(by_age);
    Ok(versions)
}
