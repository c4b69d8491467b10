//! What every operation of the service is given, and the steps that most of them share.

use std::{ops::Deref, sync::Arc};

use contract::{Change, Commit, FunctionChange, FunctionRecord, NewCode, Reads};
use gate::{Gate, Target};
use policy::{Permit, Resource};
use seal::KeyMaterial;
use service::{Asked, response_elements};
use shape::Structure;
use terms::{Entropy, RequestId};
use trail::{Recorded, Recorder, Subject};

use crate::{error::Error, invocation::Runner};

/// The service: its store, its guards, and what runs functions.
pub struct Room {
    pub store: Arc<dyn Reads>,
    pub gate: Arc<Gate>,
    pub recorder: Arc<Recorder>,
    pub entropy: Arc<dyn Entropy>,
    pub runner: Arc<Runner>,
    /// Seals paging markers.
    pub paging_key: KeyMaterial,
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

    /// For stories that are not told again: what they have begun is not begun twice.
    pub(crate) async fn once<T, F>(&self, tell: impl Fn() -> F) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        tell().await
    }

    /// For operations that are about no function in particular.
    pub(crate) async fn authorize_every(&self) -> Result<Permit, Error> {
        let target = Target::new(&Resource::Every);
        Ok(self.room.gate.authorize(self.context, self.caller, self.action, &target).await?)
    }

    /// A `RevisionId`, or whatever else is a UUID.
    pub(crate) fn new_uuid(&self) -> String {
        RequestId::random(&*self.room.entropy).to_string()
    }

    /// Changes the function, and releases an answer of which the trail keeps what the shape lets it.
    pub(crate) async fn change<T: Structure>(
        &self,
        permit: Permit,
        before: Arc<FunctionRecord>,
        after: FunctionRecord,
        code: Option<NewCode>,
        answer: T,
    ) -> Result<Recorded<T>, Error> {
        let response = response_elements(&answer);
        self.change_with(permit, before, after, code, Some(&response), answer).await
    }

    /// The same, for operations that answer nothing.
    pub(crate) async fn change_silently(
        &self,
        permit: Permit,
        before: Arc<FunctionRecord>,
        after: FunctionRecord,
    ) -> Result<Recorded<()>, Error> {
        self.change_with(permit, before, after, None, None, ()).await
    }

    pub(crate) async fn change_with<T>(
        &self,
        permit: Permit,
        before: Arc<FunctionRecord>,
        after: FunctionRecord,
        code: Option<NewCode>,
        response: Option<&str>,
        answer: T,
    ) -> Result<Recorded<T>, Error> {
        let after = Arc::new(after);
        let subject = Subject::function_changed(&after);
        let change = FunctionChange::Update { before, after, code };
        let commit = Commit::under(permit).change(Change::Function(change))?;
        Ok(self.commit(commit, subject, response, answer).await?)
    }
}
