//! One use of keys for one version of one secret: what is asked of KMS, what it decides, and what the trail tells of it.

use std::sync::Arc;

use contract::{KeyManager, KeyRecord, KeyState, KeySubject, KeyUsage, StoreError};
use facades::{EnvelopeError, OnBehalf};
use policy::{Action, Permit};
use seal::{KeyMaterial, KeyRef, SealContext};
use service::{JsonError, ServiceError};
use terms::{EventId, Scope, VersionId};
use trail::{LinkedCall, LinkedCalls, LinkedFailure};

use super::DECRYPT;
use crate::{
    error::Error,
    find::{Asker, FoundKey},
    key_id::NamedKey,
    key_keys::{ContextPairs, KeyUse},
    managed_key::MANAGED_ALIAS,
    room::Room,
    states::{require_enabled, require_usage},
};

const SERVICE: &str = "secretsmanager.amazonaws.com";

/// Secrets Manager seals with symmetric keys only.
const MEMBERS: &[(&str, &str)] = &[("encryptionalgorithm", "SYMMETRIC_DEFAULT")];

pub(super) struct Using<'a> {
    room: &'a Room,
    asker: Asker<'a>,
    linked: &'a LinkedCalls,
    secret_arn: &'a Arc<str>,
    version: &'a VersionId,
}

/// What KMS says, and what Secrets Manager makes of it.
struct Refusal {
    error: Error,
    told: EnvelopeError,
}

impl<'a> Using<'a> {
    /// For the secret that the permit names, if its action is one of these.
    pub(super) fn new(
        room: &'a Room,
        on_behalf: OnBehalf<'a>,
        actions: &[Action],
        version: &'a VersionId,
    ) -> Result<Self, EnvelopeError> {
        let OnBehalf { context, caller, permit, linked } = on_behalf;
        let secret_arn = permit.resource_for(actions)?;
        Ok(Self { room, asker: Asker { context, caller, via: Some(SERVICE) }, linked, secret_arn, version })
    }

