use trail::{Recorded, Subject};

use super::shown;
use crate::{
    aliases::alias_not_found,
    error::Error,
    room::Call,
    shapes::{AliasConfiguration, GetAliasRequest},
};

pub(in crate::operations) async fn get_alias(
    call: &Call<'_>,
    ask: &GetAliasRequest,
) -> Result<Recorded<AliasConfiguration>, Error> {
    let (_, function) = call.open(&call.named(&ask.function_name)?).await?;
    let alias = function.details.aliases.get(&ask.name).ok_or_else(|| alias_not_found(&function.arn, &ask.name))?;
    let answer = shown(&function.arn, &ask.name, alias);
    call.tell(Some(Subject::function_seen(&function)), answer).await
}
