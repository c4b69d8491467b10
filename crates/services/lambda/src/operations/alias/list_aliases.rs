use contract::FunctionAlias;
use trail::{Recorded, Subject};

use super::shown;
use crate::{
    error::Error,
    room::Call,
    shapes::{ListAliasesRequest, ListAliasesResponse},
};

/// The aliases of a function by name, or those that lead to one version.
pub(in crate::operations) async fn list_aliases(
    call: &Call<'_>,
    ask: &ListAliasesRequest,
) -> Result<Recorded<ListAliasesResponse>, Error> {
    let named = call.named(&ask.function_name)?;
    let (_, function) = call.open(&named).await?;
    let wanted = ask.function_version.as_ref();
    let leads_there = |(_, alias): &(&String, &FunctionAlias)| wanted.is_none_or(|wanted| alias.version == *wanted);
    let aliases = function.details.aliases.iter().filter(leads_there);
    let place = |(name, _): &(&String, &FunctionAlias)| format!("{}\0{name}", function.name);
    let (page, next_marker) = call.page(named.scope, aliases, place, ask.marker.as_deref(), ask.max_items)?;
    let aliases = Some(page.into_iter().map(|(name, alias)| shown(&function.arn, name, alias)).collect());
    call.tell(Some(Subject::function_seen(&function)), ListAliasesResponse { next_marker, aliases }).await
}
