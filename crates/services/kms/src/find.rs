//! From what the caller wrote to a key, and to the right to use it.

use std::sync::Arc;

use contract::{Guarded, KeyRecord, KeySubject, StoreError};
use gate::{Caller, RequestContext, RequestTags, ResourcePolicy, Target};
use policy::{Action, Permit, Resource};
use seal::{KeyMaterial, KeyRef};
use terms::Scope;

use crate::{
    error::Error,
    grants::granted,
    key_id::{Name, NamedKey},
    key_keys::{KeyKeys, KeyUse},
    keyring::KeyringError,
    room::Room,
};

/// A key that was found, and the alias by which it was asked for.
pub(crate) struct FoundKey {
    pub(crate) key: Guarded<Arc<KeyRecord>>,
    pub(crate) alias: Option<String>,
}

/// Who asks for the use of a key, by itself or through a service.
#[derive(Clone, Copy)]
pub(crate) struct Asker<'a> {
    pub(crate) context: &'a RequestContext,
    pub(crate) caller: &'a Caller,
    /// As `secretsmanager.amazonaws.com`.
    pub(crate) via: Option<&'static str>,
}

impl Room {
    /// A key that is gone is not found, and neither is one of another account that is not there: whether it is, is
    /// nobody's business.
    pub(crate) async fn find(&self, asker: Asker<'_>, action: Action, named: &NamedKey) -> Result<FoundKey, Error> {
        match self.look_up(named).await? {
            Some(key) => {
                let alias = if let Name::Alias(alias) = &named.name { Some(alias.clone()) } else { None };
                Ok(FoundKey { key, alias })
            }
            None if named.scope.account == asker.caller.account() => Err(named.not_found()),
            None => Err(self.refuse_unknown(asker, action, named).await),
        }
    }

    pub(crate) async fn look_up(&self, named: &NamedKey) -> Result<Option<Guarded<Arc<KeyRecord>>>, StoreError> {
        let found = match &named.name {
            Name::Id(id) => self.store.key(named.scope.region, id.bits).await?,
            Name::Alias(alias) => self.store.key_by_alias(named.scope, alias).await?,
        };
        Ok(found.filter(|key| is_there(key.key()) && is_as_named(key.key(), named)))
    }

    /// What seals with a key now.
    pub(crate) async fn newest_material(&self, key: &KeyRecord) -> Result<(KeyRef, Arc<KeyMaterial>), Error> {
        let (number, _) = key.newest_material().ok_or(KeyringError::NoMaterial(key.id))?;
        let material = self.keyring.material(key, number).await?;
        Ok((KeyRef { key: key.id.bits, material: number }, material))
    }

    /// The caller's right to a key, for one action.
    pub(crate) async fn authorize_key(
        &self,
        asker: Asker<'_>,
        action: Action,
        key: &KeySubject<'_>,
        asked: &KeyUse<'_>,
    ) -> Result<Permit, Error> {
        let basis = Basis::new(asker, action, key, asked, self.is_served(asker, key).await?);
        Ok(self.gate.authorize(asker.context, asker.caller, action, &basis.target()).await?)
    }

    /// Has the caller this right? Nothing is kept of the answer.
    pub(crate) async fn may_use_key(
        &self,
        asker: Asker<'_>,
        action: Action,
        key: &KeySubject<'_>,
        asked: &KeyUse<'_>,
    ) -> Result<bool, Error> {
        let basis = Basis::new(asker, action, key, asked, self.is_served(asker, key).await?);
        Ok(self.gate.may(asker.context, asker.caller, action, &basis.target())?)
    }

    /// The keys of a closed account serve nobody. Callers of an account that is closed do not come this far.
    async fn is_served(&self, asker: Asker<'_>, key: &KeySubject<'_>) -> Result<bool, StoreError> {
        let account = key.scope.account;
        Ok(account == asker.caller.account() || self.store.identities(account).await?.is_some())
    }

    /// A refusal as of a key whose policy allows nothing.
    pub(crate) async fn refuse_unknown(&self, asker: Asker<'_>, action: Action, named: &NamedKey) -> Error {
        let arn: Arc<str> = named.arn().into();
        let resource = Resource::One { asked: Arc::clone(&arn), arn, account: named.scope.account };
        let target = Target::new(&resource)
            .with_policy(Some(ResourcePolicy::NoKey))
            .with_via(asker.via)
            .with_request_tags(RequestTags::None);
        match self.gate.authorize(asker.context, asker.caller, action, &target).await {
            Ok(_) => Error::Internal("a key that is not there was allowed".to_owned()),
            Err(error) => error.into(),
        }
    }
}

/// What a decision about a key is made from.
struct Basis<'a> {
    resource: Resource,
    granted: Vec<&'a str>,
    keys: KeyKeys<'a>,
    is_served: bool,
}

impl<'a> Basis<'a> {
    fn new(
        asker: Asker<'a>,
        action: Action,
        subject: &'a KeySubject<'a>,
        asked: &'a KeyUse<'a>,
        is_served: bool,
    ) -> Self {
        let arn = Arc::clone(subject.arn);
        Self {
            resource: Resource::One { asked: Arc::clone(&arn), arn, account: subject.scope.account },
            granted: if is_served { granted(subject, action, asked) } else { Vec::new() },
            keys: KeyKeys { subject, asked, asker },
            is_served,
        }
    }

    fn target(&self) -> Target<'_> {
        let KeyKeys { subject, asked, asker } = self.keys;
        let policy = if self.is_served { ResourcePolicy::Key(&subject.details.policy) } else { ResourcePolicy::NoKey };
        Target::new(&self.resource)
            .with_policy(Some(policy))
            .with_granted(&self.granted)
            .with_tags(&subject.details.tags)
            .with_request_tags(asked.request_tags)
            .with_via(asker.via)
            .with_keys(&self.keys)
    }
}

fn is_there(key: KeySubject<'_>) -> bool {
    key.details.state != contract::KeyState::Deleted
}

/// An id of one account is not another's, and an `mrk-` is part of the id.
fn is_as_named(key: KeySubject<'_>, NamedKey { scope, name }: &NamedKey) -> bool {
    let Scope { account, region } = *scope;
    let is_id = match name {
        Name::Id(id) => key.id == *id,
        Name::Alias(_) => true,
    };
    is_id && key.scope == Scope { account, region }
}
