//! GetFederationToken: a session for somebody whom a user vouches for.

use gate::{RequestTags, Restrictions, SessionClaims, SessionHolder, Target};
use policy::Principal;
use trail::Recorded;

use crate::{
    chain::Chain,
    durations,
    error::Error,
    packed::SessionPolicies,
    room::{Call, TAG_SESSION, resource},
    shapes::{FederatedUser, GetFederationTokenRequest, GetFederationTokenResponse},
    trust_keys::TrustKeys,
};

pub(super) async fn get_federation_token(
    call: &Call<'_>,
    request: &GetFederationTokenRequest,
) -> Result<Recorded<GetFederationTokenResponse>, Error> {
    call.refuse_unserved("MinimumSessionTokenSize", request.minimum_session_token_size.is_some())?;
    let tags = Chain::default().with_tags(request.tags.as_deref(), None)?;
    let policies = SessionPolicies::asked(request.policy.as_deref(), request.policy_arns.as_deref())?;
    let percent = policies.packed_percent(&tags.all)?;
    let seconds = durations::of_user_session(request.duration_seconds.map(i64::from), call.is_root());

    let account = call.caller.account();
    let arn = format!("arn:aws:sts::{account}:federated-user/{}", request.name);
    let resource = resource(&arn, account);
    let keys = TrustKeys { seconds, ..TrustKeys::default() };
    let target = Target::new(&resource).with_keys(&keys).with_request_tags(RequestTags::of(&tags.asked));
    let permit = call.authorize(&target).await?;
    if !tags.asked.is_empty() {
        call.authorize_action(TAG_SESSION, &target).await?;
    }
    policies.require_existing(&*call.identities().await?)?;

    let user = match call.caller.principal() {
        Principal::User(user) => Some(user.id.clone()),
        _ => None,
    };
    let has_packed = !(policies.is_empty() && tags.asked.is_empty());
    let claims = SessionClaims {
        account: account.to_string(),
        holder: SessionHolder::FederatedUser { name: request.name.clone(), user },
        issued_at: call.now(),
        expires_at: durations::end(call.now(), seconds),
        restrictions: Restrictions {
            policy: policies.policy,
            policy_arns: policies.policy_arns,
            tags: tags.all,
            transitive_tag_keys: Vec::new(),
        },
        source_identity: None,
        mfa_at: None,
        is_chained: false,
    };
    let answer = GetFederationTokenResponse {
        credentials: Some(call.begin_session(&claims)?),
        federated_user: Some(FederatedUser { federated_user_id: format!("{account}:{}", request.name), arn }),
        packed_policy_size: has_packed.then_some(percent),
        ..GetFederationTokenResponse::default()
    };
    call.release(permit, None, answer).await
}
