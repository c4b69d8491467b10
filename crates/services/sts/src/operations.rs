//! The operations, one file each.
//!
//! What is the same around all of them is the frame's (`service`). Here it refuses first whoever may not call an
//! operation at all, and tells a story again when someone else changed the account's IAM while a code was being taken.

mod assume_role;
mod decode_authorization_message;
mod get_access_key_info;
mod get_caller_identity;
mod get_federation_token;
mod get_session_token;

use gate::{Caller, SessionHolder};
use service::{Asked, Service};
use shape::{ParseError, QueryParameters, Rendered, Reply, Structure, parse_query};
use trail::Recorder;

use crate::{
    error::Error,
    room::{Call, Room},
};

/// Of answers and errors.
pub const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

// CloudTrail counts all of them as reading: nothing that one could look at is changed.
service::operations! {
    Room, Call, "sts:";

    AssumeRole => assume_role, Read again;
    DecodeAuthorizationMessage => decode_authorization_message, Read;
    GetAccessKeyInfo => get_access_key_info, Read;
    GetCallerIdentity => get_caller_identity, Read;
    GetFederationToken => get_federation_token, Read;
    GetSessionToken => get_session_token, Read again;
}

impl Service for Room {
    type Operation = Operation;
    type Error = Error;
    type Request = QueryParameters;

    const SOURCE: &'static str = "sts.amazonaws.com";

    fn recorder(&self) -> &Recorder {
        &self.recorder
    }

    fn admit(caller: &Caller, operation: Operation) -> Result<(), Error> {
        may_call(caller, operation)
    }

    fn parse<R: Structure>(request: &QueryParameters) -> Result<R, ParseError> {
        parse_query(request)
    }

    fn render(asked: &Asked<'_, Self>, answer: &impl Reply) -> Rendered {
        service::xml(NAMESPACE, asked, answer)
    }
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
