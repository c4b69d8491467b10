//! GetAccessKeyInfo: whose is this access key?

use gate::{Target, account_of_access_key};
use policy::Resource;
use terms::AccountId;
use trail::Recorded;

use crate::{
    error::Error,
    room::Call,
    shapes::{GetAccessKeyInfoRequest, GetAccessKeyInfoResponse},
};

pub(super) async fn get_access_key_info(
    call: &Call<'_>,
    request: &GetAccessKeyInfoRequest,
) -> Result<Recorded<GetAccessKeyInfoResponse>, Error> {
    call.authorize(&Target::new(&Resource::Every)).await?;
    let account = owner(call, &request.access_key_id).await?.ok_or(Error::InvalidClientTokenId)?;
    call.tell(None, GetAccessKeyInfoResponse { account: Some(account.to_string()) }).await
}

/// The account lies in the id. Only a key that was brought from elsewhere must be looked up.
async fn owner(call: &Call<'_>, access_key_id: &str) -> Result<Option<AccountId>, Error> {
    let store = &call.room.store;
    if let Some(key) = store.credential(access_key_id).await? {
        return Ok(Some(key.account));
    }
    let is_key = access_key_id.starts_with("AKIA") || access_key_id.starts_with("ASIA");
    let Some(account) = account_of_access_key(access_key_id).filter(|_| is_key) else { return Ok(None) };
    let is_here = store.accounts().await?.iter().any(|here| here.id == account);
    Ok(is_here.then_some(account))
}
