use trail::Recorded;

use crate::{
    error::Error,
    room::Call,
    shapes::{ListAccountAliasesRequest, ListAccountAliasesResponse},
};

/// Tells the account's alias: a list of one or of none.
pub(in crate::operations) async fn list_account_aliases(
    call: &Call<'_>,
    ask: &ListAccountAliasesRequest,
) -> Result<Recorded<ListAccountAliasesResponse>, Error> {
    let identities = call.identities().await?;
    call.authorize_without_resource().await?;
    let page = call.page(identities.settings.alias.clone(), String::clone, ask.marker.as_deref(), ask.max_items)?;
    call.tell(ListAccountAliasesResponse {
        is_truncated: Some(page.is_truncated()),
        account_aliases: page.items,
        marker: page.marker,
    })
    .await
}
