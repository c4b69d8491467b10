//! Every account's IAM in memory: read once at the start, replaced by the writer before it answers a change.

use std::{collections::HashMap, sync::Arc};

use contract::{
    AccountSettings, Change, CredentialRecord, CredentialStatus, Entity, EntityKind, Identities, IdentityChange,
};
use parking_lot::RwLock;
use rusqlite::{Connection, Result, Row};
use terms::{AccountId, Timestamp};

use crate::read::{account_id, parsed};

/// IAM is small beside secrets: thousands of entities, not millions.
#[derive(Default)]
pub(crate) struct IdentityCache {
    state: RwLock<State>,
}

#[derive(Default)]
struct State {
    /// Open accounts.
    accounts: HashMap<AccountId, Arc<Identities>>,
    /// The account of each of their access keys.
    access_keys: HashMap<String, AccountId>,
}

impl IdentityCache {
    pub(crate) fn load(connection: &Connection) -> Result<Self> {
        let mut state = State::default();
        let mut accounts: HashMap<AccountId, Identities> = HashMap::new();
        let mut statement =
            connection.prepare("SELECT account, identity_revision FROM account WHERE status = 'Active'")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let account = account_id(row, 0)?;
            accounts.insert(account, Identities::empty(account, row.get(1)?));
        }
        let mut statement = connection.prepare("SELECT account, kind, body FROM identity")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            if let Some(identities) = accounts.get_mut(&account_id(row, 0)?) {
                identities.put(entity(row)?);
            }
        }
        let mut statement = connection
            .prepare("SELECT account, access_key_id, user_id, created_at, status, sealed_secret FROM credential")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let access_key = access_key(row)?;
            if let Some(identities) = accounts.get_mut(&access_key.account) {
                state.access_keys.insert(access_key.access_key_id.clone(), access_key.account);
                identities.put(Entity::AccessKey(access_key));
            }
        }
        state.accounts = accounts.into_iter().map(|(account, identities)| (account, Arc::new(identities))).collect();
        Ok(Self { state: RwLock::new(state) })
    }

    pub(crate) fn get(&self, account: AccountId) -> Option<Arc<Identities>> {
        self.state.read().accounts.get(&account).cloned()
    }

    pub(crate) fn access_key(&self, access_key_id: &str) -> Option<CredentialRecord> {
        let state = self.state.read();
        let account = state.access_keys.get(access_key_id)?;
        let access_key = state.accounts.get(account)?.access_key(access_key_id)?;
        Some(CredentialRecord::clone(access_key))
    }

    /// Called by the writer once the change is durable, in the order of the changes.
    pub(crate) fn bring_up_to_date(&self, change: &Change) {
        match change {
            Change::Account(account) => {
                let identities = Arc::new(Identities::empty(account.id, 0));
                self.state.write().accounts.insert(account.id, identities);
            }
            Change::CloseAccount(account) => {
                let mut state = self.state.write();
                state.accounts.remove(account);
                state.access_keys.retain(|_, owner| owner != account);
            }
            Change::Identity(change) => self.replace(change),
            Change::Deployment(_)
            | Change::Secret(_)
            | Change::Key(_)
            | Change::Function(_)
            | Change::LogGroup(_)
            | Change::LogContent(_)
            | Change::RotationAttempt(_) => {}
        }
    }

    fn replace(&self, change: &IdentityChange) {
        // There is one writer, so what is read here is what is replaced.
        let Some(before) = self.get(change.account) else { return };
        let after = Arc::new(before.after(change));
        let mut state = self.state.write();
        for key in change.deletes.iter().filter(|key| key.kind == EntityKind::AccessKey) {
            state.access_keys.remove(&key.name);
        }
        for entity in &change.puts {
            if let Entity::AccessKey(access_key) = entity {
                state.access_keys.insert(access_key.access_key_id.clone(), change.account);
            }
        }
        state.accounts.insert(change.account, after);
    }
}

fn entity(row: &Row<'_>) -> Result<Entity> {
    let kind = parsed(1, EntityKind::parse(row.get_ref(1)?.as_str()?))?;
    let body = row.get_ref(2)?.as_str()?;
    let entity = match kind {
        EntityKind::User => serde_json::from_str(body).map(Entity::User),
        EntityKind::Group => serde_json::from_str(body).map(Entity::Group),
        EntityKind::Role => serde_json::from_str(body).map(Entity::Role),
        EntityKind::Policy => serde_json::from_str(body).map(Entity::Policy),
        EntityKind::InstanceProfile => serde_json::from_str(body).map(Entity::InstanceProfile),
        EntityKind::MfaDevice => serde_json::from_str(body).map(Entity::MfaDevice),
        EntityKind::Settings => serde_json::from_str::<AccountSettings>(body).map(Entity::Settings),
        // Access keys have a table of their own.
        EntityKind::AccessKey => return parsed(1, None),
    };
    parsed(2, entity.ok())
}

fn access_key(row: &Row<'_>) -> Result<CredentialRecord> {
    Ok(CredentialRecord {
        account: account_id(row, 0)?,
        access_key_id: row.get(1)?,
        user: row.get(2)?,
        created_at: Timestamp::from_millis(row.get(3)?),
        status: match row.get_ref(4)?.as_str()? {
            "Active" => CredentialStatus::Active,
            _ => CredentialStatus::Inactive,
        },
        sealed_secret: row.get(5)?,
    })
}

/// The body of an entity's row. None for an access key, which has a table of its own.
pub(crate) fn body(entity: &Entity) -> Option<serde_json::Result<String>> {
    Some(match entity {
        Entity::User(user) => serde_json::to_string(user),
        Entity::Group(group) => serde_json::to_string(group),
        Entity::Role(role) => serde_json::to_string(role),
        Entity::Policy(policy) => serde_json::to_string(policy),
        Entity::InstanceProfile(profile) => serde_json::to_string(profile),
        Entity::MfaDevice(device) => serde_json::to_string(device),
        Entity::Settings(settings) => serde_json::to_string(settings),
        Entity::AccessKey(_) => return None,
    })
}
