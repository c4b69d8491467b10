//! Secrets Manager for those inside the house who act as somebody: the rotators.
//!
//! Every call is decided and recorded like one that came over the wire.

use std::sync::{Arc, OnceLock, Weak};

use contract::Answer;
use facades::{DescribedSecret, PendingValue, ReadSecret, SecretsDoor, SecretsDoorError, VersionPick, Visitor};
use service::{Asked, JsonError, Parameters};
use terms::{AWSCURRENT, AWSPENDING};
use trail::{LinkedCalls, Recorded, RequestParameters};

use crate::{
    error::Error,
    keys::Members,
    operations::{
        Operation, describe_secret::describe_secret, get_secret_value::get_secret_value,
        put_secret_value::put_secret_value, update_secret_version_stage::update_secret_version_stage,
    },
    room::{Call, Room},
    shapes::{DescribeSecretRequest, GetSecretValueRequest, PutSecretValueRequest, UpdateSecretVersionStageRequest},
};

/// Leads into a room that is built after whoever comes through here.
#[derive(Default)]
pub struct Door {
    room: OnceLock<Weak<Room>>,
}

impl Door {
    pub fn new() -> Self {
        Self::default()
    }

    /// Says where the door leads. The first room counts.
    pub fn lead_to(&self, room: &Arc<Room>) {
        let _ = self.room.set(Arc::downgrade(room));
    }

    pub(crate) fn room(&self) -> Result<Arc<Room>, SecretsDoorError> {
        let room = self.room.get().and_then(Weak::upgrade);
        room.ok_or_else(|| SecretsDoorError::Internal("Secrets Manager is not open".to_owned()))
    }

    async fn describe_now(&self, visitor: Visitor<'_>, secret_id: &str) -> Result<DescribedSecret, SecretsDoorError> {
        let room = self.room()?;
        let ask = DescribeSecretRequest { secret_id: secret_id.to_owned() };
        let (linked, parameters) = (LinkedCalls::new(), Parameters(&ask));
        let call = visit(&room, visitor, Operation::DescribeSecret, &ask, &parameters, &linked);
        let told = released(&call, describe_secret(&call, &ask).await).await?;
        let tags = told.tags.unwrap_or_default().into_iter();
        Ok(DescribedSecret {
            arn: told.arn.unwrap_or_default(),
            name: told.name.unwrap_or_default(),
            rotation_enabled: told.rotation_enabled.unwrap_or(false),
            stages: told.version_ids_to_stages.unwrap_or_default().into_iter().collect(),
            tags: tags.map(|tag| (tag.key.unwrap_or_default(), tag.value.unwrap_or_default())).collect(),
        })
    }

    async fn get_now(
        &self,
        visitor: Visitor<'_>,
        secret_id: &str,
        pick: VersionPick<'_>,
    ) -> Result<ReadSecret, SecretsDoorError> {
        let room = self.room()?;
        let ask = GetSecretValueRequest {
            secret_id: secret_id.to_owned(),
            version_id: pick.version_id.map(str::to_owned),
            version_stage: pick.stage.map(str::to_owned),
        };
        let (linked, parameters) = (LinkedCalls::new(), Parameters(&ask));
        let call = visit(&room, visitor, Operation::GetSecretValue, &ask, &parameters, &linked);
        let told = released(&call, get_secret_value(&call, &ask).await).await?;
        let value = told.secret_string.ok_or_else(|| SecretsDoorError::Refused {
            code: "InvalidRequestException",
            text: "The secret's value is binary; a rotator reads text.".to_owned(),
        })?;
        Ok(ReadSecret { arn: told.arn.unwrap_or_default(), version_id: told.version_id.unwrap_or_default(), value })
    }

    async fn put_pending_now(
        &self,
        visitor: Visitor<'_>,
        secret_id: &str,
        pending: PendingValue<'_>,
    ) -> Result<(), SecretsDoorError> {
        let room = self.room()?;
        let ask = PutSecretValueRequest {
            secret_id: secret_id.to_owned(),
            client_request_token: Some(pending.token.to_owned()),
            secret_string: Some(pending.value.clone()),
            secret_binary: None,
            version_stages: Some(vec![AWSPENDING.to_owned()]),
            rotation_token: Some(pending.rotation_token.clone()),
        };
        let (linked, parameters) = (LinkedCalls::new(), Parameters(&ask));
        let call = visit(&room, visitor, Operation::PutSecretValue, &ask, &parameters, &linked);
        let tell = || {
            call.linked.clear();
            put_secret_value(&call, &ask)
        };
        released(&call, call.in_turn(&ask.secret_id, tell).await).await.map(drop)
    }

