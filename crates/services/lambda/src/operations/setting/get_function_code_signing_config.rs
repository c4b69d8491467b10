use shape::Optional;
use trail::{Recorded, Subject};

use crate::{error::Error, room::Call, shapes::GetFunctionCodeSigningConfigRequest};

shape::structure! {
    /// Without the configuration's ARN, which the model demands: recorded of a function that has none.
    pub struct NoCodeSigningConfig {
        function_name: Optional<crate::shapes::UnqualifiedFunctionName> = "FunctionName",
    }
}

/// No function here has its code signed.
pub(in crate::operations) async fn get_function_code_signing_config(
    call: &Call<'_>,
    ask: &GetFunctionCodeSigningConfigRequest,
) -> Result<Recorded<NoCodeSigningConfig>, Error> {
    let (_, function) = call.open(&call.named(&ask.function_name)?).await?;
    let answer = NoCodeSigningConfig { function_name: Some(function.name.to_string()) };
    call.tell(Some(Subject::function_seen(&function)), answer).await
}
