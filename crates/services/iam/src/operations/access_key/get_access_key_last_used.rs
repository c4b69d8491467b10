use std::sync::Arc;

use contract::{CredentialRecord, Identities};
use gate::Target;
use policy::Resource;
use trail::Recorded;

use crate::{
    error::Error,
    operations::owner,
    room::Call,
    shapes::{AccessKeyLastUsed, GetAccessKeyLastUsedRequest, GetAccessKeyLastUsedResponse},
};

/// What AWS tells of a key that was not used yet, in the place of a service and a region.
const NOT_USED: &str = "N/A";

/// Tells when and for what an access key was used last.
pub(in crate::operations) async fn get_access_key_last_used(
    call: &Call<'_>,
    ask: &GetAccessKeyLastUsedRequest,
) -> Result<Recorded<GetAccessKeyLastUsedResponse>, Error> {
    let id = &ask.access_key_id;
    let identities = call.identities().await?;
    let key = identities.access_key(id);
    let arn: Arc<str> = owner_arn(call, &identities, key).into();
    let resource = Resource::One { arn, account: call.account(), asked: format!("access key {id}").into() };
    let permit = call.authorize(&Target::new(&resource)).await?;
    let Some(key) = key else {
        // As for the key of another account, whether it exists or not.
        return Err(Error::Forbidden(format!(
            "User: {} is not authorized to perform: {} on resource: access key {id}",
            permit.principal(),
            call.action,
        )));
    };
    let user_name = match &key.user {
        Some(user) => identities.user_by_id(user).map(|user| user.name.clone()),
        None => Some(owner::root_name(&identities)),
    };
    let last_use = call.room.store.last_use(id).await?;
    let access_key_last_used = Some(AccessKeyLastUsed {
        last_used_date: last_use.as_ref().map(|last| last.at),
        region: last_use.as_ref().map_or_else(|| NOT_USED.to_owned(), |last| last.region.to_string()),
        service_name: last_use.map_or_else(|| NOT_USED.to_owned(), |last| last.service),
    });
    call.tell(GetAccessKeyLastUsedResponse { user_name, access_key_last_used }).await
}

/// A key is its user's. One that nobody has stands where policies for every user reach.
fn owner_arn(call: &Call<'_>, identities: &Identities, key: Option<&Arc<CredentialRecord>>) -> String {
    let user = key.and_then(|key| key.user.as_deref()).and_then(|id| identities.user_by_id(id));
    match (key, user) {
        (Some(_), Some(user)) => user.arn.clone(),
        (Some(_), None) => owner::root_arn(call),
        (None, _) => call.arn("user", "/"),
    }
}
