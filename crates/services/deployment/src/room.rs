//! What every operation of the service is given, and the steps that most of them share.

use std::sync::Arc;

use contract::{AccountRecord, Commit, CommitError, Reads, account_arn};
use facades::AccountKeys;
use gate::{AuthorizationMessages, Caller, Gate, RequestContext, Target};
use policy::{Action, Permit, Resource};
use seal::KeyMaterial;
use shape::Structure;
use terms::{AccountId, Entropy, Region, Timestamp};
use trail::{ApiCall, Recorded, Recorder, RequestParameters, Subject};

use crate::error::Error;

pub(crate) const SOURCE: &str = "keepwell.amazonaws.com";

/// The service: its store, its guards, and the server that it speaks for.
pub struct Room {
    pub store: Arc<dyn Reads>,
    pub gate: Arc<Gate>,
    pub recorder: Arc<Recorder>,
    pub entropy: Arc<dyn Entropy>,
    pub account_keys: Arc<dyn AccountKeys>,
    /// Seals secret access keys.
    pub credentials_key: KeyMaterial,
    /// Seals decisions for DecodeAuthorizationMessage.
    pub messages: Arc<AuthorizationMessages>,
    /// Seals paging tokens.
    pub paging_key: KeyMaterial,
    /// The account that the first start made. The others belong to it.
    pub first_account: AccountId,
    /// Every region that the server keeps secrets in.
    pub regions: Vec<Region>,
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

impl Call<'_> {
    pub(crate) fn now(&self) -> Timestamp {
        self.context.received_at
    }

    /// The permit for an account. All accounts are things of the first one: whoever calls from another is refused by
    /// whatever policies that one has.
    pub(crate) async fn authorize_account(&self, account: AccountId) -> Result<Permit, Error> {
        let arn = account_arn(account);
        let resource = Resource::One { asked: Arc::clone(&arn), arn, account: self.room.first_account };
        self.authorize(self.action, &Target::new(&resource)).await
    }

    pub(crate) async fn authorize(&self, action: Action, target: &Target<'_>) -> Result<Permit, Error> {
        Ok(self.room.gate.authorize(self.context, self.caller, action, target).await?)
    }

    /// By id. Accounts are few.
    pub(crate) async fn accounts(&self) -> Result<Vec<AccountRecord>, Error> {
        let mut accounts = self.room.store.accounts().await?;
        accounts.sort_by_key(|account| account.id);
        Ok(accounts)
    }

    /// Releases the answer of a read.
    pub(crate) async fn tell<T>(&self, subject: Option<Subject>, answer: T) -> Result<Recorded<T>, Error> {
        Ok(self.room.recorder.tell(&self.record(None), subject, answer).await?)
    }

    /// Makes the change and releases its answer, of which the trail keeps what it may.
    pub(crate) async fn commit<T: Structure>(
        &self,
        commit: Commit,
        subject: Subject,
        answer: T,
    ) -> Result<Recorded<T>, CommitError> {
        let mut response = Vec::new();
        answer.record(&mut response);
        let response = String::from_utf8(response).unwrap_or_default();
        self.room.recorder.commit(commit, &self.record(Some(&response)), subject, answer).await
    }

    /// As [`Call::commit`], for operations that answer nothing.
    pub(crate) async fn commit_silently(&self, commit: Commit, subject: Subject) -> Result<Recorded<()>, CommitError> {
        self.room.recorder.commit(commit, &self.record(None), subject, ()).await
    }

    fn record<'a>(&'a self, response: Option<&'a str>) -> ApiCall<'a> {
        ApiCall {
            context: self.context,
            caller: self.caller,
            event: self.context.event_id,
            source: SOURCE,
            action: self.action,
            is_read_only: self.is_read_only,
            parameters: Some(self.parameters),
            response,
            failure: None,
        }
    }
}
