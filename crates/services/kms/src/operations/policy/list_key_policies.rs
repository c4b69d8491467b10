use trail::{Recorded, Subject};

use crate::{
    error::Error,
    policies::DEFAULT,
    room::Call,
    shapes::{ListKeyPoliciesRequest, ListKeyPoliciesResponse},
};

const LIMIT_DEFAULT: usize = 100;

/// The names of a key's policies: one.
pub(crate) async fn list_key_policies(
    call: &Call<'_>,
    ask: &ListKeyPoliciesRequest,
) -> Result<Recorded<ListKeyPoliciesResponse>, Error> {
    let (_, key) = call.open_own(&ask.key_id).await?;
    let limit = ask.limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(LIMIT_DEFAULT);
    let page = call.page([DEFAULT.to_owned()], String::clone, ask.marker.as_deref(), limit)?;
    let answer = ListKeyPoliciesResponse {
        truncated: Some(page.is_truncated()),
        policy_names: Some(page.items),
        next_marker: page.marker,
    };
    call.tell(Some(Subject::key_seen(&key)), answer).await
}
