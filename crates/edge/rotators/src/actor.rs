//! As whom rotators act: the service role of the secret's account, in sessions that reach one secret.
//!
//! The role's own policy lets it use secrets that name a rotator, and of these only the one that its session is about.
//! Another secret, such as a superuser's at `masterarn`, is read where the account's administrator has attached a policy
//! to the role that allows it: nobody borrows a superuser by writing an ARN into a JSON.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
};

use contract::Tag;
use facades::{
    DescribedSecret, PendingValue, ReadSecret, RotationErrand, SecretsDoor, SecretsDoorError, ServiceRole,
    ServiceRoleError, ServiceRoles, VersionPick, Visitor,
};
use gate::{
    Caller, NewRoleSession, RequestContext, Restrictions, RoleSession, RoleSessionError, RoleSessions, RoleTaker,
};
use http::HeaderValue;
use parking_lot::Mutex;
use terms::{Clock, Entropy, EventId, Timestamp};
use trail::{Recorder, RoleTaken};

use crate::failure::Failure;

const SERVICE: &str = "secretsmanager.amazonaws.com";
const ROLE: &str = "KeepwellRotation";
const DESCRIPTION: &str = "Lets keepwell's own rotators change the secrets that name them. Attach a policy that reads a \
superuser's secret where users alternate.";
/// Which secret a session is about.
const SECRET_TAG: &str = "KeepwellSecret";
/// As long as a role's sessions may be at least.
const SESSION_MS: i64 = 15 * 60_000;
/// A session that ends sooner does not begin another step.
const STEP_MS: i64 = 5 * 60_000;

/// Begins the sessions that rotators act in.
pub(crate) struct Actors {
    pub(crate) sessions: Arc<RoleSessions>,
    pub(crate) roles: Arc<dyn ServiceRoles>,
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) secrets: Arc<dyn SecretsDoor>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    /// By secret: the steps of a rotation follow each other closely.
    pub(crate) held: Mutex<HashMap<String, Held>>,
}

/// A session that the next step may use as well.
#[derive(Clone)]
pub(crate) struct Held {
    role_arn: String,
    session: RoleSession,
}

/// A rotator with its role, about one secret.
pub(crate) struct Actor<'a> {
    actors: &'a Actors,
    session: RoleSession,
}

/// The role's policy when it is made.
pub(crate) const ROLE_POLICY: &str = r#"{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "TheSecretThatIsRotated",
      "Effect": "Allow",
      "Action": [
        "secretsmanager:DescribeSecret",
        "secretsmanager:GetSecretValue",
        "secretsmanager:PutSecretValue",
        "secretsmanager:UpdateSecretVersionStage"
      ],
      "Resource": "*",
      "Condition": {
        "ArnLike": {
          "secretsmanager:resource/AllowRotationLambdaArn": [
            "arn:aws*:lambda:*:*:function:SecretsManager*",
            "arn:aws*:lambda:*:*:function:Keepwell*"
          ]
        },
        "StringEquals": { "secretsmanager:SecretId": "${aws:PrincipalTag/KeepwellSecret}" }
      }
    },
    {
      "Sid": "NewPasswords",
      "Effect": "Allow",
      "Action": "secretsmanager:GetRandomPassword",
      "Resource": "*"
    },
    {
      "Sid": "KeysOfSecrets",
      "Effect": "Allow",
      "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
      "Resource": "*",
      "Condition": { "StringLike": { "kms:ViaService": "secretsmanager.*" } }
    }
  ]
}"#;

/// What a session may at most: change the one secret, and read what the role's policies let it read.
fn session_policy(secret_arn: &str) -> String {
    serde_json::json!({
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["secretsmanager:PutSecretValue", "secretsmanager:UpdateSecretVersionStage"],
                "Resource": secret_arn,
            },
            {
                "Effect": "Allow",
                "Action": [
                    "secretsmanager:DescribeSecret",
                    "secretsmanager:GetSecretValue",
                    "secretsmanager:GetRandomPassword",
                ],
                "Resource": "*",
            },
            {
                "Effect": "Allow",
                "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
                "Resource": "*",
                "Condition": { "StringLike": { "kms:ViaService": "secretsmanager.*" } },
            },
        ],
    })
    .to_string()
}

