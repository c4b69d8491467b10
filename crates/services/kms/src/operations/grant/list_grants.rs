use contract::GrantRecord;
use trail::{Recorded, Subject};

use super::{FOR_NO_SERVICE, answer, limit, neighbours, refuse_services, require_id};
use crate::{
    error::Error,
    grants::principals_of,
    key_keys::KeyUse,
    room::Call,
    shapes::{ListGrantsRequest, ListGrantsResponse},
};

/// A key's grants: all, the one of an id, or those of a grantee.
pub(crate) async fn list_grants(
    call: &Call<'_>,
    ask: &ListGrantsRequest,
) -> Result<Recorded<ListGrantsResponse>, Error> {
    refuse_services(&[("GranteeServicePrincipal", ask.grantee_service_principal.is_some())])?;
    let asked = KeyUse { members: &[FOR_NO_SERVICE], ..KeyUse::default() };
    let (_, key) = call.open_for(&ask.key_id, &asked).await?;
    ask.grant_id.as_deref().map_or(Ok(()), require_id)?;
    let grantee = match &ask.grantee_principal {
        // Whoever is gone is found by its id.
        Some(grantee) => {
            Some(neighbours(call, vec![grantee]).await?.with_id(grantee).unwrap_or_else(|_| grantee.clone()))
        }
        None => None,
    };
    let is_wanted = |grant: &GrantRecord| {
        ask.grant_id.as_ref().is_none_or(|id| grant.id == *id)
            && grantee.as_ref().is_none_or(|grantee| grant.grantee == *grantee)
    };
    let grants = key.grants.values().map(|grant| &**grant).filter(|grant| is_wanted(grant));
    let place = |(_, grant): &(_, &GrantRecord)| grant.id.clone();
    let page = call.page(grants.map(|grant| (&*key, grant)), place, ask.marker.as_deref(), limit(ask.limit))?;
    let neighbours = neighbours(call, page.items.iter().flat_map(|(_, grant)| principals_of(grant)).collect()).await?;
    call.tell(Some(Subject::key_seen(&key)), answer(page, &neighbours)).await
}