    pub(super) fn context(&self) -> SealContext<'a> {
        SealContext { secret_arn: self.secret_arn, version_id: self.version.as_str() }
    }

    /// A key that the request chooses for the secret. What it names is of the secret's account, whoever calls.
    pub(super) async fn find_chosen(
        &self,
        scope: Scope,
        kms_key_id: Option<&str>,
        action: Action,
    ) -> Result<FoundKey, EnvelopeError> {
        self.look_for(scope, kms_key_id, action).await.map_err(invalid_key)
    }

    /// The key that the secret has. It may have gone since it was chosen.
    pub(super) async fn find(
        &self,
        scope: Scope,
        kms_key_id: Option<&str>,
        action: Action,
    ) -> Result<FoundKey, EnvelopeError> {
        self.look_for(scope, kms_key_id, action).await.map_err(|error| match error {
            Error::Refused { .. } => EnvelopeError::Encryption,
            error => refused(&error),
        })
    }

    async fn look_for(&self, scope: Scope, kms_key_id: Option<&str>, action: Action) -> Result<FoundKey, Error> {
        let named = NamedKey::parse(scope, kms_key_id.unwrap_or(MANAGED_ALIAS))?;
        self.room.find(self.asker, action, &named).await
    }

    /// A key that the caller may use, and that can be used. This is the call to KMS that the trail tells of.
    pub(super) async fn open_key(
        &self,
        found: FoundKey,
        action: Action,
        unusable: EnvelopeError,
    ) -> Result<Arc<KeyRecord>, EnvelopeError> {
        let subject = found.key.key();
        let allowed = match self.authorize(action, &subject, found.alias.as_deref()).await {
            Ok(permit) => require_usable(&subject, action, unusable).map(|()| permit),
            Err(refusal) => Err(refusal),
        };
        let permit = self.tell(action, &subject, allowed)?;
        Ok(found.key.open_key(&permit)?)
    }

    /// The right to a further use of a key that can be used.
    pub(super) async fn require(
        &self,
        action: Action,
        key: &KeySubject<'_>,
        alias: Option<&str>,
    ) -> Result<(), EnvelopeError> {
        let allowed = self.authorize(action, key, alias).await;
        self.tell(action, key, allowed).map(drop)
    }

    async fn authorize(&self, action: Action, key: &KeySubject<'_>, alias: Option<&str>) -> Result<Permit, Refusal> {
        let SealContext { secret_arn, version_id } = self.context();
        let pairs = [("SecretARN", secret_arn), ("SecretVersionId", version_id)];
        let encryption_context = ContextPairs::Pairs(&pairs);
        let asked = KeyUse { encryption_context, alias, members: MEMBERS, ..KeyUse::default() };
        self.room.authorize_key(self.asker, action, key, &asked).await.map_err(|error| {
            let is_foreign = key.scope.account != self.asker.caller.account();
            let told = match refused(&error) {
                EnvelopeError::AccessDenied { .. } if is_foreign && key.details.manager == KeyManager::Aws => {
                    EnvelopeError::ForeignManagedKey
                }
                told => told,
            };
            Refusal { error, told }
        })
    }

    fn tell(
        &self,
        action: Action,
        key: &KeySubject<'_>,
        allowed: Result<Permit, Refusal>,
    ) -> Result<Permit, EnvelopeError> {
        let failure = allowed
            .as_ref()
            .err()
            .map(|Refusal { error, .. }| LinkedFailure { code: error.trail_code(), message: error.trail_message() });
        self.linked.push(LinkedCall {
            event: EventId::random(&*self.room.entropy),
            action,
            key_arn: Arc::clone(key.arn),
            key_account: key.scope.account,
            secret_arn: Arc::clone(self.secret_arn),
            version_id: self.version.clone(),
            failure,
        });
        allowed.map_err(|refusal| refusal.told)
    }

    /// The material that the value's data key is wrapped under. A key that is gone has none.
    pub(super) async fn material_to_open(
        &self,
        scope: Scope,
        which: KeyRef,
    ) -> Result<Arc<KeyMaterial>, EnvelopeError> {
        let found = self.room.store.key(scope.region, which.key).await?.ok_or(EnvelopeError::Decryption)?;
        if found.key().details.state == KeyState::Deleted {
            return Err(EnvelopeError::Decryption);
        }
        let key = self.open_key(FoundKey { key: found, alias: None }, DECRYPT, EnvelopeError::Decryption).await?;
        let material = self.room.keyring.material(&key, which.material).await;
        material.map_err(|error| damaged(&error.into(), EnvelopeError::Decryption))
    }

    pub(super) async fn newest_material(&self, key: &KeyRecord) -> Result<(KeyRef, Arc<KeyMaterial>), EnvelopeError> {
        let newest = self.room.newest_material(key).await;
        newest.map_err(|error| damaged(&error, EnvelopeError::Encryption))
    }
}

fn require_usable(key: &KeySubject<'_>, action: Action, unusable: EnvelopeError) -> Result<(), Refusal> {
    require_enabled(key.arn, key.details.state).map_err(|error| Refusal { error, told: unusable })?;
    let usage = KeyUsage::EncryptDecrypt;
    require_usage(key.arn, key.details.usage, usage, action.operation()).map_err(|error| {
        let told = EnvelopeError::InvalidKey(error.message().unwrap_or_default());
        Refusal { error, told }
    })
}

/// What is told of a `KmsKeyId` that names no key, or one of another account that is not to be seen.
fn invalid_key(error: Error) -> EnvelopeError {
    match error {
        Error::Refused { message: Some(text), .. } => {
            // Recorded: Secrets Manager does not repeat what it was given.
            let is_unreadable = text.starts_with("Invalid keyId") || text.ends_with("is not a valid ARN");
            EnvelopeError::InvalidKey(if is_unreadable { "Invalid keyId".to_owned() } else { text })
        }
        error => refused(&error),
    }
}

/// A denial is told as one; else KMS itself has failed.
fn refused(error: &Error) -> EnvelopeError {
    if error.is_denial() {
        return EnvelopeError::AccessDenied { is_other_key: false };
    }
    let cause = match error {
        Error::Internal(cause) => cause.as_str().into(),
        other => other.code().into(),
    };
    EnvelopeError::Store(StoreError::Internal(cause))
}

/// The operator learns why; the caller learns that it did not work.
fn damaged(error: &Error, told: EnvelopeError) -> EnvelopeError {
    if let Error::Internal(cause) = error {
        tracing::error!(target: "keepwell::operator", %cause, "a key could not be used");
    }
    told
}
