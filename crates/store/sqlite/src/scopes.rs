//! The numbers that stand for an account in a region.

use std::collections::HashMap;

use parking_lot::RwLock;
use rusqlite::{Connection, Result, params};
use terms::Scope;

use crate::read::scope_of;

/// Number of a scope in this database.
pub(crate) type ScopeNumber = i64;

/// Every scope of the database. Few, and never removed.
#[derive(Default)]
pub(crate) struct Scopes {
    numbers: RwLock<HashMap<Scope, ScopeNumber>>,
}

impl Scopes {
    pub(crate) fn load(connection: &Connection) -> Result<Self> {
        let scopes = Self::default();
        let mut statement = connection.prepare("SELECT id, account, region FROM scope")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            scopes.remember(scope_of(row, 1)?, row.get(0)?);
        }
        Ok(scopes)
    }

    pub(crate) fn number(&self, scope: Scope) -> Option<ScopeNumber> {
        self.numbers.read().get(&scope).copied()
    }

    /// The number of the scope, given out now if it has none. The row belongs to the caller's transaction, so it is
    /// remembered only by [`Scopes::remember`], after the commit.
    pub(crate) fn number_or_insert(&self, connection: &Connection, scope: Scope) -> Result<ScopeNumber> {
        if let Some(number) = self.number(scope) {
            return Ok(number);
        }
        let (account, region) = (scope.account.as_str(), scope.region.as_str());
        connection.execute("INSERT OR IGNORE INTO scope (account, region) VALUES (?, ?)", (account, region))?;
        connection.query_row("SELECT id FROM scope WHERE account = ? AND region = ?", params![account, region], |row| {
            row.get(0)
        })
    }

    /// Called once the row is committed.
    pub(crate) fn remember(&self, scope: Scope, number: ScopeNumber) {
        self.numbers.write().insert(scope, number);
    }
}
