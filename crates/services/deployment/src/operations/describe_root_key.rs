use trail::Recorded;

use crate::{
    error::Error,
    room::Call,
    shapes::{DescribeRootKeyRequest, DescribeRootKeyResponse},
};

/// Tells who keeps the root key, and which one it is.
pub(crate) async fn describe_root_key(
    call: &Call<'_>,
    _: &DescribeRootKeyRequest,
) -> Result<Recorded<DescribeRootKeyResponse>, Error> {
    let _permit = call.authorize_deployment().await?;
    let now = call.room.root_keys.describe().await?;
    let answer = DescribeRootKeyResponse {
        custody: Some(now.custody),
        root_key_id: Some(now.fingerprint),
        keeper: Some(now.keeper),
        revision: i64::try_from(now.revision).ok(),
    };
    call.tell(None, answer).await
}
