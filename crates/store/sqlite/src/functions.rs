//! Every function in memory, without its code: read once at the start, replaced by the writer before it answers a change.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use contract::{
    Change, CodeRef, FunctionChange, FunctionConfiguration, FunctionDetails, FunctionRecord, FunctionVersion,
    SealedBytes, function_arn,
};
use parking_lot::RwLock;
use rusqlite::{Connection, OptionalExtension, Result, Row};
use terms::{Scope, Uid};

use crate::read::{parsed, scope_of};

/// Functions are few beside secrets: thousands, not millions.
#[derive(Default)]
pub(crate) struct FunctionCache {
    scopes: RwLock<HashMap<Scope, ByName>>,
}

type ByName = BTreeMap<Arc<str>, Arc<FunctionRecord>>;

impl FunctionCache {
    pub(crate) fn load(connection: &Connection) -> Result<Self> {
        let mut scopes: HashMap<Scope, ByName> = HashMap::new();
        let mut versions = read_versions(connection)?;
        let mut statement = connection.prepare(
            "SELECT account, region, uid, name, revision, details FROM function JOIN scope ON scope.id = scope",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let function = function(row, &mut versions)?;
            let of_scope = scopes.entry(function.scope).or_default();
            of_scope.insert(Arc::clone(&function.name), Arc::new(function));
        }
        Ok(Self { scopes: RwLock::new(scopes) })
    }

    pub(crate) fn get(&self, scope: Scope, name: &str) -> Option<Arc<FunctionRecord>> {
        self.scopes.read().get(&scope)?.get(name).cloned()
    }

    /// By name.
    pub(crate) fn of_scope(&self, scope: Scope) -> Vec<Arc<FunctionRecord>> {
        let scopes = self.scopes.read();
        scopes.get(&scope).into_iter().flat_map(|functions| functions.values().cloned()).collect()
    }

    pub(crate) fn reserved(&self, scope: Scope) -> u32 {
        let scopes = self.scopes.read();
        let functions = scopes.get(&scope).into_iter().flat_map(|functions| functions.values());
        functions.filter_map(|function| function.details.reserved_concurrency).fold(0, u32::saturating_add)
    }

    /// Called by the writer once the change is durable, in the order of the changes.
    pub(crate) fn bring_up_to_date(&self, change: &Change) {
        let Change::Function(change) = change else { return };
        let mut scopes = self.scopes.write();
        let functions = scopes.entry(change.function().scope).or_default();
        match change {
            FunctionChange::Create { after, .. } | FunctionChange::Update { after, .. } => {
                functions.insert(Arc::clone(&after.name), Arc::clone(after));
            }
            FunctionChange::Delete { before } => drop(functions.remove(&before.name)),
        }
    }
}

/// The versions of each function, `$LATEST` first.
type Versions = HashMap<Uid, Vec<Arc<FunctionVersion>>>;

fn read_versions(connection: &Connection) -> Result<Versions> {
    let mut statement = connection.prepare(
        "SELECT function, number, code_sha256, code_bytes, details, environment FROM function_version \
         ORDER BY function, number",
    )?;
    let mut versions = Versions::new();
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        versions.entry(Uid::from_bytes(row.get(0)?)).or_default().push(Arc::new(version(row)?));
    }
    Ok(versions)
}

fn version(row: &Row<'_>) -> Result<FunctionVersion> {
    let number: u64 = row.get(1)?;
    let configuration: FunctionConfiguration = parsed(4, serde_json::from_str(row.get_ref(4)?.as_str()?).ok())?;
    Ok(FunctionVersion {
        number: (number > 0).then_some(number),
        code: CodeRef { sha256: row.get(2)?, bytes: row.get(3)? },
        configuration,
        environment: row.get::<_, Option<Vec<u8>>>(5)?.map(SealedBytes::new),
    })
}

fn function(row: &Row<'_>, versions: &mut Versions) -> Result<FunctionRecord> {
    let scope = scope_of(row, 0)?;
    let uid = Uid::from_bytes(row.get(2)?);
    let name: String = row.get(3)?;
    let details: FunctionDetails = parsed(5, serde_json::from_str(row.get_ref(5)?.as_str()?).ok())?;
    let mut versions = versions.remove(&uid).unwrap_or_default().into_iter();
    let latest = parsed(2, versions.next().filter(|version| version.number.is_none()))?;
    Ok(FunctionRecord {
        scope,
        uid,
        arn: function_arn(scope, &name),
        name: name.into(),
        revision: row.get(4)?,
        details,
        latest,
        versions: versions.collect(),
    })
}

pub(crate) const CODE: &str = "SELECT sealed FROM function_code WHERE function = ? AND sha256 = ?";

pub(crate) fn code(connection: &Connection, function: Uid, sha256: &[u8; 32]) -> Result<Option<SealedBytes>> {
    let mut statement = connection.prepare_cached(CODE)?;
    let found = statement.query_row((function.as_bytes(), sha256), |row| row.get::<_, Vec<u8>>(0)).optional()?;
    Ok(found.map(SealedBytes::new))
}
