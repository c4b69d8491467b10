//! KMS on behalf of those who call Secrets Manager.
//!
//! What AWS documents as the calls of Secrets Manager to KMS happens here in one process: the same decisions about the
//! same caller, with the service as the way by which it comes.

use std::{collections::BTreeMap, sync::Arc};

use contract::{Answer, KeyManager, KeyRecord, KeyState, KeySubject};
use facades::{Envelope, EnvelopeError, OnBehalf};
use policy::{Action, Permit};
use seal::{
    KeyMaterial, KeyRef, OpenError, RewrapError, SealContext, SealError, SealedValue, ValueKind, open_value,
    rewrap_value, seal_value,
};
use terms::{EventId, Scope, SecretBytes};
use trail::{LinkedCall, LinkedCalls, LinkedFailure};

use crate::{
    error::Error,
    find::{Asker, FoundKey},
    key_id::NamedKey,
    key_keys::KeyUse,
    managed_key::MANAGED_ALIAS,
    room::Room,
    states::{require_enabled, require_symmetric},
};

const SERVICE: &str = "secretsmanager.amazonaws.com";

const DECRYPT: Action = Action::new("kms:Decrypt");
const ENCRYPT: Action = Action::new("kms:Encrypt");
const GENERATE_DATA_KEY: Action = Action::new("kms:GenerateDataKey");

/// The actions that may open a value. Writing opens one only to compare it with what a repeated token brings.
const OPENS: &[Action] = &[
    Action::new("secretsmanager:GetSecretValue"),
    Action::new("secretsmanager:CreateSecret"),
    Action::new("secretsmanager:PutSecretValue"),
    Action::new("secretsmanager:UpdateSecret"),
];
const SEALS: &[Action] = &[
    Action::new("secretsmanager:CreateSecret"),
    Action::new("secretsmanager:PutSecretValue"),
    Action::new("secretsmanager:UpdateSecret"),
];

/// Stands for the version where AWS only tries whether a key may be used.
const VALIDATION: &str = "RequestToValidateKeyAccess";

impl Room {
    async fn check_now(
        &self,
        on_behalf: OnBehalf<'_>,
        scope: Scope,
        kms_key_id: Option<&str>,
        secret_arn: &str,
    ) -> Result<(), EnvelopeError> {
        require(on_behalf.permit, SEALS, secret_arn)?;
        let using = Using::new(self, on_behalf, SealContext { secret_arn, version_id: VALIDATION });
        let found = using.find(scope, kms_key_id, GENERATE_DATA_KEY).await?;
        let key = using.open_key(found, GENERATE_DATA_KEY, EnvelopeError::Encryption).await?;
        let subject = KeySubject::of(&key);
        let allowed = using.authorize(DECRYPT, &subject).await;
        using.tell(DECRYPT, &subject, allowed.as_ref().err());
        allowed.map(drop)
    }

    async fn seal_now(
        &self,
        on_behalf: OnBehalf<'_>,
        scope: Scope,
        kms_key_id: Option<&str>,
        context: SealContext<'_>,
        (kind, value): (ValueKind, &SecretBytes),
    ) -> Result<SealedValue, EnvelopeError> {
        require(on_behalf.permit, SEALS, context.secret_arn)?;
        let using = Using::new(self, on_behalf, context);
        let found = using.find(scope, kms_key_id, GENERATE_DATA_KEY).await?;
        let key = using.open_key(found, GENERATE_DATA_KEY, EnvelopeError::Encryption).await?;
        let (which, material) = using.newest(&key).await.map_err(|_| EnvelopeError::Encryption)?;
        seal_value((which, &material), context, kind, value, &*self.entropy)
            .map_err(|SealError| EnvelopeError::Encryption)
    }

