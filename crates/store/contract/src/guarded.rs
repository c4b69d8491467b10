//! What was read and may not be looked at yet.

use std::{collections::BTreeMap, sync::Arc};

use policy::{Action, Permit, WrongPermit};
use terms::{AccountId, ArnSuffix, Region, Scope};

use crate::{
    AliasRecord, FunctionRecord, GrantRecord, KeyDetails, KeyId, KeyRecord, LogGroupRecord, LogGroupSubject,
    PolicyDocument, SecretRecord, Tag,
};

/// The record of a secret, a key or a function behind a permit. Shows the gate what it needs to decide, and nothing else, until opened; so an
/// operation that forgets to ask does not compile.
#[derive(Clone)]
pub struct Guarded<T>(T);

/// The part of a secret that decisions are made from.
#[derive(Clone, Copy, Debug)]
pub struct DecisionSubject<'a> {
    pub arn: &'a Arc<str>,
    pub scope: Scope,
    pub tags: &'a [Tag],
    pub resource_policy: Option<&'a PolicyDocument>,
    pub partner_type: Option<&'a str>,
    /// The function that rotates the secret.
    pub rotation_function_arn: Option<&'a str>,
    pub origin_region: Region,
}

impl<'a> DecisionSubject<'a> {
    pub fn of(secret: &'a SecretRecord) -> Self {
        Self {
            arn: &secret.arn,
            scope: secret.scope,
            tags: secret.tags.as_deref().unwrap_or_default(),
            resource_policy: secret.resource_policy.as_ref(),
            partner_type: secret.partner_type.as_deref(),
            rotation_function_arn: secret.rotation.as_deref().map(|rotation| &*rotation.function_arn),
            origin_region: secret.origin_region,
        }
    }
}

/// The part of a key that decisions are made from.
#[derive(Clone, Copy, Debug)]
pub struct KeySubject<'a> {
    pub id: KeyId,
    pub arn: &'a Arc<str>,
    pub scope: Scope,
    pub details: &'a KeyDetails,
    pub aliases: &'a [AliasRecord],
    pub grants: &'a BTreeMap<String, Arc<GrantRecord>>,
}

impl<'a> KeySubject<'a> {
    pub fn of(key: &'a KeyRecord) -> Self {
        let KeyRecord { id, ref arn, scope, ref details, ref aliases, ref grants, .. } = *key;
        Self { id, arn, scope, details, aliases, grants }
    }
}

/// The part of a function that decisions are made from.
#[derive(Clone, Copy, Debug)]
pub struct FunctionSubject<'a> {
    /// Without a qualifier.
    pub arn: &'a Arc<str>,
    pub scope: Scope,
    pub tags: &'a [Tag],
    policies: &'a BTreeMap<String, PolicyDocument>,
}

impl<'a> FunctionSubject<'a> {
    pub fn of(function: &'a FunctionRecord) -> Self {
        let FunctionRecord { arn, scope, details, .. } = function;
        Self { arn, scope: *scope, tags: &details.tags, policies: &details.policies }
    }

    /// The policy that is attached to this qualifier, or to the function itself.
    pub fn policy(&self, qualifier: Option<&str>) -> Option<&'a PolicyDocument> {
        self.policies.get(qualifier.unwrap_or(crate::LATEST))
    }
}

/// What a service may act on by itself: something that was read.
pub trait ServiceSubject {
    fn arn_and_scope(&self) -> (&Arc<str>, Scope);
}

/// A page of a list, behind a permit for the list.
pub struct GuardedPage<T>(Vec<T>);

impl Guarded<Arc<SecretRecord>> {
    /// For store adapters.
    pub fn new(record: Arc<SecretRecord>) -> Self {
        Self(record)
    }

    pub fn arn(&self) -> &Arc<str> {
        &self.0.arn
    }

    pub fn account(&self) -> AccountId {
        self.0.scope.account
    }

