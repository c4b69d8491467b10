use std::collections::BTreeMap;

use trail::Recorded;

use super::{shown, weights};
use crate::{
    aliases::{additional, alias_not_found, check_version},
    error::Error,
    room::Call,
    shapes::{AliasConfiguration, UpdateAliasRequest},
    versions::{check_revision, next},
};

/// Leads an alias elsewhere. What is not said stays.
pub(in crate::operations) async fn update_alias(
    call: &Call<'_>,
    ask: &UpdateAliasRequest,
) -> Result<Recorded<AliasConfiguration>, Error> {
    let (permit, before) = call.open(&call.named(&ask.function_name)?).await?;
    let held = before.details.aliases.get(&ask.name).ok_or_else(|| alias_not_found(&before.arn, &ask.name))?;
    check_revision(ask.revision_id.as_deref(), &held.revision_id)?;
    let mut alias = held.clone();
    if let Some(version) = &ask.function_version {
        check_version(&before, version)?;
        alias.version.clone_from(version);
    }
    if let Some(description) = &ask.description {
        alias.description.clone_from(description);
    }
    let weights = weights(ask.routing_config.as_ref());
    let weights = weights.unwrap_or_else(|| alias.additional.iter().cloned().collect::<BTreeMap<_, _>>());
    alias.additional = additional(&before, &alias.version, &weights)?;
    alias.revision_id = call.new_uuid();
    let answer = shown(&before.arn, &ask.name, &alias);
    let mut after = next(&before);
    after.details.aliases.insert(ask.name.clone(), alias);
    call.change(permit, before, after, None, answer).await
}
