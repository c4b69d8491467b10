//! What every operation of the service is given, and the steps that most of them share.

use std::{ops::Deref, sync::Arc};

use contract::{DecisionSubject, KeyManager, Reads, SecretRecord};
use facades::{Envelope, OnBehalf};
use gate::{Gate, RequestTags, ResourcePolicy, Target};
use policy::{Action, Permit, Resource};
use seal::{KeyMaterial, SealedValue, ValueKind};
use service::Asked;
use terms::{Clock, Entropy, SecretBytes, VersionId};
use trail::{LinkedCalls, Recorder};

use crate::{
    error::Error,
    keys::{Members, SecretKeys},
    quotas::Quotas,
    rotation::Rotation,
    turnstiles::Turnstiles,
};

/// The service: its store, its guards, its rules' numbers.
pub struct Room {
    pub store: Arc<dyn Reads>,
    pub gate: Arc<Gate>,
    pub kms: Arc<dyn Envelope>,
    pub recorder: Arc<Recorder>,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    pub quotas: Quotas,
    pub rotation: Rotation,
    /// Lists show only the secrets that their caller may describe. AWS's show all.
    pub lists_only_describable: bool,
    /// Seals paging tokens.
    pub paging_key: KeyMaterial,
    pub turnstiles: Turnstiles,
}

/// One call of one operation.
#[derive(Clone, Copy)]
pub(crate) struct Call<'a> {
    asked: Asked<'a, Room>,
    /// What of the request policies may ask about.
    members: &'a dyn Members,
    request_tags: RequestTags<'a>,
    /// It came from inside the house: a rotator's, who may write what a service owns.
    is_of_visitor: bool,
}

impl<'a> Deref for Call<'a> {
    type Target = Asked<'a, Room>;

    fn deref(&self) -> &Self::Target {
        &self.asked
    }
}

impl<'a> Call<'a> {
    pub(crate) fn of(asked: Asked<'a, Room>, members: &'a dyn Members) -> Self {
        Self { asked, members, request_tags: RequestTags::None, is_of_visitor: false }
    }

    /// The call as it comes through the [`Door`](crate::Door).
    #[must_use]
    pub(crate) fn of_visitor(self) -> Self {
        Self { is_of_visitor: true, ..self }
    }

    /// The call as it decides about another request that it implies.
    #[must_use]
    pub(crate) fn with_members<'b>(&self, members: &'b dyn Members) -> Call<'b>
    where
        'a: 'b,
    {
        Call { members, ..*self }
    }

    /// The call, gathering apart what is called on its behalf.
    #[must_use]
    pub(crate) fn with_linked<'b>(&self, linked: &'b LinkedCalls) -> Call<'b>
    where
        'a: 'b,
    {
        Call { asked: self.asked.with_linked(linked), ..*self }
    }

    /// The call with tags that it puts or takes.
    #[must_use]
    pub(crate) fn with_request_tags<'b>(&self, request_tags: RequestTags<'b>) -> Call<'b>
    where
        'a: 'b,
    {
        Call { request_tags, ..*self }
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

    /// The secret with the key that the request chooses for it, if the caller may use that. The managed key is not kept,
    /// however it is named, so that it is never shown.
    pub(crate) async fn with_its_key(&self, permit: &Permit, secret: SecretRecord) -> Result<SecretRecord, Error> {
        let (on_behalf, key) = (self.on_behalf(permit), secret.kms_key_id.as_deref());
        match self.room.kms.check(on_behalf, secret.scope, key).await? {
            KeyManager::Aws => Ok(SecretRecord { kms_key_id: None, ..secret }),
            KeyManager::Customer => Ok(secret),
        }
    }

    /// Seals a value for a version of the secret, under the secret's own key.
    pub(crate) async fn seal(
        &self,
        permit: &Permit,
        secret: &SecretRecord,
        version: &VersionId,
        value: &NewValue<'_>,
    ) -> Result<SealedValue, Error> {
        if value.bytes.len() > self.room.quotas.secret_bytes {
            // Chosen. The model's own maximum was checked before.
            return Err(Error::LimitExceeded(format!(
                "You can't store a secret value of more than {} bytes.",
                self.room.quotas.secret_bytes
            )));
        }
        let (on_behalf, key) = (self.on_behalf(permit), secret.kms_key_id.as_deref());
        Ok(self.room.kms.seal(on_behalf, secret.scope, key, version, value.kind, value.bytes).await?)
    }

    pub(crate) async fn unseal(
        &self,
        permit: &Permit,
        secret: &SecretRecord,
        version: &VersionId,
        sealed: &SealedValue,
    ) -> Result<(ValueKind, SecretBytes), Error> {
        let (on_behalf, key) = (self.on_behalf(permit), secret.kms_key_id.as_deref());
        Ok(self.room.kms.open(on_behalf, secret.scope, key, version, sealed).await?)
    }

    /// What a service owns only that service changes.
    pub(crate) fn require_own(&self, secret: &SecretRecord) -> Result<(), Error> {
        if secret.owning_service.is_none() || self.is_of_visitor { Ok(()) } else { Err(Error::managed_by_service()) }
    }

    /// KMS is asked for the caller, under the permit for the secret.
    pub(crate) fn on_behalf<'b>(&'b self, permit: &'b Permit) -> OnBehalf<'b> {
        OnBehalf { context: self.context, caller: self.caller, permit, linked: self.linked }
    }
}

fn resource(subject: &DecisionSubject<'_>, asked: &Arc<str>) -> Resource {
    let (arn, account) = (Arc::clone(subject.arn), subject.scope.account);
    Resource::One { arn, account, asked: Arc::clone(asked) }
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
