use contract::FunctionAlias;
use trail::Recorded;

use super::{shown, weights};
use crate::{
    aliases::{additional, check_version},
    error::Error,
    room::Call,
    shapes::{AliasConfiguration, CreateAliasRequest},
    versions::next,
};

pub(in crate::operations) async fn create_alias(
    call: &Call<'_>,
    ask: &CreateAliasRequest,
) -> Result<Recorded<AliasConfiguration>, Error> {
    let (permit, before) = call.open(&call.named(&ask.function_name)?).await?;
    check_version(&before, &ask.function_version)?;
    if before.details.aliases.contains_key(&ask.name) {
        return Err(Error::conflict(format!("Alias already exists: {}:{}", before.arn, ask.name)));
    }
    let weights = weights(ask.routing_config.as_ref()).unwrap_or_default();
    let alias = FunctionAlias {
        revision_id: call.new_uuid(),
        description: ask.description.clone().unwrap_or_default(),
        version: ask.function_version.clone(),
        additional: additional(&before, &ask.function_version, &weights)?,
    };
    let answer = shown(&before.arn, &ask.name, &alias);
    let mut after = next(&before);
    after.details.aliases.insert(ask.name.clone(), alias);
    call.change(permit, before, after, None, answer).await
}
