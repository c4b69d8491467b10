use trail::Recorded;

use super::create_account::shown;
use crate::{
    error::Error,
    paging::{read_token, token_after},
    room::Call,
    shapes::{ListAccountsRequest, ListAccountsResponse},
};

const PAGE_SIZE_DEFAULT: usize = 100;

/// Lists the server's accounts, closed ones too, by their ids.
pub(crate) async fn list_accounts(
    call: &Call<'_>,
    ask: &ListAccountsRequest,
) -> Result<Recorded<ListAccountsResponse>, Error> {
    let _permit = call.authorize_account(call.room.first_account).await?;
    let after = ask.next_token.as_deref().map(|token| read_token(call, token)).transpose()?;
    let size = ask.max_results.and_then(|size| usize::try_from(size).ok()).unwrap_or(PAGE_SIZE_DEFAULT);

    let accounts = call.accounts().await?;
    let mut rest = accounts.iter().filter(|account| after.as_deref().is_none_or(|last| account.id.as_str() > last));
    let page: Vec<_> = rest.by_ref().take(size).collect();
    let next_token = match (rest.next(), page.last()) {
        (Some(_), Some(last)) => Some(token_after(call, last.id.as_str())?),
        _ => None,
    };
    let accounts = page.into_iter().map(shown).collect();
    call.tell(None, ListAccountsResponse { accounts: Some(accounts), next_token }).await
}