    /// What policies may ask about the secret.
    pub fn subject(&self) -> DecisionSubject<'_> {
        DecisionSubject::of(&self.0)
    }

    /// Whether the ARN that was asked for is this secret's: an ARN with another suffix means an earlier secret of the
    /// same name.
    pub fn has_suffix(&self, suffix: ArnSuffix) -> bool {
        self.0.suffix == suffix
    }

    /// Opens the record. The permit's resource must be this very secret.
    pub fn open(self, permit: &Permit) -> Result<Arc<SecretRecord>, WrongPermit> {
        permit.covers_resource(&self.0.arn)?;
        Ok(self.0)
    }
}

impl Guarded<Arc<KeyRecord>> {
    /// For store adapters.
    pub fn of_key(key: Arc<KeyRecord>) -> Self {
        Self(key)
    }

    /// What policies may ask about the key.
    pub fn key(&self) -> KeySubject<'_> {
        KeySubject::of(&self.0)
    }

    /// Opens the record. The permit's resource must be this very key.
    pub fn open_key(self, permit: &Permit) -> Result<Arc<KeyRecord>, WrongPermit> {
        permit.covers_resource(&self.0.arn)?;
        Ok(self.0)
    }
}

impl Guarded<Arc<FunctionRecord>> {
    /// For store adapters.
    pub fn of_function(function: Arc<FunctionRecord>) -> Self {
        Self(function)
    }

    /// What policies may ask about the function.
    pub fn function(&self) -> FunctionSubject<'_> {
        FunctionSubject::of(&self.0)
    }

    /// Opens the record. The permit's resource must be this very function, or this qualifier of it.
    pub fn open_function(self, permit: &Permit, qualifier: Option<&str>) -> Result<Arc<FunctionRecord>, WrongPermit> {
        match qualifier {
            None => permit.covers_resource(&self.0.arn)?,
            Some(qualifier) => permit.covers_resource(&format!("{}:{qualifier}", self.0.arn))?,
        }
        Ok(self.0)
    }
}

impl Guarded<Arc<LogGroupRecord>> {
    /// For store adapters.
    pub fn of_log_group(group: Arc<LogGroupRecord>) -> Self {
        Self(group)
    }

    /// What policies may ask about the group.
    pub fn log_group(&self) -> LogGroupSubject<'_> {
        LogGroupSubject::of(&self.0)
    }

    /// Opens the record. The permit's resource must be this very group, or something in it.
    pub fn open_log_group(self, permit: &Permit) -> Result<Arc<LogGroupRecord>, WrongPermit> {
        self.0.require_permit(permit)?;
        Ok(self.0)
    }
}

impl ServiceSubject for Guarded<Arc<LogGroupRecord>> {
    fn arn_and_scope(&self) -> (&Arc<str>, Scope) {
        (&self.0.arn, self.0.scope)
    }
}

impl ServiceSubject for Guarded<Arc<FunctionRecord>> {
    fn arn_and_scope(&self) -> (&Arc<str>, Scope) {
        (&self.0.arn, self.0.scope)
    }
}

impl ServiceSubject for Guarded<Arc<SecretRecord>> {
    fn arn_and_scope(&self) -> (&Arc<str>, Scope) {
        (&self.0.arn, self.0.scope)
    }
}

impl ServiceSubject for Guarded<Arc<KeyRecord>> {
    fn arn_and_scope(&self) -> (&Arc<str>, Scope) {
        (&self.0.arn, self.0.scope)
    }
}

impl<T> GuardedPage<T> {
    /// For store adapters.
    pub fn new(items: Vec<T>) -> Self {
        Self(items)
    }

    pub fn open(self, permit: &Permit, action: Action) -> Result<Vec<T>, WrongPermit> {
        permit.covers_every(action)?;
        Ok(self.0)
    }
}

impl<T> std::fmt::Debug for Guarded<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Guarded(..)")
    }
}

impl<T> std::fmt::Debug for GuardedPage<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "GuardedPage({} items)", self.0.len())
    }
}