    /// Each key that the value is under is as good as another, so the first that the caller may use opens it.
    async fn open_now(
        &self,
        on_behalf: OnBehalf<'_>,
        scope: Scope,
        kms_key_id: Option<&str>,
        context: SealContext<'_>,
        sealed: &SealedValue,
    ) -> Result<(ValueKind, SecretBytes), EnvelopeError> {
        require(on_behalf.permit, OPENS, context.secret_arn)?;
        let using = Using::new(self, on_behalf, context);
        let mut first_refusal = None;
        for which in sealed.wraps() {
            match using.material_to_open(scope, which).await {
                Ok(material) => {
                    return open_value(which, &material, context, sealed).map_err(|OpenError| EnvelopeError::Decryption);
                }
                Err(refusal) => first_refusal = first_refusal.or(Some(refusal)),
            }
        }
        match first_refusal {
            Some(EnvelopeError::AccessDenied { .. }) => {
                let is_other_key = !self.is_under(scope, kms_key_id, sealed).await?;
                Err(EnvelopeError::AccessDenied { is_other_key })
            }
            refusal => Err(refusal.unwrap_or(EnvelopeError::Decryption)),
        }
    }

    async fn rewrap_now(
        &self,
        on_behalf: OnBehalf<'_>,
        scope: Scope,
        kms_key_id: Option<&str>,
        context: SealContext<'_>,
        sealed: &SealedValue,
    ) -> Result<Option<SealedValue>, EnvelopeError> {
        require(on_behalf.permit, SEALS, context.secret_arn)?;
        let using = Using::new(self, on_behalf, context);
        let found = using.find(scope, kms_key_id, ENCRYPT).await?;
        if sealed.newest().key == found.key.key().id.bits {
            return Ok(None);
        }
        let mut old = None;
        for which in sealed.wraps() {
            if let Ok(material) = using.material_to_open(scope, which).await {
                old = Some((which, material));
                break;
            }
        }
        let Some((old, old_material)) = old else { return Ok(None) };
        let key = match using.open_key(found, ENCRYPT, EnvelopeError::Encryption).await {
            Ok(key) => key,
            Err(EnvelopeError::AccessDenied { .. } | EnvelopeError::ForeignManagedKey) => return Ok(None),
            Err(error) => return Err(error),
        };
        let (new, material) = using.newest(&key).await.map_err(|_| EnvelopeError::Encryption)?;
        match rewrap_value((old, &old_material), (new, &material), context, sealed, &*self.entropy) {
            Ok(rewrapped) => Ok(Some(rewrapped)),
            Err(RewrapError::Open(_)) => Err(EnvelopeError::Decryption),
            Err(RewrapError::Seal(_)) => Err(EnvelopeError::Encryption),
        }
    }

    /// Is the value under the key that the secret names now?
    async fn is_under(
        &self,
        scope: Scope,
        kms_key_id: Option<&str>,
        sealed: &SealedValue,
    ) -> Result<bool, EnvelopeError> {
        let name = kms_key_id.unwrap_or(MANAGED_ALIAS);
        let Ok(named) = NamedKey::parse(scope, name) else { return Ok(false) };
        let current = self.look_up(&named).await?.map(|key| key.key().id.bits);
        Ok(current.is_some_and(|bits| sealed.wraps().any(|which| which.key == bits)))
    }

    async fn key_names_now(&self, scope: Scope, sealed: &SealedValue) -> Result<Vec<String>, EnvelopeError> {
        let mut names = Vec::new();
        for which in sealed.wraps() {
            let Some(found) = self.store.key(scope.region, which.key).await? else { continue };
            let key = found.key();
            names.push(match key.details.manager {
                KeyManager::Aws => "DefaultEncryptionKey".to_owned(),
                KeyManager::Customer => key.arn.to_string(),
            });
        }
        Ok(names)
    }
}

/// One use of keys for one version of one secret.
struct Using<'a> {
    room: &'a Room,
    asker: Asker<'a>,
    linked: &'a LinkedCalls,
    secret_arn: Arc<str>,
    version_id: Arc<str>,
    encryption_context: BTreeMap<String, String>,
}

struct Unusable {
    refusal: Error,
    told: EnvelopeError,
}

