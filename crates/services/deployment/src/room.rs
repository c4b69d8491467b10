//! What every operation of the service is given, and the steps that most of them share.

use std::{ops::Deref, sync::Arc};

use contract::{AccountRecord, Reads, account_arn, deployment_arn};
use facades::{AccountKeys, BuiltInRotators, ManagedSecrets, RootKeys};
use gate::{AuthorizationMessages, Gate, RequestContext, Target};
use policy::{Action, Permit, Resource};
use seal::KeyMaterial;
use service::{Asked, response_elements};
use shape::Structure;
use terms::{AccountId, Entropy, EventId, Region};
use trail::{Recorded, Recorder};

use crate::error::Error;

/// The service: its store, its guards, and the server that it speaks for.
pub struct Room {
    pub store: Arc<dyn Reads>,
    pub gate: Arc<Gate>,
    pub recorder: Arc<Recorder>,
    pub entropy: Arc<dyn Entropy>,
    pub account_keys: Arc<dyn AccountKeys>,
    pub root_keys: Arc<dyn RootKeys>,
    /// Keep the passwords of adopted databases, and change them.
    pub managed_secrets: Arc<dyn ManagedSecrets>,
    pub rotators: Arc<dyn BuiltInRotators>,
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

    /// For stories that are not told again: what others have begun for them is not begun twice.
    pub(crate) async fn once<T, F>(&self, tell: impl Fn() -> F) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        tell().await
    }

    /// Of the same request, for what another service does and records on behalf of the caller.
    pub(crate) fn further_context(&self) -> RequestContext {
        RequestContext { event_id: EventId::random(&*self.room.entropy), ..self.context.clone() }
    }

    /// Releases the answer of a change that another service has made.
    pub(crate) async fn tell_change<T: Structure>(&self, answer: T) -> Result<Recorded<T>, Error> {
        let response = response_elements(&answer);
        Ok(self.room.recorder.tell(&self.record(Some(&response)), None, answer).await?)
    }

    /// The permit for an account. All accounts are things of the first one: whoever calls from another is refused by
    /// whatever policies that one has.
    pub(crate) async fn authorize_account(&self, account: AccountId) -> Result<Permit, Error> {
        let arn = account_arn(account);
        let resource = Resource::One { asked: Arc::clone(&arn), arn, account: self.room.first_account };
        self.authorize(self.action, &Target::new(&resource)).await
    }

    /// The permit for what concerns the whole deployment, which is a thing of the first account.
    pub(crate) async fn authorize_deployment(&self) -> Result<Permit, Error> {
        let arn = deployment_arn();
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
}
