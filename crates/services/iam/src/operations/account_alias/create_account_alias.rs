use contract::{AccountSettings, Entity};
use tokio::sync::Mutex;
use trail::Recorded;

use crate::{error::Error, room::Call, shapes::CreateAccountAliasRequest};

/// Accounts take turns, since an alias is of one account only. Whoever waits here holds no turn that another waits for.
static ALIASES: Mutex<()> = Mutex::const_new(());

/// Gives the account an alias, in the place of the one before.
pub(in crate::operations) async fn create_account_alias(
    call: &Call<'_>,
    ask: &CreateAccountAliasRequest,
) -> Result<Recorded<()>, Error> {
    let identities = call.identities().await?;
    let permit = call.authorize_without_resource().await?;
    let _turn = ALIASES.lock().await;
    if is_taken(call, &ask.account_alias).await? {
        return Err(Error::EntityAlreadyExists(format!("The account alias {} already exists.", ask.account_alias)));
    }
    let settings = AccountSettings { alias: Some(ask.account_alias.clone()) };
    call.commit_silently(permit, identities.change().put(Entity::Settings(settings))).await
}

async fn is_taken(call: &Call<'_>, alias: &str) -> Result<bool, Error> {
    let store = &call.room.store;
    for account in store.accounts().await? {
        // None: the account is closed, and its alias free.
        let identities = store.identities(account.id).await?;
        if identities.is_some_and(|identities| identities.settings.alias.as_deref() == Some(alias)) {
            return Ok(true);
        }
    }
    Ok(false)
}
