use std::sync::Arc;

use contract::{FunctionRecord, FunctionVersion};
use trail::Recorded;

use crate::{
    error::Error,
    room::Call,
    shapes::{FunctionVersion as Which, ListFunctionsRequest, ListFunctionsResponse},
    shown::{Moment, Shown},
};

/// The functions of the account, each as it is now or with all its versions.
pub(in crate::operations) async fn list_functions(
    call: &Call<'_>,
    ask: &ListFunctionsRequest,
) -> Result<Recorded<ListFunctionsResponse>, Error> {
    if ask.master_region.is_some() {
        return Err(Error::unsupported("MasterRegion"));
    }
    let permit = call.authorize_every().await?;
    let scope = call.caller.scope();
    let functions = call.room.store.functions(scope).await?.open(&permit, call.action)?;
    let has_all = ask.function_version == Some(Which::All);
    let versions = functions.iter().flat_map(|function| {
        let versions = function.versions().take(if has_all { usize::MAX } else { 1 });
        versions.map(move |version| (function, version))
    });
    let (page, next_marker) = call.page(scope, versions, place, ask.marker.as_deref(), ask.max_items)?;
    let shown = Shown { vault: &call.room.runner.means.vault, permit: &permit, moment: Moment::Listed };
    let told = page.into_iter().map(|(function, version)| {
        let qualifier = version.qualifier();
        shown.of(function, version, Some(&*qualifier).filter(|_| has_all))
    });
    let functions = Some(told.collect::<Result<Vec<_>, Error>>()?);
    call.tell(None, ListFunctionsResponse { next_marker, functions }).await
}

/// By name, and then by number with `$LATEST` first. No name is so sorted that it stands between another and its versions.
fn place((function, version): &(&Arc<FunctionRecord>, &Arc<FunctionVersion>)) -> String {
    format!("{}\0{:020}", function.name, version.number.unwrap_or_default())
}
