use trail::{Recorded, Subject};

use crate::{
    aliases::function_not_found,
    error::Error,
    room::Call,
    shapes::{FunctionConfiguration, GetFunctionConfigurationRequest},
    shown::{Moment, Shown},
    versions::resolve,
};

/// A version alone.
pub(in crate::operations) async fn get_function_configuration(
    call: &Call<'_>,
    ask: &GetFunctionConfigurationRequest,
) -> Result<Recorded<FunctionConfiguration>, Error> {
    let named = call.qualified(&ask.function_name, ask.qualifier.as_deref())?;
    let (permit, function) = call.open(&named).await?;
    let qualifier = named.qualifier.as_deref();
    let version = resolve(&function, qualifier).ok_or_else(|| function_not_found(&function.arn, qualifier))?;
    let shown = Shown { vault: &call.room.runner.means.vault, permit: &permit, moment: Moment::Settled };
    let answer = shown.of(&function, version, qualifier)?;
    call.tell(Some(Subject::function_seen(&function)), answer).await
}
