//! What every operation of the service is given, and the steps that most of them share.

use std::sync::Arc;

use contract::{Commit, CommitError, DecisionSubject, Guarded, Pick, Reads, SecretRecord};
use facades::{Envelope, KeyChoice};
use gate::{Caller, Gate, RequestContext, RequestTags, ResourcePolicy, Target};
use policy::{Action, Permit, Resource};
use seal::{KeyMaterial, SealContext, SealedValue, ValueKind};
use terms::{Clock, Entropy, Scope, SecretBytes, SecretId, Timestamp};
use trail::{ApiCall, Failure, Recorded, Recorder, RequestParameters, Subject};

use crate::{
    error::Error,
    keys::{Members, SecretKeys},
    quotas::Quotas,
    turnstiles::Turnstiles,
};

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
    /// Lists show only the secrets that their caller may describe. AWS's show all.
    pub lists_only_describable: bool,
    /// Seals paging tokens.
    pub paging_key: KeyMaterial,
    pub turnstiles: Turnstiles,
}

/// One call of one operation.
#[derive(Clone, Copy)]
pub(crate) struct Call<'a> {
    pub(crate) room: &'a Room,
    pub(crate) context: &'a RequestContext,
    pub(crate) caller: &'a Caller,
    pub(crate) action: Action,
    pub(crate) is_read_only: bool,
    pub(crate) parameters: &'a dyn RequestParameters,
    /// What of the request policies may ask about.
    pub(crate) members: &'a dyn Members,
    pub(crate) request_tags: RequestTags<'a>,
}

/// The secret that a `SecretId` means, or that there is none.
pub(crate) struct Found {
    asked: Arc<str>,
    /// The secret's; where there is none, every ARN that one could have.
    arn: Arc<str>,
    scope: Scope,
    secret: Option<Guarded<Arc<SecretRecord>>>,
}

impl<'a> Call<'a> {
    /// The call as it decides about another request that it implies.
    #[must_use]
    pub(crate) fn with_members<'b>(&self, members: &'b dyn Members) -> Call<'b>
    where
        'a: 'b,
    {
        Call { members, ..*self }
    }

    /// The call with tags that it puts or takes.
    #[must_use]
    pub(crate) fn with_request_tags<'b>(&self, request_tags: RequestTags<'b>) -> Call<'b>
    where
        'a: 'b,
    {
        Call { request_tags, ..*self }
    }

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
        if let Some(name) = name
            && self.can_reach(scope, suffix.is_some()).await?
        {
            secret = self.room.store.secret(scope, name.as_str(), pick).await?;
        }
        let secret = secret.filter(|secret| suffix.is_none_or(|suffix| secret.has_suffix(suffix)));
        let asked: Arc<str> = asked.into();
        let arn = match (&secret, name) {
            (Some(secret), _) => Arc::clone(secret.arn()),
            (None, Some(name)) if suffix.is_none() => any_arn(scope, name.as_str()),
            (None, _) => Arc::clone(&asked),
        };
        Ok(Found { asked, arn, scope, secret })
    }

    /// Not what lies in another region, nor in another account unless the ARN is complete and the account is open.
    async fn can_reach(&self, scope: Scope, is_complete_arn: bool) -> Result<bool, Error> {
        let own = self.caller.scope();
        if scope.region != own.region || scope.account == own.account {
            return Ok(scope == own);
        }
        Ok(is_complete_arn && self.room.store.identities(scope.account).await?.is_some())
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
        let permit = self.authorize_found(&found, action).await?;
        let secret = found.open(&permit)?;
        Ok((permit, secret))
    }

    pub(crate) async fn authorize_found(&self, found: &Found, action: Action) -> Result<Permit, Error> {
        self.authorize(action, &found.subject(), &found.asked).await
    }

    /// Asks for a permit for a secret, which refusals name as the caller did.
    pub(crate) async fn authorize(
        &self,
        action: Action,
        subject: &DecisionSubject<'_>,
        asked: &Arc<str>,
    ) -> Result<Permit, Error> {
        let resource = resource(subject, asked);
        let keys = SecretKeys { subject, members: self.members };
        let target = self.target(&resource, subject, &keys);
        Ok(self.room.gate.authorize(self.context, self.caller, action, &target).await?)
    }

    /// Asks for a permit for an action without a resource.
    pub(crate) async fn authorize_every(&self, action: Action) -> Result<Permit, Error> {
        Ok(self.room.gate.authorize(self.context, self.caller, action, &Target::new(&Resource::Every)).await?)
    }

    /// Would the caller get a permit for this secret?
    pub(crate) fn may(&self, action: Action, subject: &DecisionSubject<'_>) -> Result<bool, Error> {
        let resource = resource(subject, subject.arn);
        let keys = SecretKeys { subject, members: self.members };
        let target = self.target(&resource, subject, &keys);
        Ok(self.room.gate.may(self.context, self.caller, action, &target)?)
    }

    fn target<'b>(
        &'b self,
        resource: &'b Resource,
        subject: &DecisionSubject<'b>,
        keys: &'b SecretKeys<'b>,
    ) -> Target<'b> {
        Target::new(resource)
            .with_policy(subject.resource_policy.map(ResourcePolicy::Secret))
            .with_tags(subject.tags)
            .with_request_tags(self.request_tags)
            .with_keys(keys)
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
    pub(crate) fn record<'b>(&'b self, response: Option<&'b str>, failure: Option<Failure<'b>>) -> ApiCall<'b> {
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
    /// What the decision is about. Of a secret that is not there, only its name is known: whoever may do it to any
    /// secret of that name learns that there is none, and everybody else is refused as if there were.
    pub(crate) fn subject(&self) -> DecisionSubject<'_> {
        match &self.secret {
            Some(secret) => secret.subject(),
            None => DecisionSubject {
                arn: &self.arn,
                scope: self.scope,
                tags: &[],
                resource_policy: None,
                partner_type: None,
                origin_region: self.scope.region,
            },
        }
    }

    pub(crate) fn asked(&self) -> &Arc<str> {
        &self.asked
    }

    pub(crate) fn open(self, permit: &Permit) -> Result<Arc<SecretRecord>, Error> {
        Ok(self.secret.ok_or_else(Error::secret_not_found)?.open(permit)?)
    }

    pub(crate) fn exists(&self) -> bool {
        self.secret.is_some()
    }
}

fn resource(subject: &DecisionSubject<'_>, asked: &Arc<str>) -> Resource {
    let (arn, account) = (Arc::clone(subject.arn), subject.scope.account);
    Resource::One { arn, account, asked: Arc::clone(asked) }
}

/// The ARNs that a secret of this name can have, as policies write them.
fn any_arn(Scope { account, region }: Scope, name: &str) -> Arc<str> {
    format!("arn:{}:secretsmanager:{region}:{account}:secret:{name}-??????", region.partition()).into()
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
