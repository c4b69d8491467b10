use trail::{Recorded, Subject};

use crate::{
    aliases::function_not_found,
    error::Error,
    room::Call,
    shapes::{Concurrency, FunctionCodeLocation, GetFunctionRequest, GetFunctionResponse},
    shown::{Moment, Shown},
    tags,
    versions::resolve,
};

/// A version with what belongs to its function. Without `Code.Location`: nothing outside the function's host is given its
/// code.
pub(in crate::operations) async fn get_function(
    call: &Call<'_>,
    ask: &GetFunctionRequest,
) -> Result<Recorded<GetFunctionResponse>, Error> {
    let named = call.qualified(&ask.function_name, ask.qualifier.as_deref())?;
    let (permit, function) = call.open(&named).await?;
    let qualifier = named.qualifier.as_deref();
    let version = resolve(&function, qualifier).ok_or_else(|| function_not_found(&function.arn, qualifier))?;
    let shown = Shown { vault: &call.room.runner.means.vault, permit: &permit, moment: Moment::Settled };
    let answer = GetFunctionResponse {
        configuration: Some(shown.of(&function, version, qualifier)?),
        code: Some(FunctionCodeLocation { repository_type: Some("S3".to_owned()), ..FunctionCodeLocation::default() }),
        tags: (!function.details.tags.is_empty()).then(|| tags::shown(&function.details.tags)),
        concurrency: function
            .details
            .reserved_concurrency
            .map(|reserved| Concurrency { reserved_concurrent_executions: i32::try_from(reserved).ok() }),
        ..GetFunctionResponse::default()
    };
    call.tell(Some(Subject::function_seen(&function)), answer).await
}
