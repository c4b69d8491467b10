use trail::Recorded;

use crate::{
    error::Error,
    room::Call,
    secrets,
    shapes::{ReleaseDatabaseRequest, ReleaseDatabaseResponse},
};

/// Gives the secret of an adopted database back: it becomes an ordinary one, and its rotation is off.
pub(crate) async fn release_database(
    call: &Call<'_>,
    ask: &ReleaseDatabaseRequest,
) -> Result<Recorded<ReleaseDatabaseResponse>, Error> {
    let secret = secrets::open(call, &ask.secret_id).await?;
    let context = call.further_context();
    let released = call.room.managed_secrets.release(&context, call.caller, &secret.arn).await?;
    call.tell_change(ReleaseDatabaseResponse { arn: Some(released.arn), name: Some(released.name) }).await
}
