//! What every operation of the service is given, and the steps that most of them share.

use std::{ops::Deref, sync::Arc};

use contract::{Change, Commit, Guarded, JobChange, KeyChange, KeyRecord, KeySubject, Reads};
use gate::{Gate, Target};
use policy::{Action, Permit, Resource};
use seal::KeyMaterial;
use service::{Asked, response_elements};
use shape::Structure;
use terms::{Clock, Entropy, Region};
use trail::{JsonObject, Recorded, Recorder, Subject};

use crate::{
    error::Error,
    find::{Asker, FoundKey},
    key_id::{NamedKey, invalid_key_id},
    key_keys::KeyUse,
    keyring::Keyring,
};

/// The service: its store, its guards, its keys.
pub struct Room {
    pub store: Arc<dyn Reads>,
    pub gate: Arc<Gate>,
    pub recorder: Arc<Recorder>,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    pub keyring: Arc<Keyring>,
    /// Seals paging markers and grant tokens.
    pub paging_key: KeyMaterial,
    /// Every Region that this server has keys in.
    pub regions: Vec<Region>,
}

/// One call of one operation.
pub(crate) struct Call<'a>(Asked<'a, Room>);

impl<'a> Deref for Call<'a> {
    type Target = Asked<'a, Room>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<'a> Call<'a> {
    pub(crate) fn of(asked: Asked<'a, Room>, _: &impl Structure) -> Self {
        Self(asked)
    }

    pub(crate) fn asker(&self) -> Asker<'a> {
        Asker { context: self.context, caller: self.caller, via: None }
    }

    /// The key that is meant by an id, an ARN, an alias or its ARN.
    pub(crate) async fn find(&self, key: &str) -> Result<FoundKey, Error> {
        let named = NamedKey::parse(self.caller.scope(), key)?;
        self.room.find(self.asker(), self.action, &named).await
    }

    /// For operations that take no alias.
    pub(crate) async fn find_by_id(&self, key: &str) -> Result<Guarded<Arc<KeyRecord>>, Error> {
        let named = NamedKey::parse(self.caller.scope(), key)?;
        if named.is_alias() {
            return Err(invalid_key_id(key));
        }
        Ok(self.room.find(self.asker(), self.action, &named).await?.key)
    }

    /// May the caller do this with the key?
    pub(crate) async fn authorize_key(&self, key: &KeySubject<'_>, asked: &KeyUse<'_>) -> Result<Permit, Error> {
        self.room.authorize_key(self.asker(), self.action, key, asked).await
    }

    /// Finds a key by its id or ARN, and opens it if the caller may do with it what the operation does.
    pub(crate) async fn open(&self, key: &str) -> Result<(Permit, Arc<KeyRecord>), Error> {
        self.open_for(key, &KeyUse::default()).await
    }

    /// The same, with what of the request policies may ask about.
    pub(crate) async fn open_for(&self, key: &str, asked: &KeyUse<'_>) -> Result<(Permit, Arc<KeyRecord>), Error> {
        let found = self.find_by_id(key).await?;
        let permit = self.authorize_key(&found.key(), asked).await?;
        let key = found.open_key(&permit)?;
        Ok((permit, key))
    }

    /// For operations that no other account may ask for, whatever a key's policy says.
    pub(crate) async fn open_own(&self, key: &str) -> Result<(Permit, Arc<KeyRecord>), Error> {
        self.open_own_for(key, &KeyUse::default()).await
    }

    /// The same, with what of the request policies may ask about.
    pub(crate) async fn open_own_for(&self, key: &str, asked: &KeyUse<'_>) -> Result<(Permit, Arc<KeyRecord>), Error> {
        let named = NamedKey::parse(self.caller.scope(), key)?;
        if named.scope.account != self.caller.account() {
            return Err(self.room.refuse_unknown(self.asker(), self.action, &named).await);
        }
        self.open_for(key, asked).await
    }

    /// For operations that are about no key in particular.
    pub(crate) async fn authorize_every(&self, action: Action) -> Result<Permit, Error> {
        Ok(self.room.gate.authorize(self.context, self.caller, action, &Target::new(&Resource::Every)).await?)
    }

    /// Changes the key, and releases an answer of which the trail keeps what the shape lets it.
    pub(crate) async fn change<T: Structure>(
        &self,
        permit: Permit,
        before: Arc<KeyRecord>,
        after: KeyRecord,
        jobs: impl IntoIterator<Item = JobChange>,
        answer: T,
    ) -> Result<Recorded<T>, Error> {
        let response = response_elements(&answer);
        self.change_with(permit, before, after, jobs, Some(&response), answer).await
    }

    /// The same, for operations that answer nothing.
    pub(crate) async fn change_silently(
        &self,
        permit: Permit,
        before: Arc<KeyRecord>,
        after: KeyRecord,
        jobs: impl IntoIterator<Item = JobChange>,
    ) -> Result<Recorded<()>, Error> {
        let response = key_elements(&before);
        self.change_with(permit, before, after, jobs, Some(&response), ()).await
    }

    async fn change_with<T>(
        &self,
        permit: Permit,
        before: Arc<KeyRecord>,
        after: KeyRecord,
        jobs: impl IntoIterator<Item = JobChange>,
        response: Option<&str>,
        answer: T,
    ) -> Result<Recorded<T>, Error> {
        let after = Arc::new(after);
        let subject = Subject::key_changed(&after);
        let commit = Commit::under(permit).change(Change::Key(KeyChange::Update { before, after }))?.jobs(jobs);
        Ok(self.commit(commit, subject, response, answer).await?)
    }
}

/// What the trail keeps of operations that answer nothing: CloudTrail tells whose key it was all the same.
pub(crate) fn key_elements(key: &KeyRecord) -> String {
    let mut elements = Vec::new();
    JsonObject::begin(&mut elements).text("keyId", &key.arn).end();
    String::from_utf8(elements).unwrap_or_default()
}

/// The record that follows a key's, for a plan to change.
pub(crate) fn next(before: &KeyRecord) -> KeyRecord {
    KeyRecord { revision: before.revision.saturating_add(1), ..before.clone() }
}
