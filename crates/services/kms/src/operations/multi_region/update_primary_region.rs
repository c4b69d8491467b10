use std::sync::Arc;

use contract::{Commit, Guarded, KeyRecord, KeySubject, key_arn};
use terms::{Region, Scope};
use trail::Recorded;

use super::require_primary;
use crate::{
    error::Error,
    key_keys::KeyUse,
    related::KeysPlan,
    room::{Call, key_elements, next},
    shapes::UpdatePrimaryRegionRequest,
    states::require_enabled,
};

/// Makes a replica the primary, and the primary a replica. All keys that are one with them learn of it.
pub(crate) async fn update_primary_region(
    call: &Call<'_>,
    ask: &UpdatePrimaryRegionRequest,
) -> Result<Recorded<()>, Error> {
    let members = [("primaryregion", ask.primary_region.as_str())];
    let asked = KeyUse { members: &members, ..KeyUse::default() };
    let (from_permit, from) = call.open_own_for(&ask.key_id, &asked).await?;
    require_primary(&from)?;
    let (to, others) = choose(call, &from, &ask.primary_region).await?;
    let to_permit = call.authorize_key(&to.key(), &asked).await?;
    let to = to.open_key(&to_permit)?;
    require_enabled(&from.arn, from.details.state)?;
    require_enabled(&to.arn, to.details.state)?;

    let primary_region = Some(to.scope.region);
    let moved = |key: &KeyRecord| {
        let mut after = next(key);
        after.details.primary_region = primary_region;
        after
    };
    let response = key_elements(&from);
    let (from_after, to_after) = (moved(&from), moved(&to));
    let plan = KeysPlan::new(Commit::under(from_permit).and_under(to_permit), from, from_after)?;
    let plan = plan.and_change(to, to_after)?;
    let request = call.context.request_id;
    let learn = |key: &mut KeyRecord| key.details.primary_region = primary_region;
    let plan = others.into_iter().try_fold(plan, |plan, key| plan.and_synchronize(call.room, request, key, learn))?;
    call.change_keys(plan, Some(&response), ()).await
}

type Found = Guarded<Arc<KeyRecord>>;

/// The replica that is to be the primary, and the other replicas.
async fn choose(call: &Call<'_>, from: &KeyRecord, region: &str) -> Result<(Found, Vec<Found>), Error> {
    if region == from.scope.region.as_str() {
        // The text is chosen.
        let text = format!("{} is the primary key already.", from.arn);
        return Err(Error::refused("UnsupportedOperationException", text));
    }
    let related = call.room.related_keys(&KeySubject::of(from)).await?;
    let is_chosen = |key: &Found| key.key().scope.region.as_str() == region;
    let (chosen, others): (Vec<_>, Vec<_>) = related.into_iter().partition(is_chosen);
    let chosen = chosen.into_iter().next().ok_or_else(|| missing(from, region))?;
    Ok((chosen, others))
}

/// As of any key that is not there.
fn missing(from: &KeyRecord, region: &str) -> Error {
    match Region::parse(region) {
        Ok(region) => {
            let arn = key_arn(Scope { region, ..from.scope }, from.id);
            Error::not_found(format!("Key '{arn}' does not exist"))
        }
        Err(_) => Error::not_found(format!("Invalid region {region}")),
    }
}