impl Actors {
    /// The role in a session about this secret. The role is made if the account has none.
    pub(crate) async fn actor(&self, errand: &RotationErrand<'_>, rotator: &str) -> Result<Actor<'_>, Failure> {
        let now = self.clock.now();
        let held = self.held.lock().get(errand.secret_arn).cloned();
        if let Some(Held { role_arn, session }) = held.filter(|held| held.lasts(now))
            && self.sessions.check(&role_arn, &taker(errand, now)).await.is_ok()
            && self.caller(&session, now).await.is_ok()
        {
            return Ok(Actor { actors: self, session });
        }
        let new = self.begin(errand, rotator, now).await?;
        let session = new.session.clone();
        let mut held = self.held.lock();
        held.retain(|_, held| held.lasts(now));
        held.insert(errand.secret_arn.to_owned(), new);
        Ok(Actor { actors: self, session })
    }

    async fn begin(&self, errand: &RotationErrand<'_>, rotator: &str, now: Timestamp) -> Result<Held, Failure> {
        let account = errand.secret.account;
        let role = ServiceRole {
            account,
            name: ROLE,
            description: DESCRIPTION,
            trusted_service: SERVICE,
            policy_name: ROLE,
            policy: ROLE_POLICY,
            request: errand.request,
            now,
        };
        let role_arn = self.roles.ensure(&role).await.map_err(role_failure)?;
        let restrictions = Restrictions {
            policy: Some(session_policy(errand.secret_arn)),
            tags: vec![Tag { key: SECRET_TAG.to_owned(), value: errand.secret_arn.to_owned() }],
            ..Restrictions::default()
        };
        let new = NewRoleSession {
            role_arn: &role_arn,
            session_name: rotator,
            region: errand.secret.region,
            expires_at: now.plus_millis(SESSION_MS),
            restrictions,
        };
        let session =
            self.sessions.begin(new, &taker(errand, now)).await.map_err(|error| session_failure(&error, &role_arn))?;
        let taken = RoleTaken {
            event: EventId::random(&*self.entropy),
            request: errand.request,
            at: now,
            service: SERVICE,
            role_arn: &role_arn,
            session_name: rotator,
            account: session.account(),
            region: errand.secret.region,
            access_key_id: &session.credentials.access_key_id,
            expires_at: session.credentials.expires_at,
        };
        let recorded = self.recorder.tell_role_taken(&taken, session.clone()).await;
        let recorded = recorded.map_err(|error| internal("a rotator's session cannot be recorded", &error))?;
        Ok(Held { session: recorded.into_answer(), role_arn })
    }

    async fn caller(&self, session: &RoleSession, now: Timestamp) -> Result<Caller, Failure> {
        let caller = self.sessions.caller(session, now).await;
        let caller = caller.map_err(|error| internal("a rotator's role cannot be read", &error))?;
        caller.ok_or_else(|| Failure::new(format!("the session of the role {ROLE} is over, or the role is gone")))
    }
}

impl Held {
    fn lasts(&self, now: Timestamp) -> bool {
        self.session.credentials.expires_at > now.plus_millis(STEP_MS)
    }
}

fn taker<'a>(errand: &'a RotationErrand<'_>, now: Timestamp) -> RoleTaker<'a> {
    RoleTaker {
        service: SERVICE,
        source_arn: errand.secret_arn,
        source_account: errand.secret.account,
        request: errand.request,
        now,
    }
}

impl Actor<'_> {
    pub(crate) async fn describe(&self, secret_id: &str) -> Result<DescribedSecret, Failure> {
        let (context, caller) = self.enter().await?;
        Ok(self.actors.secrets.describe(Visitor { context: &context, caller: &caller }, secret_id).await?)
    }

