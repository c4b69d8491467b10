use contract::{Commit, KeyRecord, Rotation};
use trail::{Recorded, Subject};

use super::require_rotatable;
use crate::{
    error::Error,
    key_keys::KeyUse,
    room::{Call, key_elements},
    shapes::EnableKeyRotationRequest,
};

const DAYS_DEFAULT: i32 = 365;

/// Rotates the key by itself from now on, or at other intervals than so far. Asked for again with the same interval, its
/// next date stays: whoever asks every day would put it off for ever.
pub(crate) async fn enable_key_rotation(
    call: &Call<'_>,
    ask: &EnableKeyRotationRequest,
) -> Result<Recorded<()>, Error> {
    let days = ask.rotation_period_in_days.unwrap_or(DAYS_DEFAULT);
    let days_text = days.to_string();
    let members = [("rotationperiodindays", days_text.as_str())];
    let asked = KeyUse { members: &members, ..KeyUse::default() };
    let (permit, before) = call.open_own_for(&ask.key_id, &asked).await?;
    require_rotatable(&before)?;

    let period_days = u32::try_from(days).unwrap_or_default();
    if before.details.rotation.is_some_and(|rotation| rotation.period_days == period_days) {
        return call.tell(Some(Subject::key_seen(&before)), ()).await;
    }
    let rotation = Rotation { period_days, next_at: call.now().plus_days(days.into()) };
    let request = call.context.request_id;
    let response = key_elements(&before);
    let change = |key: &mut KeyRecord| key.details.rotation = Some(rotation);
    let plan = call.room.plan_alike(Commit::under(permit), before, request, change).await?;
    call.change_keys(plan, Some(&response), ()).await
}
