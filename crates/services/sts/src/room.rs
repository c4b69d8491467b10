//! What every operation of the service is given, and the steps that most of them share.

use std::{
    ops::Deref,
    sync::{Arc, LazyLock},
};

use contract::{Change, Commit, Identities, PolicyDocument, Reads};
use gate::{AuthorizationMessages, Gate, ResourcePolicy, SessionClaims, SessionCredentials, SessionKey, Target};
use policy::{Action, Permit, Principal, Resource};
use seal::KeyMaterial;
use service::{Asked, Turns, response_elements};
use shape::Structure;
use terms::{AccountId, Entropy};
use trail::{Recorded, Recorder, Subject};

use crate::{error::Error, one_time_codes::GoodCode, shapes, wrong_codes::WrongCodes};

/// What a call means beside its own action when it brings tags, or a source identity.
pub(crate) const TAG_SESSION: Action = Action::new("sts:TagSession");
pub(crate) const SET_SOURCE_IDENTITY: Action = Action::new("sts:SetSourceIdentity");

/// The service: its store, its guards, its keys.
pub struct Room {
    pub store: Arc<dyn Reads>,
    pub gate: Arc<Gate>,
    pub recorder: Arc<Recorder>,
    pub entropy: Arc<dyn Entropy>,
    /// Seals sessions. The authenticator opens them with the same one.
    pub sessions: Arc<SessionKey>,
    /// Opens the seeds of MFA devices.
    pub mfa_key: KeyMaterial,
    /// Opens what decisions were sealed into.
    pub messages: Arc<AuthorizationMessages>,
    /// Codes of one account are taken in turn, also with those who change its IAM.
    pub turns: Arc<Turns>,
    pub wrong_codes: WrongCodes,
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

    pub(crate) fn is_root(&self) -> bool {
        matches!(self.caller.principal(), Principal::Root { .. })
    }

    /// A member whose machinery is missing is not passed over in silence.
    pub(crate) fn refuse_unserved(&self, member: &str, is_given: bool) -> Result<(), Error> {
        // Chosen.
        if is_given { Err(Error::InvalidParameterValue(format!("{member} is not supported."))) } else { Ok(()) }
    }

    /// The IAM of the caller's account as it is now: it may have changed since the call was authenticated.
    pub(crate) async fn identities(&self) -> Result<Arc<Identities>, Error> {
        let found = self.room.store.identities(self.caller.account()).await?;
        found.ok_or_else(|| Error::Internal("the caller's account is gone".to_owned()))
    }

    pub(crate) async fn authorize(&self, target: &Target<'_>) -> Result<Permit, Error> {
        self.authorize_action(self.action, target).await
    }

    /// May the caller do this too, which the call means beside its own action?
    pub(crate) async fn authorize_action(&self, action: Action, target: &Target<'_>) -> Result<Permit, Error> {
        Ok(self.room.gate.authorize(self.context, self.caller, action, target).await?)
    }

    /// For what needs no policy's Allow: only a Deny refuses it.
    pub(crate) async fn authorize_unless_denied(&self) -> Result<Permit, Error> {
        let target = Target::new(&Resource::Every).with_policy(Some(ResourcePolicy::Trust(&OPEN_TO_ALL)));
        self.authorize(&target).await
    }

    /// Credentials with these claims, as they are answered and as they are recorded.
    pub(crate) fn begin_session(&self, claims: &SessionClaims) -> Result<shapes::Credentials, Error> {
        let SessionCredentials { access_key_id, secret_access_key, session_token, expires_at } =
            self.room.sessions.issue(claims, &*self.room.entropy)?;
        Ok(shapes::Credentials {
            access_key_id,
            secret_access_key: Some(secret_access_key),
            session_token: Some(session_token),
            expiration: Some(expires_at),
        })
    }

    /// Spends the code, if one was shown, and releases the session's answer.
    pub(crate) async fn release<T: Structure>(
        &self,
        permit: Permit,
        code: Option<GoodCode>,
        answer: T,
    ) -> Result<Recorded<T>, Error> {
        let response = response_elements(&answer);
        let Some(code) = code else {
            return Ok(self.room.recorder.tell(&self.record(Some(&response)), None, answer).await?);
        };
        let subject = Subject::identities_changed(&code.change);
        let commit = Commit::under(permit).change(Change::Identity(code.change.clone()))?;
        Ok(self.commit(commit, subject, Some(&response), answer).await?)
    }
}

/// One thing of one account, as decisions see it.
pub(crate) fn resource(arn: &str, account: AccountId) -> Resource {
    let arn: Arc<str> = arn.into();
    Resource::One { asked: Arc::clone(&arn), arn, account }
}

/// What AWS lets everybody do who has credentials.
static OPEN_TO_ALL: LazyLock<PolicyDocument> = LazyLock::new(|| {
    PolicyDocument::new(
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"sts:GetSessionToken"}}"#,
    )
});
