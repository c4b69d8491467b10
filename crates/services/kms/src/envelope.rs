//! KMS on behalf of those who call Secrets Manager.
//!
//! What AWS documents as the calls of Secrets Manager to KMS happens here in one process: the same decisions about the
//! same caller, with the service as the way by which it comes.

mod using;

use contract::{Answer, KeyManager, KeySubject};
use facades::{Envelope, EnvelopeError, OnBehalf};
use policy::Action;
use seal::{OpenError, RewrapError, SealError, SealedValue, ValueKind, open_value, rewrap_value, seal_value};
use terms::{Scope, SecretBytes, VersionId};

use self::using::Using;
use crate::{key_id::NamedKey, managed_key::MANAGED_ALIAS, room::Room};

const DECRYPT: Action = Action::new("kms:Decrypt");
const ENCRYPT: Action = Action::new("kms:Encrypt");
const GENERATE_DATA_KEY: Action = Action::new("kms:GenerateDataKey");

/// The actions that may open a value. Writing opens one only to compare it with what a repeated token brings.
const OPENS: &[Action] = &[
    Action::new("secretsmanager:GetSecretValue"),
    Action::new("secretsmanager:CreateSecret"),
    Action::new("secretsmanager:PutSecretValue"),
    Action::new("secretsmanager:UpdateSecret"),
    // The pending version of a test holds what the current one does.
    Action::new("secretsmanager:RotateSecret"),
];
const SEALS: &[Action] = &[
    Action::new("secretsmanager:CreateSecret"),
    Action::new("secretsmanager:PutSecretValue"),
    Action::new("secretsmanager:UpdateSecret"),
    // The pending version of a test holds what the current one does.
    Action::new("secretsmanager:RotateSecret"),
];

/// Stands for the version where AWS only tries whether a key may be used.
const VALIDATION: &str = "RequestToValidateKeyAccess";

impl Room {
    async fn check_now(
        &self,
        on_behalf: OnBehalf<'_>,
        scope: Scope,
        kms_key_id: Option<&str>,
    ) -> Result<KeyManager, EnvelopeError> {
        let version = VersionId::new(VALIDATION);
        let using = Using::new(self, on_behalf, SEALS, &version)?;
        let found = using.find_chosen(scope, kms_key_id, GENERATE_DATA_KEY).await?;
        let alias = found.alias.clone();
        let key = using.open_key(found, GENERATE_DATA_KEY, EnvelopeError::Encryption).await?;
        using.require(DECRYPT, &KeySubject::of(&key), alias.as_deref()).await?;
        Ok(key.details.manager)
    }

    async fn seal_now(
        &self,
        on_behalf: OnBehalf<'_>,
        scope: Scope,
        kms_key_id: Option<&str>,
        version: &VersionId,
        (kind, value): (ValueKind, &SecretBytes),
    ) -> Result<SealedValue, EnvelopeError> {
        let using = Using::new(self, on_behalf, SEALS, version)?;
        let found = using.find(scope, kms_key_id, GENERATE_DATA_KEY).await?;
        let key = using.open_key(found, GENERATE_DATA_KEY, EnvelopeError::Encryption).await?;
        let (which, material) = using.newest_material(&key).await?;
        seal_value((which, &material), using.context(), kind, value, &*self.entropy)
            .map_err(|SealError| EnvelopeError::Encryption)
    }

    /// Each key that the value is under is as good as another, so the first that the caller may use opens it.
    async fn open_now(
        &self,
        on_behalf: OnBehalf<'_>,
        scope: Scope,
        kms_key_id: Option<&str>,
        version: &VersionId,
        sealed: &SealedValue,
    ) -> Result<(ValueKind, SecretBytes), EnvelopeError> {
        let using = Using::new(self, on_behalf, OPENS, version)?;
        let mut first_refusal = None;
        for which in sealed.wraps() {
            match using.material_to_open(scope, which).await {
                Ok(material) => {
                    let opened = open_value(which, &material, using.context(), sealed);
                    return opened.map_err(|OpenError| EnvelopeError::Decryption);
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
        version: &VersionId,
        sealed: &SealedValue,
    ) -> Result<Option<SealedValue>, EnvelopeError> {
        let using = Using::new(self, on_behalf, SEALS, version)?;
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
        let (new, material) = using.newest_material(&key).await?;
        match rewrap_value((old, &old_material), (new, &material), using.context(), sealed, &*self.entropy) {
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

impl Envelope for Room {
    fn check<'a>(
        &'a self,
        on_behalf: OnBehalf<'a>,
        scope: Scope,
        kms_key_id: Option<&'a str>,
    ) -> Answer<'a, Result<KeyManager, EnvelopeError>> {
        Box::pin(self.check_now(on_behalf, scope, kms_key_id))
    }

    fn seal<'a>(
        &'a self,
        on_behalf: OnBehalf<'a>,
        scope: Scope,
        kms_key_id: Option<&'a str>,
        version: &'a VersionId,
        kind: ValueKind,
        value: &'a SecretBytes,
    ) -> Answer<'a, Result<SealedValue, EnvelopeError>> {
        Box::pin(self.seal_now(on_behalf, scope, kms_key_id, version, (kind, value)))
    }

    fn open<'a>(
        &'a self,
        on_behalf: OnBehalf<'a>,
        scope: Scope,
        kms_key_id: Option<&'a str>,
        version: &'a VersionId,
        sealed: &'a SealedValue,
    ) -> Answer<'a, Result<(ValueKind, SecretBytes), EnvelopeError>> {
        Box::pin(self.open_now(on_behalf, scope, kms_key_id, version, sealed))
    }

    fn rewrap<'a>(
        &'a self,
        on_behalf: OnBehalf<'a>,
        scope: Scope,
        kms_key_id: Option<&'a str>,
        version: &'a VersionId,
        sealed: &'a SealedValue,
    ) -> Answer<'a, Result<Option<SealedValue>, EnvelopeError>> {
        Box::pin(self.rewrap_now(on_behalf, scope, kms_key_id, version, sealed))
    }

    fn key_names<'a>(
        &'a self,
        scope: Scope,
        sealed: &'a SealedValue,
    ) -> Answer<'a, Result<Vec<String>, EnvelopeError>> {
        Box::pin(self.key_names_now(scope, sealed))
    }
}
