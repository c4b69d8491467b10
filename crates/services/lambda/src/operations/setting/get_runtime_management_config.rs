use trail::{Recorded, Subject};

use crate::{
    aliases::function_not_found,
    error::Error,
    function_name::qualified_arn,
    room::Call,
    shapes::{GetRuntimeManagementConfigRequest, GetRuntimeManagementConfigResponse, UpdateRuntimeOn},
    versions::resolve,
};

/// A function runs with what its server has, which the operator brings up to date.
pub(in crate::operations) async fn get_runtime_management_config(
    call: &Call<'_>,
    ask: &GetRuntimeManagementConfigRequest,
) -> Result<Recorded<GetRuntimeManagementConfigResponse>, Error> {
    let named = call.qualified(&ask.function_name, ask.qualifier.as_deref())?;
    let qualifier = named.qualifier.as_deref();
    let (_, function) = call.open(&named).await?;
    resolve(&function, qualifier).ok_or_else(|| function_not_found(&function.arn, qualifier))?;
    let answer = GetRuntimeManagementConfigResponse {
        update_runtime_on: Some(UpdateRuntimeOn::Auto),
        function_arn: Some(qualified_arn(&function.arn, qualifier)),
        runtime_version_arn: None,
    };
    call.tell(Some(Subject::function_seen(&function)), answer).await
}
