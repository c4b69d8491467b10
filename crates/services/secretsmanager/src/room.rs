//! What every operation of the service is given, and the steps that most of them share.

use std::sync::Arc;

use contract::{Commit, CommitError, Guarded, Pick, Reads, SecretRecord};
use facades::{Envelope, KeyChoice};
use gate::{Caller, Gate, RequestContext, Target};
use policy::{Action, Permit, Resource};
use seal::{KeyMaterial, SealContext, SealedValue, ValueKind};
use terms::{AccountId, Clock, Entropy, Scope, SecretBytes, SecretId, Timestamp};
use trail::{ApiCall, Failure, Recorded, Recorder, RequestParameters, Subject};

use crate::{error::Error, quotas::Quotas, turnstiles::Turnstiles};

pub(crate) const SOURCE: &str = "secretsmanager.amazonaws.com";

/// The service: its store, its guards, its rules' numbers.
pub struct Room {
    pub store: Arc<dyn Reads>,
    pub gate: Arc<Gate>,
    pub kms: Arc<dyn Envelope>,
    pub recorder: Arc<Recorder>,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    pub quotas: Quotas,
    /// Seals paging tokens.
    pub paging_key: KeyMaterial,
    pub turnstiles: Turnstiles,
}

/// One call of one operation.
pub(crate) struct Call<'a> {
    pub(crate) room: &'a Room,
    pub(crate) context: &'a RequestContext,
    pub(crate) caller: &'a Caller,
    pub(crate) action: Action,
    pub(crate) is_read_only: bool,
    pub(crate) parameters: &'a dyn RequestParameters,
}

/// The secret that a `SecretId` means, or that there is none.
pub(crate) struct Found {
    asked: Arc<str>,
    account: AccountId,
    secret: Option<Guarded<Arc<SecretRecord>>>,
}

impl Call<'_> {
    pub(crate) fn now(&self) -> Timestamp {
        self.context.received_at
    }

    /// Looks for the secret. What comes back is guarded, also whether there is one.
    pub(crate) async fn find(&self, secret_id: &SecretId, asked: &str, pick: Pick<'_>) -> Result<Found, Error> {
        let own = self.caller.scope();
        let (scope, name, suffix) = match secret_id {
            SecretId::Name(name) => (own, Some(name), None),
            SecretId::Arn { scope, name, suffix } => (*scope, Some(name), Some(*suffix)),
            SecretId::PartialArn { scope, name } => (*scope, Some(name), None),
            SecretId::Nothing => (own, None, None),
        };
        let mut secret = None;
        // An ARN of another region is not found here.
        if let Some(name) = name.filter(|_| scope.region == own.region) {
            secret = self.room.store.secret(scope, name.as_str(), pick).await?;
        }
        let secret = secret.filter(|secret| suffix.is_none_or(|suffix| secret.has_suffix(suffix)));
        Ok(Found { asked: asked.into(), account: scope.account, secret })
    }

    /// Finds the secret, asks for the permit, and only then tells whether it is there.
    pub(crate) async fn open(&self, secret_id: &str, pick: Pick<'_>) -> Result<(Permit, Arc<SecretRecord>), Error> {
        let parsed = SecretId::parse(secret_id)?;
        let found = self.find(&parsed, secret_id, pick).await?;
        self.open_found(found, self.action).await
    }

    /// As [`Call::open`], for a change: the secret must be live and a primary. Operations that change something have
    /// checks of their own behind that of the name, so they have parsed it.
    pub(crate) async fn open_to_change(
        &self,
        secret_id: &SecretId,
        asked: &str,
        pick: Pick<'_>,
    ) -> Result<(Permit, Arc<SecretRecord>), Error> {
        let found = self.find(secret_id, asked, pick).await?;
        let (permit, secret) = self.open_found(found, self.action).await?;
        require_live(&secret)?;
        require_primary(&secret)?;
        Ok((permit, secret))
    }

    pub(crate) async fn open_found(&self, found: Found, action: Action) -> Result<(Permit, Arc<SecretRecord>), Error> {
        let permit = self.authorize(action, found.resource()).await?;
        let secret = found.secret.ok_or_else(Error::secret_not_found)?.open(&permit)?;
        Ok((permit, secret))
    }

    pub(crate) async fn authorize(&self, action: Action, resource: Resource) -> Result<Permit, Error> {
        Ok(self.room.gate.authorize(self.context, self.caller, action, &Target::new(&resource)).await?)
    }

    /// Seals a value for a version of the secret, under the secret's own key.
    pub(crate) async fn seal(
        &self,
        permit: &Permit,
        scope: Scope,
        secret_arn: &str,
        kms_key_id: Option<&str>,
        version_id: &str,
        value: &NewValue<'_>,
    ) -> Result<SealedValue, Error> {
        let key = match kms_key_id {
            Some(key) => self.room.kms.choose(scope, key).await?,
            None => KeyChoice::Managed,
        };
        if value.bytes.len() > self.room.quotas.secret_bytes {
            // Chosen. The model's own maximum was checked before.
            return Err(Error::LimitExceeded(format!(
                "You can't store a secret value of more than {} bytes.",
                self.room.quotas.secret_bytes
            )));
        }
        let context = SealContext { secret_arn, version_id };
        Ok(self.room.kms.seal(permit, scope, &key, context, value.kind, value.bytes).await?)
    }

    pub(crate) async fn unseal(
        &self,
        permit: &Permit,
        secret_arn: &str,
        version_id: &str,
        sealed: &SealedValue,
    ) -> Result<(ValueKind, SecretBytes), Error> {
        let context = SealContext { secret_arn, version_id };
        Ok(self.room.kms.open(permit, context, sealed).await?)
    }

    /// Releases the answer of a read.
    pub(crate) async fn tell<T>(&self, subject: Option<Subject>, answer: T) -> Result<Recorded<T>, Error> {
        Ok(self.room.recorder.tell(&self.record(None, None), subject, answer).await?)
    }

    /// Makes the change and releases its answer.
    pub(crate) async fn commit<T>(
        &self,
        commit: Commit,
        subject: Subject,
        response: &str,
        answer: T,
    ) -> Result<Recorded<T>, CommitError> {
        self.room.recorder.commit(commit, &self.record(Some(response), None), subject, answer).await
    }

    /// The call as the trail tells of it.
    pub(crate) fn record<'a>(&'a self, response: Option<&'a str>, failure: Option<Failure<'a>>) -> ApiCall<'a> {
        ApiCall {
            context: self.context,
            caller: self.caller,
            event: self.context.event_id,
            source: SOURCE,
            action: self.action,
            is_read_only: self.is_read_only,
            parameters: Some(self.parameters),
            response,
            failure,
        }
    }
}

