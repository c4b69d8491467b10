use std::sync::Arc;

use contract::{Change, Commit, FunctionChange, LATEST};
use trail::{Recorded, Subject};

use crate::{
    aliases::function_not_found,
    error::Error,
    room::Call,
    shapes::{DeleteFunctionRequest, DeleteFunctionResponse},
    versions::{next, remove},
};

/// Deletes the function with all that belongs to it, or one of its versions.
pub(in crate::operations) async fn delete_function(
    call: &Call<'_>,
    ask: &DeleteFunctionRequest,
) -> Result<Recorded<DeleteFunctionResponse>, Error> {
    let named = call.qualified(&ask.function_name, ask.qualifier.as_deref())?;
    let qualifier = named.qualifier.as_deref();
    if qualifier == Some(LATEST) {
        return Err(Error::invalid("$LATEST version cannot be deleted without deleting the function."));
    }
    if qualifier.is_some_and(|qualifier| !qualifier.bytes().all(|byte| byte.is_ascii_digit())) {
        return Err(Error::invalid("Deletion of aliases is not currently supported."));
    }
    let (permit, before) = call.open(&named).await?;
    let arn = Arc::clone(&before.arn);
    let answer = DeleteFunctionResponse { status_code: Some(204) };
    let recorded = match qualifier {
        Some(number) => {
            let mut after = next(&before);
            if !remove(&mut after, number)? {
                return Err(function_not_found(&before.arn, qualifier));
            }
            call.change_with(permit, before, after, None, None, answer).await?
        }
        None => {
            let subject = Subject::function_deleted(&before);
            let commit = Commit::under(permit).change(Change::Function(FunctionChange::Delete { before }))?;
            call.commit(commit, subject, None, answer).await?
        }
    };
    call.room.runner.means.host.retire(&arn);
    Ok(recorded)
}