impl<'a> Using<'a> {
    fn new(room: &'a Room, on_behalf: OnBehalf<'a>, seal: SealContext<'_>) -> Self {
        let OnBehalf { context, caller, linked, .. } = on_behalf;
        let pairs = [("SecretARN", seal.secret_arn), ("SecretVersionId", seal.version_id)];
        let encryption_context = pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
        Self {
            room,
            asker: Asker { context, caller, via: Some(SERVICE) },
            linked,
            secret_arn: seal.secret_arn.into(),
            version_id: seal.version_id.into(),
            encryption_context,
        }
    }

    /// The key that the secret names. What it names is of the secret's account, whoever calls.
    async fn find(&self, scope: Scope, kms_key_id: Option<&str>, action: Action) -> Result<FoundKey, EnvelopeError> {
        let name = kms_key_id.unwrap_or(MANAGED_ALIAS);
        let named = NamedKey::parse(scope, name).map_err(invalid_key)?;
        self.room.find(self.asker, action, &named).await.map_err(invalid_key)
    }

    /// A key that the caller may use, and that can be used. This is the call to KMS that the trail tells of.
    async fn open_key(
        &self,
        found: FoundKey,
        action: Action,
        unusable: EnvelopeError,
    ) -> Result<Arc<KeyRecord>, EnvelopeError> {
        let subject = found.key.key();
        let usable = match self.authorize(action, &subject).await {
            Ok(permit) => require_usable(&subject).map(|()| permit).map_err(|refusal| Unusable { refusal, told: unusable }),
            Err(denied) => {
                self.tell(action, &subject, Some(&denied));
                return Err(denied);
            }
        };
        match usable {
            Ok(permit) => {
                self.tell(action, &subject, None);
                Ok(found.key.open_key(&permit)?)
            }
            Err(Unusable { refusal, told }) => {
                self.push(action, &subject, Some((refusal.code(), refusal.message().unwrap_or_default())));
                Err(told)
            }
        }
    }

    fn tell(&self, action: Action, key: &KeySubject<'_>, failure: Option<&EnvelopeError>) {
        self.push(action, key, failure.map(|_| ("AccessDenied", "Access to KMS is not allowed".to_owned())));
    }

    fn push(&self, action: Action, key: &KeySubject<'_>, failure: Option<(&'static str, String)>) {
        self.linked.push(LinkedCall {
            event: EventId::random(&*self.room.entropy),
            action,
            key_arn: Arc::clone(key.arn),
            key_account: key.scope.account,
            secret_arn: Arc::clone(&self.secret_arn),
            version_id: Arc::clone(&self.version_id),
            failure: failure.map(|(code, message)| LinkedFailure { code, message }),
        });
    }

    async fn authorize(&self, action: Action, key: &KeySubject<'_>) -> Result<Permit, EnvelopeError> {
        let is_foreign = key.scope.account != self.asker.caller.account();
        if is_foreign && key.details.manager == KeyManager::Aws {
            return Err(EnvelopeError::ForeignManagedKey);
        }
        let asked = KeyUse { encryption_context: Some(&self.encryption_context), ..KeyUse::default() };
        match self.room.authorize_key(self.asker, action, key, &asked).await {
            Ok(permit) => Ok(permit),
            Err(Error::AccessDenied(_) | Error::Forbidden(_)) => {
                Err(EnvelopeError::AccessDenied { is_other_key: false })
            }
            Err(error) => Err(failed(&error, EnvelopeError::Decryption)),
        }
    }

    async fn material_to_open(&self, scope: Scope, which: KeyRef) -> Result<Arc<KeyMaterial>, EnvelopeError> {
        let found = self.room.store.key(scope.region, which.key).await?.ok_or(EnvelopeError::Decryption)?;
        if found.key().details.state == KeyState::Deleted {
            return Err(EnvelopeError::Decryption);
        }
        let key = self.open_key(FoundKey { key: found, alias: None }, DECRYPT, EnvelopeError::Decryption).await?;
        let material = self.room.keyring.material(&key, which.material).await;
        material.map_err(|error| failed(&error.into(), EnvelopeError::Decryption))
    }

    async fn newest(&self, key: &KeyRecord) -> Result<(KeyRef, Arc<KeyMaterial>), Error> {
        self.room.newest_material(key).await
    }
}