impl Found {
    /// What the decision is about. For a secret that is not there, it is what was asked for; a bare name stands for an
    /// ARN with any suffix, as policies write it.
    pub(crate) fn resource(&self) -> Resource {
        let asked = Arc::clone(&self.asked);
        match &self.secret {
            Some(secret) => Resource::One { arn: Arc::clone(secret.arn()), account: secret.account(), asked },
            None => Resource::One { arn: Arc::clone(&asked), account: self.account, asked },
        }
    }

    pub(crate) fn exists(&self) -> bool {
        self.secret.is_some()
    }
}

/// A value that came with the request.
#[derive(Clone, Copy)]
pub(crate) struct NewValue<'a> {
    pub(crate) kind: ValueKind,
    pub(crate) bytes: &'a SecretBytes,
}

impl<'a> NewValue<'a> {
    /// At most one of the two may be given.
    pub(crate) fn of(text: Option<&'a SecretBytes>, binary: Option<&'a SecretBytes>) -> Result<Option<Self>, Error> {
        match (text, binary) {
            (Some(_), Some(_)) => Err(Error::two_values()),
            (Some(bytes), None) => Ok(Some(Self { kind: ValueKind::String, bytes })),
            (None, Some(bytes)) => Ok(Some(Self { kind: ValueKind::Binary, bytes })),
            (None, None) => Ok(None),
        }
    }

    /// Is it what a version holds? A string and the same bytes in binary are two values.
    pub(crate) fn equals(&self, held: &(ValueKind, SecretBytes)) -> bool {
        self.kind == held.0 && *self.bytes == held.1
    }
}

pub(crate) fn require_live(secret: &SecretRecord) -> Result<(), Error> {
    if secret.delete_at.is_some() { Err(Error::marked_for_deletion()) } else { Ok(()) }
}

pub(crate) fn require_primary(secret: &SecretRecord) -> Result<(), Error> {
    if !secret.is_replica() {
        return Ok(());
    }
    Err(Error::invalid_parameter(
        "Operation not permitted on a replica secret. Call must be made in primary secret's region.",
    ))
}
