//! Inline policies: documents that live and die with one user, group or role.

pub(super) mod delete_group_policy;
pub(super) mod delete_role_policy;
pub(super) mod delete_user_policy;
pub(super) mod get_group_policy;
pub(super) mod get_role_policy;
pub(super) mod get_user_policy;
pub(super) mod list_group_policies;
pub(super) mod list_role_policies;
pub(super) mod list_user_policies;
pub(super) mod put_group_policy;
pub(super) mod put_role_policy;
pub(super) mod put_user_policy;

use trail::Recorded;

use crate::{
    documents::{encoded, identity_document, inline_size},
    error::Error,
    holder::{Holder, HolderName},
    paging::Page,
    room::Call,
    service_keys::ServiceKeys,
};

/// A policy as it is found.
struct Found {
    holder: Holder,
    policy_name: String,
    /// Encoded.
    document: String,
}

async fn put(
    call: &Call<'_>,
    holder: HolderName<'_>,
    policy_name: &str,
    document: &str,
) -> Result<Recorded<()>, Error> {
    let identities = call.identities().await?;
    let permit = holder.authorize(call, &identities, ServiceKeys::default()).await?;
    let holder = holder.find_to_change(&identities)?;
    let mut inline = holder.inline().clone();
    inline.insert(policy_name.to_owned(), identity_document(document)?);
    let chars_max = holder.inline_chars_max(&call.room.quotas);
    if inline_size(&inline) > chars_max {
        let (word, name) = (holder.word(), holder.name());
        return Err(Error::LimitExceeded(format!(
            "Maximum policy size of {chars_max} bytes exceeded for {word} {name}"
        )));
    }
    call.commit_silently(permit, identities.change().put(holder.with_inline(inline))).await
}

async fn get(call: &Call<'_>, holder: HolderName<'_>, policy_name: &str) -> Result<Found, Error> {
    let identities = call.identities().await?;
    let permit = holder.authorize(call, &identities, ServiceKeys::default()).await?;
    let holder = holder.find(&identities)?;
    permit.covers_resource(holder.arn())?;
    let document = holder.inline().get(policy_name).ok_or_else(|| missing(&holder, policy_name))?;
    let document = encoded(document.text());
    Ok(Found { policy_name: policy_name.to_owned(), document, holder })
}

async fn delete(call: &Call<'_>, holder: HolderName<'_>, policy_name: &str) -> Result<Recorded<()>, Error> {
    let identities = call.identities().await?;
    let permit = holder.authorize(call, &identities, ServiceKeys::default()).await?;
    let holder = holder.find_to_change(&identities)?;
    let mut inline = holder.inline().clone();
    inline.remove(policy_name).ok_or_else(|| missing(&holder, policy_name))?;
    call.commit_silently(permit, identities.change().put(holder.with_inline(inline))).await
}

async fn list(
    call: &Call<'_>,
    holder: HolderName<'_>,
    marker: Option<&str>,
    max_items: Option<i32>,
) -> Result<Page<String>, Error> {
    let identities = call.identities().await?;
    let permit = holder.authorize(call, &identities, ServiceKeys::default()).await?;
    let holder = holder.find(&identities)?;
    permit.covers_resource(holder.arn())?;
    call.page(holder.inline().keys().cloned(), String::clone, marker, max_items)
}

fn missing(holder: &Holder, policy_name: &str) -> Error {
    Error::NoSuchEntity(format!("The {} policy with name {policy_name} cannot be found.", holder.word()))
}
