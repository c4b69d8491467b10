//! What every operation of the service is given, and the steps that most of them share.

use std::{ops::Deref, sync::Arc};

use contract::{Change, Commit, Identities, IdentityChange, Reads};
use gate::{Gate, Target};
use policy::{Action, Permit, Resource};
use seal::KeyMaterial;
use service::{Asked, Turns, response_elements};
use shape::Structure;
use terms::{AccountId, Entropy};
use trail::{Recorded, Recorder, Subject};

use crate::{error::Error, quotas::Quotas};

/// The service: its store, its guards, its numbers.
pub struct Room {
    pub store: Arc<dyn Reads>,
    pub gate: Arc<Gate>,
    pub recorder: Arc<Recorder>,
    pub entropy: Arc<dyn Entropy>,
    pub quotas: Quotas,
    /// Seals secret access keys.
    pub credentials_key: KeyMaterial,
    /// Seals the seeds of MFA devices.
    pub mfa_key: KeyMaterial,
    /// Seals paging markers.
    pub paging_key: KeyMaterial,
    /// Shared with whoever else changes the IAM of accounts.
    pub turns: Arc<Turns>,
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

    /// Tells the story of a change when it is its account's turn.
    pub(crate) async fn in_turn<T, F>(&self, tell: impl Fn() -> F) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let _turn = self.room.turns.take(self.account()).await;
        self.again(tell).await
    }

    pub(crate) fn account(&self) -> AccountId {
        self.caller.account()
    }

    /// The account's IAM as it is now: it may have changed since the call was authenticated.
    pub(crate) async fn identities(&self) -> Result<Arc<Identities>, Error> {
        let found = self.room.store.identities(self.account()).await?;
        found.ok_or_else(|| Error::Internal("the caller's account is gone".to_owned()))
    }

    /// `arn:aws:iam::123456789012:user/team/alice` of `user` and `/team/alice`.
    pub(crate) fn arn(&self, kind: &str, path_and_name: &str) -> String {
        format!("arn:aws:iam::{}:{kind}{path_and_name}", self.account())
    }

    /// A thing of the caller's account, as decisions see it.
    pub(crate) fn resource(&self, arn: &str) -> Resource {
        let arn: Arc<str> = arn.into();
        Resource::One { asked: Arc::clone(&arn), arn, account: self.account() }
    }

    pub(crate) async fn authorize(&self, target: &Target<'_>) -> Result<Permit, Error> {
        Ok(self.room.gate.authorize(self.context, self.caller, self.action, target).await?)
    }

    /// May the caller do this too? For requests that are two wishes at once, such as making a user with tags.
    pub(crate) async fn authorize_part(&self, part: Action, target: &Target<'_>) -> Result<(), Error> {
        self.room.gate.authorize(self.context, self.caller, part, target).await?;
        Ok(())
    }

    /// May the caller list what lies under a path? Policies see the path where a name would follow:
    /// `arn:aws:iam::123456789012:user/team/`.
    pub(crate) async fn authorize_list(&self, kind: &str, path_prefix: &str) -> Result<Permit, Error> {
        self.authorize(&Target::new(&self.resource(&self.arn(kind, path_prefix)))).await
    }

    /// May the caller do what is about nothing in particular? Unlike other services, IAM prints a star as its resource.
    pub(crate) async fn authorize_without_resource(&self) -> Result<Permit, Error> {
        self.authorize(&Target::new(&self.resource("*"))).await
    }

    /// Releases the answer of a read.
    pub(crate) async fn tell<T>(&self, answer: T) -> Result<Recorded<T>, Error> {
        self.0.tell(None, answer).await
    }

    /// Makes the change and releases its answer.
    pub(crate) async fn commit<T: Structure>(
        &self,
        permit: Permit,
        change: IdentityChange,
        answer: T,
    ) -> Result<Recorded<T>, Error> {
        self.commit_with(permit, change, Some(&response_elements(&answer)), answer).await
    }

    /// As [`Call::commit`], for operations that answer nothing.
    pub(crate) async fn commit_silently(&self, permit: Permit, change: IdentityChange) -> Result<Recorded<()>, Error> {
        self.commit_with(permit, change, None, ()).await
    }

    async fn commit_with<T>(
        &self,
        permit: Permit,
        change: IdentityChange,
        response: Option<&str>,
        answer: T,
    ) -> Result<Recorded<T>, Error> {
        let subject = Subject::identities_changed(&change);
        let commit = Commit::under(permit).change(Change::Identity(change))?;
        Ok(self.0.commit(commit, subject, response, answer).await?)
    }
}
