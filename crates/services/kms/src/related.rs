//! Keys in several Regions that are one key: they share an id, and their materials.

use std::sync::Arc;

use contract::{Change, Commit, Guarded, KeyChange, KeyRecord, KeyState, KeySubject, StoreError};
use policy::Action;
use terms::RequestId;
use trail::{Recorded, Subject};

use crate::{
    error::Error,
    jobs::jobs_of,
    room::{Call, Room, next},
};

/// What AWS calls it when the keys of a multi-Region key are made alike.
const SYNCHRONIZE: Action = Action::new("kms:SynchronizeMultiRegionKey");

/// A plan that changes several keys in one commit, and what the trail is to tell of each.
pub(crate) struct KeysPlan {
    pub(crate) commit: Commit,
    pub(crate) first: Subject,
    pub(crate) also: Vec<Subject>,
}

impl KeysPlan {
    /// Changes the key, by a permit that the commit has, and reschedules what waits for it.
    pub(crate) fn new(commit: Commit, before: Arc<KeyRecord>, after: KeyRecord) -> Result<Self, Error> {
        let after = Arc::new(after);
        let first = Subject::key_changed(&after);
        let jobs = jobs_of(&after);
        let commit = commit.change(Change::Key(KeyChange::Update { before, after }))?.jobs(jobs);
        Ok(Self { commit, first, also: Vec::new() })
    }

    /// Changes another key along with it. That follows by itself, so the service permits it.
    pub(crate) fn and_synchronize(
        self,
        room: &Room,
        request: RequestId,
        related: Guarded<Arc<KeyRecord>>,
        change: impl FnOnce(&mut KeyRecord),
    ) -> Result<Self, Error> {
        let account = related.key().scope.account;
        let permit = room.gate.authorize_service(account, SYNCHRONIZE, &related, request)?;
        let before = related.open_key(&permit)?;
        let mut after = next(&before);
        change(&mut after);
        Self { commit: self.commit.and_under(permit), ..self }.and_change(before, after)
    }

    /// Changes another key along with it, by a permit that the commit has for that one too.
    pub(crate) fn and_change(self, before: Arc<KeyRecord>, after: KeyRecord) -> Result<Self, Error> {
        let Self { commit, first, mut also } = self;
        let plan = Self::new(commit, before, after)?;
        also.push(plan.first);
        Ok(Self { commit: plan.commit, first, also })
    }
}

impl Room {
    /// The keys of other Regions that are one with this, as far as they are there.
    pub(crate) async fn related_keys(&self, key: &KeySubject<'_>) -> Result<Vec<Guarded<Arc<KeyRecord>>>, StoreError> {
        let mut related = Vec::new();
        if !key.id.is_multi_region {
            return Ok(related);
        }
        for region in self.regions.iter().filter(|region| **region != key.scope.region) {
            let found = self.store.key(*region, key.id.bits).await?;
            related.extend(found.filter(|found| is_related(&found.key(), key)));
        }
        Ok(related)
    }

    /// Changes a key and all that are one with it alike.
    pub(crate) async fn plan_alike(
        &self,
        commit: Commit,
        before: Arc<KeyRecord>,
        request: RequestId,
        change: impl Fn(&mut KeyRecord),
    ) -> Result<KeysPlan, Error> {
        let related = self.related_keys(&KeySubject::of(&before)).await?;
        let mut after = next(&before);
        change(&mut after);
        let plan = KeysPlan::new(commit, before, after)?;
        related.into_iter().try_fold(plan, |plan, related| plan.and_synchronize(self, request, related, &change))
    }
}

impl Call<'_> {
    /// Makes the changes, and releases the answer.
    pub(crate) async fn change_keys<T>(
        &self,
        KeysPlan { commit, first, also }: KeysPlan,
        response: Option<&str>,
        answer: T,
    ) -> Result<Recorded<T>, Error> {
        Ok(self.commit(commit, (first, also.as_slice()), response, answer).await?)
    }
}

/// What is done at the primary for all of them is refused at a replica. None for a key of one Region.
pub(crate) fn require_primary(key: &KeyRecord) -> Result<(), Error> {
    if is_replica(&KeySubject::of(key)) { Err(not_primary(key)) } else { Ok(()) }
}

/// Recorded.
pub(crate) fn not_primary(key: &KeyRecord) -> Error {
    let text = format!("{} is not a multi-region primary key.", key.arn);
    Error::refused("UnsupportedOperationException", text)
}

pub(crate) fn is_replica(key: &KeySubject<'_>) -> bool {
    key.details.primary_region.is_some_and(|primary| primary != key.scope.region)
}

fn is_related(found: &KeySubject<'_>, key: &KeySubject<'_>) -> bool {
    found.id == key.id && found.scope.account == key.scope.account && found.details.state != KeyState::Deleted
}
