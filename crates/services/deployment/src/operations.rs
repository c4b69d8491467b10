//! The operations, one file each, and what is the same around all of them.
//!
//! Around every story: its request is parsed, it is told again when someone else changed the account in between, and
//! whatever it ends with, success or refusal, is on the trail before it is rendered.

mod close_account;
mod create_account;
mod explain_decision;
mod list_accounts;
mod who_can;

use gate::{Caller, RequestContext};
use policy::Action;
use shape::{Reply, Structure, parse_json};
use trail::{ApiCall, Failure, Recorded, RequestParameters, Unrecorded};
use zeroize::Zeroizing;

use crate::{
    error::Error,
    room::{Call, Room, SOURCE},
};

/// How a call ended.
#[derive(Debug)]
pub enum Outcome {
    /// The answer's body. Wiped when dropped.
    Success(Zeroizing<Vec<u8>>),
    Refused(Error),
}

/// A change is told this often while others are faster.
const TELLINGS_MAX: usize = 8;

/// A read is told once. A change is told again while someone else is faster.
macro_rules! tell_story {
    (Read, $story:ident, $call:ident, $request:ident) => {
        $story::$story(&$call, &$request).await
    };
    (Write, $story:ident, $call:ident, $request:ident) => {{
        let mut told = $story::$story(&$call, &$request).await;
        for _ in 1..TELLINGS_MAX {
            if !matches!(told, Err(Error::Conflict)) {
                break;
            }
            told = $story::$story(&$call, &$request).await;
        }
        told
    }};
}

macro_rules! operations {
    ($( $name:ident => $story:ident, $kind:ident; )*) => {
        /// Every operation that the service answers.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Operation {
            $( $name, )*
        }

        impl Operation {
            pub const ALL: &[Self] = &[$( Self::$name, )*];

            /// Operations are named with their case.
            pub fn parse(name: &str) -> Option<Self> {
                match name {
                    $( stringify!($name) => Some(Self::$name), )*
                    _ => None,
                }
            }

            pub fn action(self) -> Action {
                match self {
                    $( Self::$name => const { Action::new(concat!("keepwell:", stringify!($name))) }, )*
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
                    let call = surroundings.call(&parameters);
                    match tell_story!($kind, $story, call, request) {
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
    CloseAccount => close_account, Write;
    CreateAccount => create_account, Write;
    ExplainDecision => explain_decision, Read;
    ListAccounts => list_accounts, Read;
    WhoCan => who_can, Read;
}

struct Surroundings<'a> {
    room: &'a Room,
    context: &'a RequestContext,
    caller: &'a Caller,
    operation: Operation,
}

impl<'a> Surroundings<'a> {
    fn call(&self, parameters: &'a dyn RequestParameters) -> Call<'a> {
        let Self { room, context, caller, operation } = *self;
        Call { room, context, caller, action: operation.action(), is_read_only: operation.is_read_only(), parameters }
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
struct Parameters<'a, R>(&'a R);

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
