use trail::{Recorded, Subject};

use crate::{
    error::Error,
    room::Call,
    shapes::{GetFunctionRecursionConfigRequest, GetFunctionRecursionConfigResponse, RecursiveLoop},
};

/// What AWS answers of a function for which nobody has said otherwise.
pub(in crate::operations) async fn get_function_recursion_config(
    call: &Call<'_>,
    ask: &GetFunctionRecursionConfigRequest,
) -> Result<Recorded<GetFunctionRecursionConfigResponse>, Error> {
    let (_, function) = call.open(&call.named(&ask.function_name)?).await?;
    let answer = GetFunctionRecursionConfigResponse { recursive_loop: Some(RecursiveLoop::Terminate) };
    call.tell(Some(Subject::function_seen(&function)), answer).await
}