    pub(crate) async fn get(&self, secret_id: &str, pick: VersionPick<'_>) -> Result<ReadSecret, Failure> {
        let (context, caller) = self.enter().await?;
        Ok(self.actors.secrets.get(Visitor { context: &context, caller: &caller }, secret_id, pick).await?)
    }

    /// None if there is no such version, or it has no value yet.
    pub(crate) async fn find(&self, secret_id: &str, pick: VersionPick<'_>) -> Result<Option<ReadSecret>, Failure> {
        let (context, caller) = self.enter().await?;
        match self.actors.secrets.get(Visitor { context: &context, caller: &caller }, secret_id, pick).await {
            Ok(found) => Ok(Some(found)),
            Err(SecretsDoorError::NotFound(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// None also where it may not be read, or its key is disabled.
    pub(crate) async fn find_readable(
        &self,
        secret_id: &str,
        pick: VersionPick<'_>,
    ) -> Result<Option<ReadSecret>, Failure> {
        let (context, caller) = self.enter().await?;
        match self.actors.secrets.get(Visitor { context: &context, caller: &caller }, secret_id, pick).await {
            Ok(found) => Ok(Some(found)),
            Err(SecretsDoorError::NotFound(_)) => Ok(None),
            Err(refusal @ (SecretsDoorError::Denied(_) | SecretsDoorError::Refused { .. })) => {
                tracing::warn!(secret_id, %refusal, "a rotation does without a version that cannot be read");
                Ok(None)
            }
            Err(error @ SecretsDoorError::Internal(_)) => Err(error.into()),
        }
    }

    pub(crate) async fn put_pending(&self, secret_id: &str, pending: PendingValue<'_>) -> Result<(), Failure> {
        let (context, caller) = self.enter().await?;
        Ok(self.actors.secrets.put_pending(Visitor { context: &context, caller: &caller }, secret_id, pending).await?)
    }

    pub(crate) async fn make_current(&self, secret_id: &str, to: &str, from: Option<&str>) -> Result<(), Failure> {
        let (context, caller) = self.enter().await?;
        let visitor = Visitor { context: &context, caller: &caller };
        Ok(self.actors.secrets.make_current(visitor, secret_id, to, from).await?)
    }

    /// Each call has ids of its own, and is decided by the role as it is now.
    async fn enter(&self) -> Result<(RequestContext, Caller), Failure> {
        let actors = self.actors;
        let mut context = RequestContext::begin(&*actors.clock, &*actors.entropy, IpAddr::V4(Ipv4Addr::LOCALHOST));
        context.user_agent = Some(HeaderValue::from_static(SERVICE));
        let caller = actors.caller(&self.session, context.received_at).await?;
        Ok((context, caller))
    }
}

fn role_failure(error: ServiceRoleError) -> Failure {
    match error {
        ServiceRoleError::Refused(text) => Failure::new(text),
        ServiceRoleError::Internal(cause) => internal("the rotators' role cannot be made", &cause),
    }
}

fn session_failure(error: &RoleSessionError, role_arn: &str) -> Failure {
    match error {
        RoleSessionError::NotAssumable => {
            Failure::new(format!("the role {role_arn} does not trust {SERVICE} any more, so no rotator can act as it"))
        }
        RoleSessionError::Store(_) | RoleSessionError::Sealing => internal("a rotator's session cannot begin", error),
    }
}

fn internal(what: &str, cause: &dyn std::fmt::Display) -> Failure {
    tracing::error!(%cause, "{what}");
    Failure::new(format!("{what}; the server's log says why"))
}

#[cfg(test)]
mod tests {
    use policy::{Policy, PolicyKind};

    use super::*;

    #[test]
    fn the_policies_of_role_and_session_can_be_read() {
        Policy::parse(ROLE_POLICY, PolicyKind::Identity).unwrap();
        assert!(ROLE_POLICY.contains(&format!("${{aws:PrincipalTag/{SECRET_TAG}}}")));
        let arn = "arn:aws:secretsmanager:us-east-1:111122223333:secret:keepwell!db/orders-AbCdEf";
        Policy::parse(&session_policy(arn), PolicyKind::Session).unwrap();
    }
}
