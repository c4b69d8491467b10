use trail::{Recorded, Subject};

use super::metadata::metadata;
use crate::{
    error::Error,
    key_keys::KeyUse,
    room::Call,
    shapes::{DescribeKeyRequest, DescribeKeyResponse},
};

/// Everything about a key but its policy, its tags and its material.
pub(crate) async fn describe_key(
    call: &Call<'_>,
    ask: &DescribeKeyRequest,
) -> Result<Recorded<DescribeKeyResponse>, Error> {
    let found = call.find(&ask.key_id).await?;
    let asked = KeyUse { alias: found.alias.as_deref(), ..KeyUse::default() };
    let permit = call.authorize_key(&found.key.key(), &asked).await?;
    let key = found.key.open_key(&permit)?;
    let answer = DescribeKeyResponse { key_metadata: Some(metadata(call, &key).await?) };
    call.tell(Some(Subject::key_seen(&key)), answer).await
}
