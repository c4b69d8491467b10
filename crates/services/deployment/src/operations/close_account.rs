use contract::{Change, Commit};
use terms::AccountId;
use trail::{Recorded, Subject};

use crate::{error::Error, room::Call, shapes::CloseAccountRequest};

/// Closes an account for good: nobody gets in any more, and nobody outside reaches its secrets. They stay, sealed,
/// until somebody erases the store.
pub(crate) async fn close_account(call: &Call<'_>, ask: &CloseAccountRequest) -> Result<Recorded<()>, Error> {
    let id = AccountId::parse(&ask.account_id).map_err(|error| Error::InvalidParameter(error.to_string()))?;
    let permit = call.authorize_account(id).await?;
    if id == call.room.first_account {
        let text = format!("Account {id} is the first of this server: it makes and closes the others.");
        return Err(Error::InvalidRequest(text));
    }
    if call.accounts().await?.iter().all(|account| account.id != id) {
        return Err(Error::account_not_found(id.as_str()));
    }
    let Some(identities) = call.room.store.identities(id).await? else {
        return Err(Error::InvalidRequest(format!("Account {id} is closed already.")));
    };
    // The revision rises with the closing, so that the trail has to account for it.
    let change = identities.change();
    let subject = Subject::identities_changed(&change);
    let commit = Commit::under(permit).change(Change::Identity(change))?.change(Change::CloseAccount(id))?;
    Ok(call.commit(commit, subject, None, ()).await?)
}
