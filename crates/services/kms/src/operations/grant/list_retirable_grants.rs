use std::sync::Arc;

use contract::{AccountStatus, GrantRecord, KeyRecord};
use gate::principals::AwsPrincipal;
use policy::Permit;
use terms::Scope;
use trail::Recorded;

use super::{answer, kept, limit, neighbours, refuse_services, require_principal};
use crate::{
    error::Error,
    grants::principals_of,
    room::Call,
    shapes::{ListGrantsResponse, ListRetirableGrantsRequest},
};

/// The grants of the Region, on keys of whichever account, that name a principal of the caller's account to retire them.
pub(crate) async fn list_retirable_grants(
    call: &Call<'_>,
    ask: &ListRetirableGrantsRequest,
) -> Result<Recorded<ListGrantsResponse>, Error> {
    refuse_services(&[("RetiringServicePrincipal", ask.retiring_service_principal.is_some())])?;
    let retiree = require_principal(ask.retiring_principal.as_ref(), "RetiringPrincipal")?;
    let permit = call.authorize_every(call.action).await?;
    if AwsPrincipal::parse(retiree).and_then(AwsPrincipal::account) != Some(call.caller.account()) {
        // The text is chosen.
        let text = format!("{retiree} is not a principal of your account");
        return Err(Error::refused("InvalidArnException", text));
    }
    let retiree = kept(&neighbours(call, vec![retiree]).await?, retiree)?;

    let keys = keys_of_all(call, &permit).await?;
    let mut grants: Vec<(&KeyRecord, &GrantRecord)> = keys
        .iter()
        .flat_map(|key| key.grants.values().map(move |grant| (&**key, &**grant)))
        .filter(|(_, grant)| grant.retiree.as_ref() == Some(&retiree))
        .collect();
    grants.sort_by_key(|(_, grant)| &grant.id);
    let page = call.page(grants, |(_, grant)| grant.id.clone(), ask.marker.as_deref(), limit(ask.limit))?;
    let neighbours = neighbours(call, page.items.iter().flat_map(|(_, grant)| principals_of(grant)).collect()).await?;
    call.tell(None, answer(page, &neighbours)).await
}

/// No other account is asked: whoever retires a grant may know of it.
async fn keys_of_all(call: &Call<'_>, permit: &Permit) -> Result<Vec<Arc<KeyRecord>>, Error> {
    let store = &call.room.store;
    let mut keys = Vec::new();
    for account in store.accounts().await?.into_iter().filter(|account| account.status == AccountStatus::Active) {
        let scope = Scope { account: account.id, region: call.caller.region() };
        keys.extend(store.keys(scope).await?.open(permit, call.action)?);
    }
    Ok(keys)
}
