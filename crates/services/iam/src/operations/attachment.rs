//! Attachments: managed policies and the users, groups and roles that they hang on.

pub(super) mod attach_group_policy;
pub(super) mod attach_role_policy;
pub(super) mod attach_user_policy;
pub(super) mod detach_group_policy;
pub(super) mod detach_role_policy;
pub(super) mod detach_user_policy;
pub(super) mod list_attached_group_policies;
pub(super) mod list_attached_role_policies;
pub(super) mod list_attached_user_policies;
pub(super) mod list_entities_for_policy;

use trail::Recorded;

use crate::{
    error::Error,
    holder::HolderName,
    managed_policy::{self, ManagedPolicy},
    paging::Page,
    room::Call,
    service_keys::ServiceKeys,
    shapes::AttachedPolicy,
};

/// A list as it was asked for.
struct Asked<'a> {
    /// Of the policies' paths.
    prefix: Option<&'a str>,
    marker: Option<&'a str>,
    max_items: Option<i32>,
}

async fn attach(call: &Call<'_>, holder: HolderName<'_>, arn: &str) -> Result<Recorded<()>, Error> {
    let identities = call.identities().await?;
    let keys = ServiceKeys { policy_arn: Some(arn), ..ServiceKeys::default() };
    let permit = holder.authorize(call, &identities, keys).await?;
    require_arn(arn)?;
    let holder = holder.find_to_change(&identities)?;
    let missing = || Error::NoSuchEntity(format!("Policy {arn} does not exist or is not attachable."));
    ManagedPolicy::find(&identities, arn).ok_or_else(missing)?.require_attachable()?;
    let mut attached = holder.attached().to_vec();
    if !attached.iter().any(|held| held == arn) {
        let limit = call.room.quotas.attached_policies;
        if attached.len() >= limit {
            let quota = holder.attachment_quota();
            return Err(Error::LimitExceeded(format!("Cannot exceed quota for {quota}: {limit}")));
        }
        attached.push(arn.to_owned());
    }
    call.commit_silently(permit, identities.change().put(holder.with_attached(attached))).await
}

async fn detach(call: &Call<'_>, holder: HolderName<'_>, arn: &str) -> Result<Recorded<()>, Error> {
    let identities = call.identities().await?;
    let keys = ServiceKeys { policy_arn: Some(arn), ..ServiceKeys::default() };
    let permit = holder.authorize(call, &identities, keys).await?;
    require_arn(arn)?;
    let holder = holder.find_to_change(&identities)?;
    let mut attached = holder.attached().to_vec();
    let place = attached.iter().position(|held| held == arn);
    attached.remove(place.ok_or_else(|| Error::NoSuchEntity(format!("Policy {arn} was not found.")))?);
    call.commit_silently(permit, identities.change().put(holder.with_attached(attached))).await
}

/// By name.
async fn list(call: &Call<'_>, holder: HolderName<'_>, asked: Asked<'_>) -> Result<Page<AttachedPolicy>, Error> {
    let identities = call.identities().await?;
    let permit = holder.authorize(call, &identities, ServiceKeys::default()).await?;
    let holder = holder.find(&identities)?;
    permit.covers_resource(holder.arn())?;
    let prefix = asked.prefix.unwrap_or("/");
    let attached = holder.attached().iter().map(String::as_str);
    let within = attached.filter(|arn| managed_policy::path_in(arn).starts_with(prefix));
    let mut policies: Vec<(String, &str)> = within.map(|arn| (place(arn), arn)).collect();
    policies.sort_unstable();
    let page = call.page(policies, |(place, _)| place.clone(), asked.marker, asked.max_items)?;
    let shown = |(_, arn): (String, &str)| AttachedPolicy {
        policy_name: Some(managed_policy::name_in(arn).to_owned()),
        policy_arn: Some(arn.to_owned()),
    };
    Ok(Page { items: page.items.into_iter().map(shown).collect(), marker: page.marker })
}

/// AWS's policies may be called as the account's own are, so the ARN tells them apart.
fn place(arn: &str) -> String {
    format!("{} {arn}", managed_policy::name_in(arn).to_ascii_lowercase())
}

fn require_arn(arn: &str) -> Result<(), Error> {
    if managed_policy::is_arn(arn) {
        return Ok(());
    }
    Err(Error::Validation("Invalid ARN:  Could not be parsed!".to_owned()))
}
