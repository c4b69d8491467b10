//! What every operation of the service is given, and the steps that most of them share.

use std::{ops::Deref, sync::Arc};

use contract::{Change, Commit, JobChange, LogBounds, LogGroupChange, LogGroupDetails, LogGroupRecord, LogReads};
use facades::LogKeys;
use gate::Gate;
use policy::Permit;
use seal::KeyMaterial;
use service::Asked;
use shape::Structure;
use terms::{Clock, Entropy};
use trail::{Recorded, Recorder, Subject};

use crate::{error::Error, search::Searches};

/// The service: its store, its guards, its keys.
pub struct Room {
    pub store: Arc<dyn LogReads>,
    pub gate: Arc<Gate>,
    pub recorder: Arc<Recorder>,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    pub keys: Arc<dyn LogKeys>,
    /// Seals paging tokens.
    pub paging_key: KeyMaterial,
    pub bounds: LogBounds,
    pub searches: Searches,
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

    /// Changes the group, if that is a change, and releases an empty answer.
    pub(crate) async fn change(
        &self,
        permit: Permit,
        before: Arc<LogGroupRecord>,
        jobs: impl IntoIterator<Item = JobChange>,
        change: impl FnOnce(&mut LogGroupDetails),
    ) -> Result<Recorded<()>, Error> {
        let mut after = LogGroupRecord { revision: before.revision.saturating_add(1), ..(*before).clone() };
        change(&mut after.details);
        if after.details == before.details {
            return self.tell(Some(Subject::log_group_seen(&before)), ()).await;
        }
        let after = Arc::new(after);
        let subject = Subject::log_group_changed(&after);
        let change = Change::LogGroup(LogGroupChange::Update { before, after });
        Ok(self.commit(Commit::under(permit).change(change)?.jobs(jobs), subject, None, ()).await?)
    }
}
