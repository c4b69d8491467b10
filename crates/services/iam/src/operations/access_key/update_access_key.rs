use contract::{CredentialRecord, CredentialStatus, Entity};
use trail::Recorded;

use super::find;
use crate::{
    error::Error,
    operations::owner,
    room::Call,
    shapes::{StatusType, UpdateAccessKeyRequest},
};

/// Switches an access key off or on again. From the next request on it is refused, or taken.
pub(in crate::operations) async fn update_access_key(
    call: &Call<'_>,
    ask: &UpdateAccessKeyRequest,
) -> Result<Recorded<()>, Error> {
    let identities = call.identities().await?;
    let (permit, owner) = owner::authorized(call, &identities, ask.user_name.as_deref()).await?;
    let key = find(&identities, &owner, &ask.access_key_id)?;
    let status = match ask.status {
        StatusType::Active => CredentialStatus::Active,
        StatusType::Inactive => CredentialStatus::Inactive,
        // Chosen. The model knows the status; nobody can give it to a key.
        StatusType::Expired => {
            return Err(Error::InvalidInput("An access key cannot be set to the status Expired.".to_owned()));
        }
    };
    let change =
        identities.change().put(Entity::AccessKey(CredentialRecord { status, ..CredentialRecord::clone(key) }));
    call.commit_silently(permit, change).await
}
