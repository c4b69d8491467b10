use std::sync::Arc;

use contract::FunctionVersion;
use trail::{Recorded, Subject};

use crate::{
    error::Error,
    room::Call,
    shapes::{ListVersionsByFunctionRequest, ListVersionsByFunctionResponse},
    shown::{Moment, Shown},
};

/// `$LATEST`, and what was published of it.
pub(in crate::operations) async fn list_versions_by_function(
    call: &Call<'_>,
    ask: &ListVersionsByFunctionRequest,
) -> Result<Recorded<ListVersionsByFunctionResponse>, Error> {
    let named = call.named(&ask.function_name)?;
    let (permit, function) = call.open(&named).await?;
    let place =
        |version: &&Arc<FunctionVersion>| format!("{}\0{:020}", function.name, version.number.unwrap_or_default());
    let (page, next_marker) =
        call.page(named.scope, function.versions(), place, ask.marker.as_deref(), ask.max_items)?;
    let shown = Shown { vault: &call.room.runner.means.vault, permit: &permit, moment: Moment::Listed };
    let told = page.into_iter().map(|version| shown.of(&function, version, Some(&version.qualifier())));
    let versions = Some(told.collect::<Result<Vec<_>, Error>>()?);
    call.tell(Some(Subject::function_seen(&function)), ListVersionsByFunctionResponse { next_marker, versions }).await
}
