use contract::Identities;
use gate::{Target, aws_managed};
use trail::Recorded;

use super::{
    listed, named,
    usage::{Usage, Usages},
};
use crate::{
    error::Error,
    managed_policy::ManagedPolicy,
    room::Call,
    shapes::{ListPoliciesRequest, ListPoliciesResponse, Policy, PolicyScopeType, PolicyUsageType},
};

/// Lists managed policies, the account's own and AWS's, by name.
pub(in crate::operations) async fn list_policies(
    call: &Call<'_>,
    ask: &ListPoliciesRequest,
) -> Result<Recorded<ListPoliciesResponse>, Error> {
    let identities = call.identities().await?;
    let prefix = ask.path_prefix.as_deref().unwrap_or("/");
    let resource = named(call, &call.arn("policy", prefix), &format!("policy path {prefix}"));
    call.authorize(&Target::new(&resource)).await?;
    let page = call.page(asked_for(&identities, ask, prefix), place, ask.marker.as_deref(), ask.max_items)?;
    let (is_truncated, marker) = (Some(page.is_truncated()), page.marker);
    call.tell(ListPoliciesResponse { policies: Some(page.items), is_truncated, marker }).await
}

fn asked_for(identities: &Identities, ask: &ListPoliciesRequest, prefix: &str) -> Vec<Policy> {
    let usages = Usages::of(identities);
    let own = identities.policies().map(ManagedPolicy::Own).filter(|_| ask.scope != Some(PolicyScopeType::Aws));
    let aws = aws_managed::all().iter().map(ManagedPolicy::Aws);
    let aws = aws.filter(|_| ask.scope != Some(PolicyScopeType::Local));
    let is_used = |usage: Usage| match ask.policy_usage_filter {
        Some(PolicyUsageType::PermissionsPolicy) => usage.attachments > 0,
        Some(PolicyUsageType::PermissionsBoundary) => usage.boundaries > 0,
        None => ask.only_attached != Some(true) || usage.attachments > 0,
    };
    let used = own.chain(aws).filter_map(|policy| {
        let usage = usages.get(policy.arn());
        (policy.path().starts_with(prefix) && is_used(usage)).then(|| listed(&policy, usage))
    });
    let mut policies: Vec<Policy> = used.collect();
    policies.sort_by_cached_key(place);
    policies
}

/// AWS's policies may be called as the account's own are, so the ARN tells them apart.
fn place(policy: &Policy) -> String {
    let name = policy.policy_name.as_deref().unwrap_or_default().to_ascii_lowercase();
    format!("{name} {}", policy.arn.as_deref().unwrap_or_default())
}
