use std::sync::Arc;

use contract::{Commit, KeyRecord, MaterialOrigin};
use service::response_elements;
use terms::Timestamp;
use trail::Recorded;

use super::require_rotatable;
use crate::{
    error::Error,
    room::Call,
    shapes::{RotateKeyOnDemandRequest, RotateKeyOnDemandResponse},
};

/// In a key's life.
const ROTATIONS_MAX: u32 = 25;

const MINUTE_MS: i64 = 60_000;

/// Gives the key new material at once. What it seals from now on is under that; what it sealed before stays readable.
/// Its dates for rotating by itself stay.
pub(crate) async fn rotate_key_on_demand(
    call: &Call<'_>,
    ask: &RotateKeyOnDemandRequest,
) -> Result<Recorded<RotateKeyOnDemandResponse>, Error> {
    let (permit, before) = call.open_own(&ask.key_id).await?;
    require_rotatable(&before)?;
    require_not_about_to_rotate(&before, call.now())?;
    if before.details.on_demand_rotations >= ROTATIONS_MAX {
        return Err(Error::refused(
            "LimitExceededException",
            format!(
                "The on-demand rotations limit has been reached for the given keyId. No more on-demand rotations can be \
                 performed for this key: {}",
                before.arn
            ),
        ));
    }
    let keyring = &call.room.keyring;
    let origin = MaterialOrigin::OnDemandRotation;
    let material = Arc::new(keyring.make_material(before.scope.account, before.id, origin, call.now()).await?);
    let answer = RotateKeyOnDemandResponse { key_id: Some(before.arn.to_string()) };
    let change = |key: &mut KeyRecord| {
        key.materials.push(Arc::clone(&material));
        key.details.on_demand_rotations = key.details.on_demand_rotations.saturating_add(1);
    };
    let request = call.context.request_id;
    let plan = call.room.plan_alike(Commit::under(permit), before, request, change).await?;
    call.change_keys(plan, Some(&response_elements(&answer)), answer).await
}

/// As AWS documents `ConflictException`. The text is chosen.
fn require_not_about_to_rotate(key: &KeyRecord, now: Timestamp) -> Result<(), Error> {
    let is_about_to = key.details.rotation.is_some_and(|rotation| rotation.next_at <= now.plus_millis(20 * MINUTE_MS));
    if is_about_to {
        let text = format!("An automatic rotation of {} is in progress or about to begin.", key.arn);
        return Err(Error::refused("ConflictException", text));
    }
    Ok(())
}
