//! GetSessionToken: a user's own session, mostly to show a one-time code for.

use gate::{Restrictions, SessionClaims, SessionHolder};
use policy::Principal;
use trail::Recorded;

use crate::{
    durations,
    error::Error,
    room::Call,
    shapes::{GetSessionTokenRequest, GetSessionTokenResponse},
};

pub(super) async fn get_session_token(
    call: &Call<'_>,
    request: &GetSessionTokenRequest,
) -> Result<Recorded<GetSessionTokenResponse>, Error> {
    call.refuse_unserved("MinimumSessionTokenSize", request.minimum_session_token_size.is_some())?;
    let code = call.check_code(request.serial_number.as_deref(), request.token_code.as_deref()).await?;
    let permit = call.authorize_unless_denied().await?;
    let holder = match call.caller.principal() {
        Principal::User(user) => SessionHolder::User { id: user.id.clone() },
        Principal::Root { .. } => SessionHolder::Root,
        // Only sessions are somebody else, and they were refused.
        other => return Err(Error::Internal(format!("{other} asked for a user's session"))),
    };
    let seconds = durations::of_user_session(request.duration_seconds.map(i64::from), call.is_root());
    let claims = SessionClaims {
        account: call.caller.account().to_string(),
        holder,
        issued_at: call.now(),
        expires_at: durations::end(call.now(), seconds),
        restrictions: Restrictions::default(),
        source_identity: None,
        mfa_at: code.as_ref().map(|_| call.now()),
        is_chained: false,
    };
    let credentials = call.begin_session(&claims)?;
    let answer = GetSessionTokenResponse { credentials: Some(credentials), ..GetSessionTokenResponse::default() };
    call.release(permit, code, answer).await
}
