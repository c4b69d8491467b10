use contract::{AccountSettings, Entity};
use trail::Recorded;

use crate::{error::Error, room::Call, shapes::DeleteAccountAliasRequest};

/// Takes the alias from the account.
pub(in crate::operations) async fn delete_account_alias(
    call: &Call<'_>,
    ask: &DeleteAccountAliasRequest,
) -> Result<Recorded<()>, Error> {
    let identities = call.identities().await?;
    let permit = call.authorize_without_resource().await?;
    if identities.settings.alias.as_deref() != Some(&*ask.account_alias) {
        return Err(Error::NoSuchEntity(format!("The account alias {} cannot be found.", ask.account_alias)));
    }
    call.commit_silently(permit, identities.change().put(Entity::Settings(AccountSettings { alias: None }))).await
}
