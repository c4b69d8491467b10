use trail::Recorded;

use crate::{
    error::Error,
    room::{Call, next},
    shapes::UpdateKeyDescriptionRequest,
    states::require_not_pending_deletion,
};

/// Says something else about a key.
pub(crate) async fn update_key_description(
    call: &Call<'_>,
    ask: &UpdateKeyDescriptionRequest,
) -> Result<Recorded<()>, Error> {
    let (permit, before) = call.open_own(&ask.key_id).await?;
    require_not_pending_deletion(&before.arn, before.details.state)?;
    let mut after = next(&before);
    after.details.description.clone_from(&ask.description);
    call.change_silently(permit, before, after, []).await
}
