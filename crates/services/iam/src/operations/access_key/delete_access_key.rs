use contract::EntityKind;
use trail::Recorded;

use super::find;
use crate::{error::Error, operations::owner, room::Call, shapes::DeleteAccessKeyRequest};

/// Takes an access key away for good.
pub(in crate::operations) async fn delete_access_key(
    call: &Call<'_>,
    ask: &DeleteAccessKeyRequest,
) -> Result<Recorded<()>, Error> {
    let identities = call.identities().await?;
    let (permit, owner) = owner::authorized(call, &identities, ask.user_name.as_deref()).await?;
    let key = find(&identities, &owner, &ask.access_key_id)?;
    call.commit_silently(permit, identities.change().delete(EntityKind::AccessKey, &key.access_key_id)).await
}
