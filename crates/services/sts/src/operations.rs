//! The operations, one file each, and what is the same around all of them.
//!
//! Around every story: whoever may not call it at all is refused, its request is parsed, it is told again when someone
//! else changed the account's IAM while a code was being taken, and whatever it ends with, success or refusal, is on the
//! trail before it is rendered.

mod assume_role;
mod decode_authorization_message;
mod get_access_key_info;
mod get_caller_identity;
mod get_federation_token;
mod get_session_token;

use gate::{Caller, RequestContext, SessionHolder};
use policy::Action;
use shape::{QueryParameters, Reply, Structure, parse_query, xml_answer};
use trail::{ApiCall, Failure, Recorded, RequestParameters, Unrecorded};
use zeroize::Zeroizing;

use crate::{
    error::Error,
    room::{Call, Room, SOURCE},
};

/// Of answers and errors.
pub const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

/// How a call ended.
#[derive(Debug)]
pub enum Outcome {
    /// The answer's XML. Wiped when dropped.
    Success(Zeroizing<Vec<u8>>),
    Refused(Error),
}

/// A story is told this often while others are faster.
const TELLINGS_MAX: usize = 8;

macro_rules! operations {
    ($( $name:ident => $story:ident; )*) => {
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
                    $( Self::$name => const { Action::new(concat!("sts:", stringify!($name))) }, )*
                }
            }

            /// CloudTrail counts all of them as reading: nothing that one could look at is changed.
            pub fn is_read_only(self) -> bool {
                true
            }
        }

        /// Answers one authenticated call. An error means that it could not be recorded, so that nothing may be said.
        pub async fn answer(
            room: &Room,
            context: &RequestContext,
            caller: &Caller,
            operation: Operation,
            query: &QueryParameters,
        ) -> Result<Recorded<Outcome>, Unrecorded> {
            let surroundings = Surroundings { room, context, caller, operation };
            if let Err(error) = may_call(caller, operation) {
                return surroundings.refuse(None, error).await;
            }
            match operation {
                $( Operation::$name => {
                    let request = match parse_query(query) {
                        Ok(request) => request,
                        Err(error) => return surroundings.refuse(None, error.into()).await,
                    };
                    let parameters = Parameters(&request);
                    let call = surroundings.call(&parameters);
                    let mut told = $story::$story(&call, &request).await;
                    for _ in 1..TELLINGS_MAX {
                        if !matches!(told, Err(Error::Conflict)) {
                            break;
                        }
                        told = $story::$story(&call, &request).await;
                    }
                    match told {
                        Ok(answer) => Ok(answer.map(|answer| surroundings.success(&answer))),
                        Err(error) => surroundings.refuse(Some(&parameters), error).await,
                    }
                } )*
            }
        }
    };
}

operations! {
    AssumeRole => assume_role;
    DecodeAuthorizationMessage => decode_authorization_message;
    GetAccessKeyInfo => get_access_key_info;
    GetCallerIdentity => get_caller_identity;
    GetFederationToken => get_federation_token;
    GetSessionToken => get_session_token;
}

/// What temporary credentials may call at all, whatever the policies say: federated users learn who they are, sessions
/// of GetSessionToken may assume roles too, and only long-term credentials become users' sessions.
fn may_call(caller: &Caller, operation: Operation) -> Result<(), Error> {
    let Some(session) = caller.session() else { return Ok(()) };
    match (operation, &session.holder) {
        (Operation::GetCallerIdentity, _) => Ok(()),
        (Operation::GetSessionToken | Operation::GetFederationToken, _) => {
            let name = operation.action().operation();
            Err(Error::Forbidden(format!("Cannot call {name} with session credentials")))
        }
        (_, SessionHolder::Role { .. }) | (Operation::AssumeRole, SessionHolder::User { .. } | SessionHolder::Root) => {
            Ok(())
        }
        // Chosen: AWS documents that it refuses, and not how.
        _ => {
            let (principal, action) = (caller.principal(), operation.action());
            Err(Error::Forbidden(format!("User: {principal} is not authorized to perform: {action}")))
        }
    }
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
        Call { room, context, caller, action: operation.action(), parameters }
    }

    fn success(&self, answer: &impl Reply) -> Outcome {
        let mut body = Zeroizing::new(Vec::new());
        let (request_id, name) = (self.context.request_id.to_string(), self.operation.action().operation());
        xml_answer(NAMESPACE, &request_id, name, answer, &mut body);
        Outcome::Success(body)
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
        let message = error.message();
        let call = ApiCall {
            context: self.context,
            caller: self.caller,
            event: self.context.event_id,
            source: SOURCE,
            action: self.operation.action(),
            is_read_only: self.operation.is_read_only(),
            // CloudTrail keeps no parameters of a call that was denied.
            parameters: parameters.filter(|_| !error.is_denial()),
            response: None,
            failure: Some(Failure { code: error.code(), message: &message }),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_is_found_by_its_name_and_has_its_action() {
        for operation in Operation::ALL {
            let action = operation.action();
            assert_eq!(Operation::parse(action.operation()), Some(*operation));
            assert!(action.as_str().starts_with("sts:"));
        }
        assert_eq!(Operation::parse("assumerole"), None);
    }
}
