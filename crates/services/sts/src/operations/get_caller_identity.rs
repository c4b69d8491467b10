//! GetCallerIdentity: who am I? No policy can refuse it.

use policy::Principal;
use trail::Recorded;

use crate::{
    error::Error,
    room::Call,
    shapes::{GetCallerIdentityRequest, GetCallerIdentityResponse},
};

pub(super) async fn get_caller_identity(
    call: &Call<'_>,
    _: &GetCallerIdentityRequest,
) -> Result<Recorded<GetCallerIdentityResponse>, Error> {
    let (principal, account) = (call.caller.principal(), call.caller.account());
    let user_id = match principal {
        Principal::User(user) => user.id.clone(),
        Principal::RoleSession(session) => format!("{}:{}", session.role_id, session.session_name),
        Principal::FederatedUser(federated) => format!("{account}:{}", federated.name),
        _ => account.to_string(),
    };
    let (account, arn) = (Some(account.to_string()), Some(principal.arn()));
    call.tell(None, GetCallerIdentityResponse { user_id: Some(user_id), account, arn }).await
}