impl Envelope for Room {
    fn check<'a>(
        &'a self,
        on_behalf: OnBehalf<'a>,
        scope: Scope,
        kms_key_id: Option<&'a str>,
        secret_arn: &'a str,
    ) -> Answer<'a, Result<(), EnvelopeError>> {
        Box::pin(self.check_now(on_behalf, scope, kms_key_id, secret_arn))
    }

    fn seal<'a>(
        &'a self,
        on_behalf: OnBehalf<'a>,
        scope: Scope,
        kms_key_id: Option<&'a str>,
        context: SealContext<'a>,
        kind: ValueKind,
        value: &'a SecretBytes,
    ) -> Answer<'a, Result<SealedValue, EnvelopeError>> {
        Box::pin(self.seal_now(on_behalf, scope, kms_key_id, context, (kind, value)))
    }

    fn open<'a>(
        &'a self,
        on_behalf: OnBehalf<'a>,
        scope: Scope,
        kms_key_id: Option<&'a str>,
        context: SealContext<'a>,
        sealed: &'a SealedValue,
    ) -> Answer<'a, Result<(ValueKind, SecretBytes), EnvelopeError>> {
        Box::pin(self.open_now(on_behalf, scope, kms_key_id, context, sealed))
    }

    fn rewrap<'a>(
        &'a self,
        on_behalf: OnBehalf<'a>,
        scope: Scope,
        kms_key_id: Option<&'a str>,
        context: SealContext<'a>,
        sealed: &'a SealedValue,
    ) -> Answer<'a, Result<Option<SealedValue>, EnvelopeError>> {
        Box::pin(self.rewrap_now(on_behalf, scope, kms_key_id, context, sealed))
    }

    fn key_names<'a>(
        &'a self,
        scope: Scope,
        sealed: &'a SealedValue,
    ) -> Answer<'a, Result<Vec<String>, EnvelopeError>> {
        Box::pin(self.key_names_now(scope, sealed))
    }
}

/// The permit must be for this secret, and for an action that the list allows.
fn require(permit: &Permit, actions: &[Action], secret_arn: &str) -> Result<(), EnvelopeError> {
    permit.covers_resource(secret_arn)?;
    match actions.iter().find(|action| **action == permit.action()) {
        Some(action) => Ok(permit.covers(*action, secret_arn)?),
        None => Ok(permit.covers(DECRYPT, secret_arn)?),
    }
}

fn require_usable(key: &KeySubject<'_>) -> Result<(), Error> {
    require_symmetric(key.details.spec)?;
    require_enabled(key.arn, key.details.state)
}

/// What is told of a `KmsKeyId` that names no key, or one of another account that is not to be seen.
fn invalid_key(error: Error) -> EnvelopeError {
    match error {
        Error::AccessDenied(_) | Error::Forbidden(_) => EnvelopeError::AccessDenied { is_other_key: false },
        Error::Refused { message: Some(text), .. } => {
            // Recorded: Secrets Manager does not repeat what it was given.
            let is_unreadable = text.starts_with("Invalid keyId") || text.ends_with("is not a valid ARN");
            EnvelopeError::InvalidKey(if is_unreadable { "Invalid keyId".to_owned() } else { text })
        }
        error => failed(&error, EnvelopeError::Encryption),
    }
}

/// Our own failures are told to the operator; the caller learns that it did not work.
fn failed(error: &Error, told: EnvelopeError) -> EnvelopeError {
    if let Error::Internal(cause) = error {
        tracing::error!(target: "keepwell::operator", %cause, "a key could not be used");
    }
    told
}
