//! The operations, one file each, and what is the same around all of them.
//!
//! Around every story: its request is parsed, it is told again when someone else changed the secret in between, and
//! whatever it ends with, success or refusal, is on the trail before it is rendered.

mod batch_get_secret_value;
mod create_secret;
mod delete_resource_policy;
mod delete_secret;
mod describe_secret;
mod get_random_password;
mod get_resource_policy;
mod get_secret_value;
mod list_resource_policies;
mod list_secret_version_ids;
mod list_secrets;
mod put_resource_policy;
mod put_secret_value;
mod restore_secret;
mod tag_resource;
mod untag_resource;
mod update_secret;
mod update_secret_version_stage;
mod validate_resource_policy;

use gate::{Caller, RequestContext, RequestTags};
use policy::Action;
use shape::{Reply, Structure, parse_json};
use trail::{ApiCall, Failure, Recorded, RequestParameters, Unrecorded};
use zeroize::Zeroizing;

use crate::{
    error::Error,
    keys::Members,
    room::{Call, Room, SOURCE},
};

/// How a call ended.
#[derive(Debug)]
pub enum Outcome {
    /// The answer's body. Wiped when dropped.
    Success(Zeroizing<Vec<u8>>),
    Refused(Error),
}

/// A story is told this often before rivals for the same secret make it fail. From the second time on they take turns.
const TELLINGS_MAX: usize = 8;

/// A read is told once. A change is told again while someone else is faster.
macro_rules! tell_story {
    (Read, $story:ident, $room:ident, $call:ident, $request:ident) => {
        $story::$story(&$call, &$request).await
    };
    (Write($rivals_write:ident), $story:ident, $room:ident, $call:ident, $request:ident) => {{
        let tell = || $story::$story(&$call, &$request);
        let turnstile = $room.turnstiles.of($call.caller, &$request.$rivals_write);
        let mut turn = match &turnstile {
            Some(turnstile) => turnstile.pass().await,
            None => None,
        };
        let mut told = tell().await;
        for _ in 1..TELLINGS_MAX {
            if !matches!(told, Err(Error::Conflict)) {
                break;
            }
            if let (None, Some(turnstile)) = (&turn, &turnstile) {
                turn = Some(turnstile.take_turn().await);
            }
            told = tell().await;
        }
        told
    }};
}

macro_rules! operations {
    ($( $name:ident => $story:ident, $kind:ident $( ($rivals_write:ident) )?; )*) => {
        /// Every operation that the service answers.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Operation {
            $( $name, )*
        }

        impl Operation {
            pub const ALL: &[Self] = &[$( Self::$name, )*];

            pub fn action(self) -> Action {
                match self {
                    $( Self::$name => const { Action::new(concat!("secretsmanager:", stringify!($name))) }, )*
                }
            }

            pub fn is_read_only(self) -> bool {
                match self {
                    $( Self::$name => matches!(Kind::$kind, Kind::Read), )*
                }
            }
        }

        /// Answers one authenticated call. An error means that it could not be recorded, so that nothing may be said.
        pub async fn answer(
            room: &Room,
            context: &RequestContext,
            caller: &Caller,
            operation: Operation,
            body: &[u8],
        ) -> Result<Recorded<Outcome>, Unrecorded> {
            let surroundings = Surroundings { room, context, caller, operation };
            match operation {
                $( Operation::$name => {
                    let request = match parse_json(body) {
                        Ok(request) => request,
                        Err(error) => return surroundings.refuse(None, error.into()).await,
                    };
                    let parameters = Parameters(&request);
                    let call = surroundings.call(&parameters, &request);
                    match tell_story!($kind $( ($rivals_write) )?, $story, room, call, request) {
                        Ok(answer) => Ok(answer.map(success)),
                        Err(error) => surroundings.refuse(Some(&parameters), error).await,
                    }
                } )*
            }
        }
    };
}

enum Kind {
    Read,
    Write,
}

operations! {
    BatchGetSecretValue => batch_get_secret_value, Read;
    CreateSecret => create_secret, Write(name);
    DeleteResourcePolicy => delete_resource_policy, Write(secret_id);
    DeleteSecret => delete_secret, Write(secret_id);
    DescribeSecret => describe_secret, Read;
    GetRandomPassword => get_random_password, Read;
    GetResourcePolicy => get_resource_policy, Read;
    GetSecretValue => get_secret_value, Read;
    ListResourcePolicies => list_resource_policies, Read;
    ListSecretVersionIds => list_secret_version_ids, Read;
    ListSecrets => list_secrets, Read;
    PutResourcePolicy => put_resource_policy, Write(secret_id);
    PutSecretValue => put_secret_value, Write(secret_id);
    RestoreSecret => restore_secret, Write(secret_id);
    TagResource => tag_resource, Write(secret_id);
    UntagResource => untag_resource, Write(secret_id);
    UpdateSecret => update_secret, Write(secret_id);
    UpdateSecretVersionStage => update_secret_version_stage, Write(secret_id);
    ValidateResourcePolicy => validate_resource_policy, Read;
}

struct Surroundings<'a> {
    room: &'a Room,
    context: &'a RequestContext,
    caller: &'a Caller,
    operation: Operation,
}

impl<'a> Surroundings<'a> {
    fn call(&self, parameters: &'a dyn RequestParameters, members: &'a dyn Members) -> Call<'a> {
        let Self { room, context, caller, operation } = *self;
        Call {
            room,
            context,
            caller,
            action: operation.action(),
            is_read_only: operation.is_read_only(),
            parameters,
            members,
            request_tags: RequestTags::None,
        }
    }

    async fn refuse(
        &self,
        parameters: Option<&dyn RequestParameters>,
        error: Error,
    ) -> Result<Recorded<Outcome>, Unrecorded> {
        if let Error::Unrecorded(error) = error {
            return Err(error);
        }
        if let Error::Internal(cause) = &error {
            let request_id = self.context.request_id;
            tracing::error!(target: "keepwell::operator", %request_id, %cause, "an operation failed");
        }
        let message = error.message().unwrap_or_default();
        let call = ApiCall {
            context: self.context,
            caller: self.caller,
            event: self.context.event_id,
            source: SOURCE,
            action: self.operation.action(),
            is_read_only: self.operation.is_read_only(),
            // CloudTrail keeps no parameters of a call that was denied.
            parameters: parameters.filter(|_| !matches!(error, Error::AccessDenied(_))),
            response: None,
            failure: Some(Failure { code: error.trail_code(), message: &message }),
        };
        self.room.recorder.tell(&call, None, Outcome::Refused(error)).await
    }
}

/// A request as the trail tells of it: the shape leaves out what is sensitive.
pub(crate) struct Parameters<'a, R>(pub(crate) &'a R);

impl<R: Structure + Sync> RequestParameters for Parameters<'_, R> {
    fn write(&self, out: &mut Vec<u8>) {
        self.0.record(out);
    }
}

fn success(answer: impl Reply) -> Outcome {
    let mut body = Zeroizing::new(Vec::new());
    answer.write_json(&mut body);
    Outcome::Success(body)
}
