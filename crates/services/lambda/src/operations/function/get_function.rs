use policy::Action;
use trail::{Recorded, Subject};

use crate::{
    aliases::function_not_found,
    error::Error,
    find::Wish,
    function_name::NamedFunction,
    room::Call,
    shapes::{Concurrency, FunctionCodeLocation, GetFunctionRequest, GetFunctionResponse, TagsError},
    shown::{Moment, Shown},
    tags,
    versions::resolve,
};

const LIST_TAGS: Action = Action::new("lambda:ListTags");

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
    let tags_error = tags_error(call, &named).await?;
    let has_tags = tags_error.is_none() && !function.details.tags.is_empty();
    let answer = GetFunctionResponse {
        configuration: Some(shown.of(&function, version, qualifier)?),
        code: Some(FunctionCodeLocation { repository_type: Some("S3".to_owned()), ..FunctionCodeLocation::default() }),
        tags: has_tags.then(|| tags::shown(&function.details.tags)),
        tags_error,
        concurrency: function
            .details
            .reserved_concurrency
            .map(|reserved| Concurrency { reserved_concurrent_executions: i32::try_from(reserved).ok() }),
    };
    call.tell(Some(Subject::function_seen(&function)), answer).await
}

/// "Lambda returns tag data only if you have explicit allow permissions for lambda:ListTags." The text is chosen.
async fn tags_error(call: &Call<'_>, named: &NamedFunction) -> Result<Option<TagsError>, Error> {
    match call.open_for(named, &Wish { action: Some(LIST_TAGS), ..Wish::default() }).await {
        Ok(_) => Ok(None),
        Err(Error::AccessDenied(denied)) => {
            Ok(Some(TagsError { error_code: "AccessDeniedException".to_owned(), message: denied.to_string() }))
        }
        Err(error) => Err(error),
    }
}
