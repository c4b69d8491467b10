use contract::{CredentialRecord, CredentialStatus, Entity, Identities};
use gate::{AccessKeyPrefix, NewAccessKey, new_access_key, seal_secret_access_key};
use trail::Recorded;

use crate::{
    error::Error,
    operations::owner,
    room::Call,
    shapes::{AccessKey, CreateAccessKeyRequest, CreateAccessKeyResponse, StatusType},
};

/// Makes an access key. Its secret half is told here and never again.
pub(in crate::operations) async fn create_access_key(
    call: &Call<'_>,
    ask: &CreateAccessKeyRequest,
) -> Result<Recorded<CreateAccessKeyResponse>, Error> {
    let identities = call.identities().await?;
    let (permit, owner) = owner::authorized(call, &identities, ask.user_name.as_deref()).await?;
    let limit = call.room.quotas.access_keys_per_user;
    if identities.access_keys_of(owner.id()).len() >= limit {
        return Err(Error::LimitExceeded(format!("Cannot exceed quota for AccessKeysPerUser: {limit}")));
    }
    let (room, account) = (call.room, call.account());
    let NewAccessKey { access_key_id, secret_access_key } = new_key(call, &identities);
    let record = CredentialRecord {
        sealed_secret: seal_secret_access_key(
            &room.credentials_key,
            &access_key_id,
            account,
            &secret_access_key,
            &*room.entropy,
        )?,
        access_key_id: access_key_id.clone(),
        account,
        user: owner.id().map(str::to_owned),
        created_at: call.now(),
        status: CredentialStatus::Active,
    };
    let access_key = AccessKey {
        user_name: owner.name(&identities),
        access_key_id,
        status: StatusType::Active,
        secret_access_key,
        create_date: Some(call.now()),
    };
    let change = identities.change().put(Entity::AccessKey(record));
    call.commit(permit, change, CreateAccessKeyResponse { access_key }).await
}

/// The account lies in the id, so no other account can have it.
fn new_key(call: &Call<'_>, identities: &Identities) -> NewAccessKey {
    let draw = || new_access_key(AccessKeyPrefix::LongTerm, call.account(), &*call.room.entropy);
    let mut key = draw();
    while identities.access_key(&key.access_key_id).is_some() {
        key = draw();
    }
    key
}
