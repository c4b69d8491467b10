//! All of an account's IAM at one moment.

use std::{collections::BTreeMap, collections::HashMap, sync::Arc};

use terms::{AccountId, Uid};

use crate::{
    AccountSettings, CredentialRecord, Entity, EntityKey, EntityKind, GroupRecord, InstanceProfileRecord,
    MfaDeviceRecord, PolicyRecord, RoleRecord, UserRecord,
};

/// Users, groups, roles, policies, profiles, devices and access keys of one account, consistent with each other.
///
/// Adapters keep it in memory and replace it whole before they answer a change, so that two decisions which see the
/// same `Arc` see the same world. Lists are ordered by name, whatever its case.
#[derive(Clone, Debug)]
pub struct Identities {
    pub account: AccountId,
    /// Raised by every change of the account's IAM; a change is committed only against the revision it read.
    pub revision: u64,
    pub settings: Arc<AccountSettings>,
    users: BTreeMap<String, Arc<UserRecord>>,
    groups: BTreeMap<String, Arc<GroupRecord>>,
    roles: BTreeMap<String, Arc<RoleRecord>>,
    policies: BTreeMap<String, Arc<PolicyRecord>>,
    instance_profiles: BTreeMap<String, Arc<InstanceProfileRecord>>,
    mfa_devices: BTreeMap<String, Arc<MfaDeviceRecord>>,
    access_keys: BTreeMap<String, Arc<CredentialRecord>>,
    /// Users, groups, roles, policies and instance profiles by id.
    by_id: HashMap<String, EntityKey>,
}

/// A change of an account's IAM: what is put in the place of whatever had its key, and what is taken away.
///
/// It is made of one [`Identities`] and committed only if that is still the account's state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityChange {
    pub account: AccountId,
    /// The revision that was read.
    pub revision: u64,
    /// Taken away first: a renamed entity is deleted and put.
    pub deletes: Vec<EntityKey>,
    pub puts: Vec<Entity>,
}

impl Identities {
    /// An account without any.
    pub fn empty(account: AccountId, revision: u64) -> Self {
        Self {
            account,
            revision,
            settings: Arc::default(),
            users: BTreeMap::new(),
            groups: BTreeMap::new(),
            roles: BTreeMap::new(),
            policies: BTreeMap::new(),
            instance_profiles: BTreeMap::new(),
            mfa_devices: BTreeMap::new(),
            access_keys: BTreeMap::new(),
            by_id: HashMap::new(),
        }
    }

    pub fn user(&self, name: &str) -> Option<&Arc<UserRecord>> {
        self.users.get(&name.to_ascii_lowercase())
    }

    pub fn group(&self, name: &str) -> Option<&Arc<GroupRecord>> {
        self.groups.get(&name.to_ascii_lowercase())
    }

    pub fn role(&self, name: &str) -> Option<&Arc<RoleRecord>> {
        self.roles.get(&name.to_ascii_lowercase())
    }

    pub fn policy(&self, name: &str) -> Option<&Arc<PolicyRecord>> {
        self.policies.get(&name.to_ascii_lowercase())
    }

    pub fn instance_profile(&self, name: &str) -> Option<&Arc<InstanceProfileRecord>> {
        self.instance_profiles.get(&name.to_ascii_lowercase())
    }

    pub fn mfa_device(&self, serial_number: &str) -> Option<&Arc<MfaDeviceRecord>> {
        self.mfa_devices.get(serial_number)
    }

    pub fn access_key(&self, id: &str) -> Option<&Arc<CredentialRecord>> {
        self.access_keys.get(id)
    }

    /// The policy with this ARN. An ARN keeps the case in which it was made.
    pub fn policy_by_arn(&self, arn: &str) -> Option<&Arc<PolicyRecord>> {
        let (_, name) = arn.rsplit_once('/')?;
        self.policy(name).filter(|policy| policy.arn == arn)
    }

    pub fn user_by_id(&self, id: &str) -> Option<&Arc<UserRecord>> {
        let key = self.by_id.get(id).filter(|key| key.kind == EntityKind::User)?;
        self.users.get(&key.name)
    }

    pub fn role_by_id(&self, id: &str) -> Option<&Arc<RoleRecord>> {
        let key = self.by_id.get(id).filter(|key| key.kind == EntityKind::Role)?;
        self.roles.get(&key.name)
    }

    pub fn users(&self) -> impl Iterator<Item = &Arc<UserRecord>> {
        self.users.values()
    }

    pub fn groups(&self) -> impl Iterator<Item = &Arc<GroupRecord>> {
        self.groups.values()
    }

    pub fn groups_of<'a>(&'a self, user_id: &'a str) -> impl Iterator<Item = &'a Arc<GroupRecord>> {
        self.groups.values().filter(move |group| group.members.contains(user_id))
    }

    pub fn roles(&self) -> impl Iterator<Item = &Arc<RoleRecord>> {
        self.roles.values()
    }

