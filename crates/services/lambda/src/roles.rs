//! Sessions of functions' roles: begun by the service, on the trail before they are used, and shared by processes that
//! start soon after each other.

use std::{collections::HashMap, sync::Arc};

use gate::{Caller, NewRoleSession, Restrictions, RoleSession, RoleSessionError, RoleSessions, RoleTaker};
use parking_lot::Mutex;
use terms::{Entropy, EventId, RequestId, Scope, Timestamp};
use trail::{Recorder, RoleTaken, Unrecorded};

use crate::passing::SERVICE;

/// As long as credentials of a role last at most: a process that was given them is retired before.
const SESSION_MS: i64 = 12 * 3_600_000;
/// One that is younger serves whatever starts next.
const SHARED_FOR_MS: i64 = 3_600_000;

/// What beginning sessions takes.
pub struct Roles {
    pub sessions: Arc<RoleSessions>,
    pub recorder: Arc<Recorder>,
    pub entropy: Arc<dyn Entropy>,
    pub held: HeldSessions,
}

/// Of each function and each role that it has had.
#[derive(Default)]
pub struct HeldSessions(Mutex<HashMap<(String, String), RoleSession>>);

/// A function that acts as its role.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Actor<'a> {
    pub(crate) function_arn: &'a str,
    /// Which is what AWS names the session after.
    pub(crate) function_name: &'a str,
    pub(crate) scope: Scope,
    pub(crate) role: &'a str,
    pub(crate) request: RequestId,
    pub(crate) now: Timestamp,
}

#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum RoleError {
    #[error(transparent)]
    Session(#[from] RoleSessionError),
    #[error("a session cannot be recorded: {0}")]
    Unrecorded(String),
}

impl Roles {
    /// May Lambda take the role for this function?
    pub(crate) async fn check(&self, actor: &Actor<'_>) -> Result<(), RoleSessionError> {
        self.sessions.check(actor.role, &actor.taker()).await
    }

    /// The session of the function's role, as it may be taken now.
    pub(crate) async fn session(&self, actor: &Actor<'_>) -> Result<RoleSession, RoleError> {
        let holder = (actor.function_arn.to_owned(), actor.role.to_owned());
        let held = self.held.0.lock().get(&holder).cloned();
        let young = actor.now.plus_millis(SESSION_MS - SHARED_FOR_MS);
        let held = held.filter(|held| held.credentials.expires_at > young);
        if let Some(session) = held
            && self.sessions.caller(&session, actor.now).await.map_err(RoleSessionError::from)?.is_some()
        {
            self.check(actor).await?;
            return Ok(session);
        }
        let session = self.begin(actor).await?;
        let mut held = self.held.0.lock();
        held.retain(|_, held| held.credentials.expires_at > young);
        held.insert(holder, session.clone());
        Ok(session)
    }

    /// The function's role as a caller.
    pub(crate) async fn caller(&self, actor: &Actor<'_>) -> Result<Caller, RoleError> {
        let session = self.session(actor).await?;
        let caller = self.sessions.caller(&session, actor.now).await.map_err(RoleSessionError::from)?;
        // Gone in this very moment.
        caller.ok_or(RoleError::Session(RoleSessionError::NotAssumable))
    }

    async fn begin(&self, actor: &Actor<'_>) -> Result<RoleSession, RoleError> {
        let Actor { function_name, scope, role, request, now, .. } = *actor;
        let ends = now.plus_millis(SESSION_MS);
        let new = NewRoleSession {
            role_arn: role,
            session_name: function_name,
            region: scope.region,
            expires_at: ends,
            restrictions: Restrictions::default(),
        };
        let session = self.sessions.begin(new, &actor.taker()).await?;
        let taken = RoleTaken {
            event: EventId::random(&*self.entropy),
            request,
            at: now,
            service: SERVICE,
            role_arn: role,
            session_name: function_name,
            account: session.account(),
            region: scope.region,
            access_key_id: &session.credentials.access_key_id,
            expires_at: session.credentials.expires_at,
        };
        let recorded = self.recorder.tell_role_taken(&taken, session.clone()).await;
        let unrecorded = |error: Unrecorded| RoleError::Unrecorded(error.to_string());
        Ok(recorded.map_err(unrecorded)?.into_answer())
    }
}

impl Actor<'_> {
    fn taker(&self) -> RoleTaker<'_> {
        RoleTaker {
            service: SERVICE,
            source_arn: self.function_arn,
            source_account: self.scope.account,
            request: self.request,
            now: self.now,
        }
    }
}