    async fn make_current_now(
        &self,
        visitor: Visitor<'_>,
        secret_id: &str,
        to: &str,
        from: Option<&str>,
    ) -> Result<(), SecretsDoorError> {
        let room = self.room()?;
        let ask = UpdateSecretVersionStageRequest {
            secret_id: secret_id.to_owned(),
            version_stage: AWSCURRENT.to_owned(),
            remove_from_version_id: from.map(str::to_owned),
            move_to_version_id: Some(to.to_owned()),
        };
        let (linked, parameters) = (LinkedCalls::new(), Parameters(&ask));
        let call = visit(&room, visitor, Operation::UpdateSecretVersionStage, &ask, &parameters, &linked);
        let tell = || {
            call.linked.clear();
            update_secret_version_stage(&call, &ask)
        };
        released(&call, call.in_turn(&ask.secret_id, tell).await).await.map(drop)
    }
}

impl SecretsDoor for Door {
    fn describe<'a>(
        &'a self,
        visitor: Visitor<'a>,
        secret_id: &'a str,
    ) -> Answer<'a, Result<DescribedSecret, SecretsDoorError>> {
        Box::pin(self.describe_now(visitor, secret_id))
    }

    fn get<'a>(
        &'a self,
        visitor: Visitor<'a>,
        secret_id: &'a str,
        pick: VersionPick<'a>,
    ) -> Answer<'a, Result<ReadSecret, SecretsDoorError>> {
        Box::pin(self.get_now(visitor, secret_id, pick))
    }

    fn put_pending<'a>(
        &'a self,
        visitor: Visitor<'a>,
        secret_id: &'a str,
        pending: PendingValue<'a>,
    ) -> Answer<'a, Result<(), SecretsDoorError>> {
        Box::pin(self.put_pending_now(visitor, secret_id, pending))
    }

    fn make_current<'a>(
        &'a self,
        visitor: Visitor<'a>,
        secret_id: &'a str,
        to: &'a str,
        from: Option<&'a str>,
    ) -> Answer<'a, Result<(), SecretsDoorError>> {
        Box::pin(self.make_current_now(visitor, secret_id, to, from))
    }
}

/// The visitor's call of one operation.
pub(crate) fn visit<'a>(
    room: &'a Room,
    visitor: Visitor<'a>,
    operation: Operation,
    members: &'a dyn Members,
    parameters: &'a dyn RequestParameters,
    linked: &'a LinkedCalls,
) -> Call<'a> {
    let Visitor { context, caller } = visitor;
    let (action, is_read_only) = (operation.action(), operation.is_read_only());
    let asked = Asked { room, context, caller, action, is_read_only, parameters: Some(parameters), linked };
    Call::of(asked, members).of_visitor()
}

/// The answer once it is recorded; a refusal is recorded as well.
pub(crate) async fn released<T>(call: &Call<'_>, told: Result<Recorded<T>, Error>) -> Result<T, SecretsDoorError> {
    let error = match told {
        Ok(recorded) => return Ok(recorded.into_answer()),
        Err(error) => error,
    };
    let refusal = refusal(&error);
    match call.refuse(error).await {
        Ok(_) => Err(refusal),
        Err(unrecorded) => Err(SecretsDoorError::Internal(unrecorded.to_string())),
    }
}

fn refusal(error: &Error) -> SecretsDoorError {
    let text = error.message().unwrap_or_default();
    match error {
        Error::ResourceNotFound(_) => SecretsDoorError::NotFound(text),
        Error::AccessDenied(_) | Error::KeyAccessDenied(_) | Error::FunctionAccessDenied(_) => {
            SecretsDoorError::Denied(text)
        }
        Error::Conflict | Error::Internal(_) | Error::Unrecorded(_) => SecretsDoorError::Internal(text),
        _ => SecretsDoorError::Refused { code: error.code(), text },
    }
}