    pub fn policies(&self) -> impl Iterator<Item = &Arc<PolicyRecord>> {
        self.policies.values()
    }

    pub fn instance_profiles(&self) -> impl Iterator<Item = &Arc<InstanceProfileRecord>> {
        self.instance_profiles.values()
    }

    pub fn mfa_devices(&self) -> impl Iterator<Item = &Arc<MfaDeviceRecord>> {
        self.mfa_devices.values()
    }

    pub fn access_keys(&self) -> impl Iterator<Item = &Arc<CredentialRecord>> {
        self.access_keys.values()
    }

    /// Oldest first. The root user's are those without a user.
    pub fn access_keys_of(&self, user_id: Option<&str>) -> Vec<&Arc<CredentialRecord>> {
        let mut keys: Vec<_> = self.access_keys.values().filter(|key| key.user.as_deref() == user_id).collect();
        keys.sort_by(|a, b| (a.created_at, &a.access_key_id).cmp(&(b.created_at, &b.access_key_id)));
        keys
    }

    /// Does anything in the account go by this id already?
    pub fn has_id(&self, id: &str) -> bool {
        self.by_id.contains_key(id)
    }

    /// A change of what was read here.
    pub fn change(&self) -> IdentityChange {
        IdentityChange { account: self.account, revision: self.revision, deletes: Vec::new(), puts: Vec::new() }
    }

    /// For adapters: the state after the change.
    #[must_use]
    pub fn after(&self, change: &IdentityChange) -> Self {
        let mut after = self.clone();
        after.revision = change.revision.saturating_add(1);
        for key in &change.deletes {
            after.delete(key);
        }
        for entity in &change.puts {
            after.put(entity.clone());
        }
        after
    }

    /// For adapters: an entity as it was read.
    pub fn put(&mut self, entity: Entity) {
        let key = entity.key();
        self.delete(&key);
        let name = key.name.clone();
        match entity {
            Entity::User(user) => {
                self.by_id.insert(user.id.clone(), key);
                self.users.insert(name, Arc::new(user));
            }
            Entity::Group(group) => {
                self.by_id.insert(group.id.clone(), key);
                self.groups.insert(name, Arc::new(group));
            }
            Entity::Role(role) => {
                self.by_id.insert(role.id.clone(), key);
                self.roles.insert(name, Arc::new(role));
            }
            Entity::Policy(policy) => {
                self.by_id.insert(policy.id.clone(), key);
                self.policies.insert(name, Arc::new(policy));
            }
            Entity::InstanceProfile(profile) => {
                self.by_id.insert(profile.id.clone(), key);
                self.instance_profiles.insert(name, Arc::new(profile));
            }
            Entity::MfaDevice(device) => {
                self.mfa_devices.insert(name, Arc::new(device));
            }
            Entity::AccessKey(access_key) => {
                self.access_keys.insert(name, Arc::new(access_key));
            }
            Entity::Settings(settings) => self.settings = Arc::new(settings),
        }
    }

    fn delete(&mut self, key: &EntityKey) {
        let name = &key.name;
        let id = match key.kind {
            EntityKind::User => self.users.remove(name).map(|user| user.id.clone()),
            EntityKind::Group => self.groups.remove(name).map(|group| group.id.clone()),
            EntityKind::Role => self.roles.remove(name).map(|role| role.id.clone()),
            EntityKind::Policy => self.policies.remove(name).map(|policy| policy.id.clone()),
            EntityKind::InstanceProfile => self.instance_profiles.remove(name).map(|profile| profile.id.clone()),
            EntityKind::MfaDevice => {
                self.mfa_devices.remove(name);
                None
            }
            EntityKind::AccessKey => {
                self.access_keys.remove(name);
                None
            }
            EntityKind::Settings => {
                self.settings = Arc::default();
                None
            }
        };
        if let Some(id) = id {
            self.by_id.remove(&id);
        }
    }
}

impl IdentityChange {
    #[must_use]
    pub fn put(mut self, entity: Entity) -> Self {
        self.puts.push(entity);
        self
    }

    #[must_use]
    pub fn delete(mut self, kind: EntityKind, name: &str) -> Self {
        self.deletes.push(EntityKey::new(kind, name));
        self
    }

    /// Every kind that the change touches.
    pub fn kinds(&self) -> impl Iterator<Item = EntityKind> {
        self.puts.iter().map(Entity::kind).chain(self.deletes.iter().map(|key| key.kind))
    }
}

/// The id under which an account's IAM stands on the trail, with the account's revision: `iam:` and its number.
pub fn account_uid(account: AccountId) -> Uid {
    let mut bytes = [0; 16];
    for (to, from) in bytes.iter_mut().zip(b"iam:".iter().copied().chain(account.as_str().bytes())) {
        *to = from;
    }
    Uid::from_bytes(bytes)
}
