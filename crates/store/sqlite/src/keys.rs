//! Every key in memory: read once at the start, replaced by the writer before it answers a change.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use contract::{
    AliasRecord, Change, GrantRecord, KeyChange, KeyDetails, KeyId, KeyMaterialRecord, KeyRecord, MaterialOrigin,
    key_arn,
};
use parking_lot::RwLock;
use rusqlite::{Connection, Result, Row};
use terms::{Region, Scope, Timestamp, Uid};

use crate::read::{parsed, scope_of};

/// Keys are few beside secrets: thousands, not millions.
#[derive(Default)]
pub(crate) struct KeyCache {
    state: RwLock<State>,
}

#[derive(Default)]
struct State {
    keys: HashMap<(Region, [u8; 16]), Arc<KeyRecord>>,
    scopes: HashMap<Scope, ScopeKeys>,
}

#[derive(Default)]
struct ScopeKeys {
    /// That are not gone.
    ids: BTreeMap<KeyId, [u8; 16]>,
    aliases: HashMap<String, [u8; 16]>,
}

impl KeyCache {
    pub(crate) fn load(connection: &Connection) -> Result<Self> {
        let mut keys = read_keys(connection)?;
        read_materials(connection, &mut keys)?;
        read_aliases(connection, &mut keys)?;
        read_grants(connection, &mut keys)?;
        let mut state = State::default();
        for key in keys.into_values() {
            state.put(Arc::new(key));
        }
        Ok(Self { state: RwLock::new(state) })
    }

    pub(crate) fn get(&self, region: Region, bits: [u8; 16]) -> Option<Arc<KeyRecord>> {
        self.state.read().keys.get(&(region, bits)).cloned()
    }

    pub(crate) fn by_alias(&self, scope: Scope, alias: &str) -> Option<Arc<KeyRecord>> {
        let state = self.state.read();
        let bits = state.scopes.get(&scope)?.aliases.get(alias)?;
        state.keys.get(&(scope.region, *bits)).cloned()
    }

    /// By id.
    pub(crate) fn of_scope(&self, scope: Scope) -> Vec<Arc<KeyRecord>> {
        let state = self.state.read();
        let ids = state.scopes.get(&scope).into_iter().flat_map(|keys| keys.ids.values());
        ids.filter_map(|bits| state.keys.get(&(scope.region, *bits)).cloned()).collect()
    }

    /// Called by the writer once the change is durable, in the order of the changes.
    pub(crate) fn bring_up_to_date(&self, change: &Change) {
        let Change::Key(change) = change else { return };
        let mut state = self.state.write();
        match change {
            KeyChange::Create { after } => state.put(Arc::clone(after)),
            KeyChange::Update { before, after } => {
                state.take_aliases(before);
                state.put(Arc::clone(after));
            }
        }
    }
}

impl State {
    fn put(&mut self, key: Arc<KeyRecord>) {
        let scope = self.scopes.entry(key.scope).or_default();
        if key.is_gone() {
            scope.ids.remove(&key.id);
        } else {
            scope.ids.insert(key.id, key.id.bits);
        }
        for alias in &key.aliases {
            scope.aliases.insert(alias.name.clone(), key.id.bits);
        }
        self.keys.insert((key.scope.region, key.id.bits), key);
    }

    /// An alias that has moved on to another key by now stays there.
    fn take_aliases(&mut self, before: &KeyRecord) {
        let Some(scope) = self.scopes.get_mut(&before.scope) else { return };
        for alias in &before.aliases {
            if scope.aliases.get(&alias.name) == Some(&before.id.bits) {
                scope.aliases.remove(&alias.name);
            }
        }
    }
}

type KeysByUid = HashMap<Uid, KeyRecord>;

fn read_keys(connection: &Connection) -> Result<KeysByUid> {
    let mut statement = connection.prepare(
        "SELECT account, region, uid, key_id, revision, details FROM kms_key JOIN scope ON scope.id = scope",
    )?;
    let rows = statement.query_map([], |row| {
        let key = key(row)?;
        Ok((key.uid, key))
    })?;
    rows.collect()
}

fn key(row: &Row<'_>) -> Result<KeyRecord> {
    let scope = scope_of(row, 0)?;
    let id = parsed(3, KeyId::parse(row.get_ref(3)?.as_str()?))?;
    let details: KeyDetails = parsed(5, serde_json::from_str(row.get_ref(5)?.as_str()?).ok())?;
    Ok(KeyRecord {
        scope,
        id,
        uid: Uid::from_bytes(row.get(2)?),
        arn: key_arn(scope, id),
        revision: row.get(4)?,
        details,
        materials: Vec::new(),
        aliases: Vec::new(),
        grants: BTreeMap::new(),
    })
}

fn read_materials(connection: &Connection, keys: &mut KeysByUid) -> Result<()> {
    let mut statement = connection
        .prepare("SELECT key, material_id, made_at, origin, wrapped FROM kms_material ORDER BY key, number")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let material = KeyMaterialRecord {
            id: row.get(1)?,
            made_at: Timestamp::from_millis(row.get(2)?),
            origin: parsed(3, MaterialOrigin::parse(row.get_ref(3)?.as_str()?))?,
            wrapped: row.get(4)?,
        };
        owner(keys, row)?.materials.push(Arc::new(material));
    }
    Ok(())
}

fn read_aliases(connection: &Connection, keys: &mut KeysByUid) -> Result<()> {
    let mut statement =
        connection.prepare("SELECT key, name, created_at, updated_at FROM kms_alias ORDER BY scope, name")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let alias = AliasRecord {
            name: row.get(1)?,
            created_at: Timestamp::from_millis(row.get(2)?),
            updated_at: Timestamp::from_millis(row.get(3)?),
        };
        owner(keys, row)?.aliases.push(alias);
    }
    Ok(())
}

fn read_grants(connection: &Connection, keys: &mut KeysByUid) -> Result<()> {
    let mut statement = connection.prepare("SELECT key, body FROM kms_grant")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let grant: GrantRecord = parsed(1, serde_json::from_str(row.get_ref(1)?.as_str()?).ok())?;
        owner(keys, row)?.grants.insert(grant.id.clone(), Arc::new(grant));
    }
    Ok(())
}

/// The key that the row's first column names.
fn owner<'k>(keys: &'k mut KeysByUid, row: &Row<'_>) -> Result<&'k mut KeyRecord> {
    parsed(0, keys.get_mut(&Uid::from_bytes(row.get(0)?)))
}
