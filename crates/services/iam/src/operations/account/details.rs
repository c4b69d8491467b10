//! Users, groups, roles and policies with all that hangs on them.

use std::sync::Arc;

use contract::{GroupRecord, Identities, InlinePolicies, RoleRecord, UserRecord};

use crate::{
    documents::encoded,
    error::Error,
    managed_policy::{self, ManagedPolicy},
    operations::{
        instance_profile,
        policy::{shown, usage::Usage, version},
        role,
        user::shown_boundary,
    },
    room::Call,
    shapes::{
        AttachedPolicy, GroupDetail, InstanceProfile, ManagedPolicyDetail, PolicyDetail, RoleDetail, RoleLastUsed,
        UserDetail,
    },
    tags::shown_tags,
};

pub(super) fn user(identities: &Identities, user: &UserRecord) -> UserDetail {
    UserDetail {
        path: Some(user.path.clone()),
        user_name: Some(user.name.clone()),
        user_id: Some(user.id.clone()),
        arn: Some(user.arn.clone()),
        create_date: Some(user.created_at),
        user_policy_list: inline(&user.inline),
        group_list: Some(identities.groups_of(&user.id).map(|group| group.name.clone()).collect()),
        attached_managed_policies: attached(&user.attached),
        permissions_boundary: user.boundary.as_deref().map(shown_boundary),
        tags: shown_tags(&user.tags),
    }
}

pub(super) fn group(group: &GroupRecord) -> GroupDetail {
    GroupDetail {
        path: Some(group.path.clone()),
        group_name: Some(group.name.clone()),
        group_id: Some(group.id.clone()),
        arn: Some(group.arn.clone()),
        create_date: Some(group.created_at),
        group_policy_list: inline(&group.inline),
        attached_managed_policies: attached(&group.attached),
    }
}

pub(super) async fn role(
    call: &Call<'_>,
    identities: &Arc<Identities>,
    role: &Arc<RoleRecord>,
) -> Result<RoleDetail, Error> {
    let neighbours = role::neighbours(call, identities, std::slice::from_ref(role)).await?;
    let used = call.room.store.last_use(&role.id).await?;
    Ok(RoleDetail {
        path: Some(role.path.clone()),
        role_name: Some(role.name.clone()),
        role_id: Some(role.id.clone()),
        arn: Some(role.arn.clone()),
        create_date: Some(role.created_at),
        assume_role_policy_document: role::shown_briefly(role, &neighbours)?.assume_role_policy_document,
        instance_profile_list: Some(profiles_of(call, identities, role).await?),
        role_policy_list: inline(&role.inline),
        attached_managed_policies: attached(&role.attached),
        permissions_boundary: role.boundary.as_deref().map(shown_boundary),
        tags: shown_tags(&role.tags),
        role_last_used: Some(RoleLastUsed {
            last_used_date: used.as_ref().map(|used| used.at),
            region: used.map(|used| used.region.to_string()),
        }),
    })
}

async fn profiles_of(
    call: &Call<'_>,
    identities: &Arc<Identities>,
    role: &RoleRecord,
) -> Result<Vec<InstanceProfile>, Error> {
    let holds_it = identities.instance_profiles().filter(|profile| profile.role.as_deref() == Some(&*role.id));
    let profiles: Vec<_> = holds_it.cloned().collect();
    instance_profile::listed(call, identities, &profiles).await
}

/// With every version and what it says.
pub(super) fn policy(policy: &ManagedPolicy<'_>, usage: Usage) -> ManagedPolicyDetail {
    let shown = shown(policy, usage);
    ManagedPolicyDetail {
        policy_name: shown.policy_name,
        policy_id: shown.policy_id,
        arn: shown.arn,
        path: shown.path,
        default_version_id: shown.default_version_id,
        attachment_count: shown.attachment_count,
        permissions_boundary_usage_count: shown.permissions_boundary_usage_count,
        is_attachable: shown.is_attachable,
        description: shown.description,
        create_date: shown.create_date,
        update_date: shown.update_date,
        policy_version_list: Some(version::all(policy).iter().map(version::Version::shown).collect()),
    }
}

fn inline(policies: &InlinePolicies) -> Option<Vec<PolicyDetail>> {
    let shown = policies.iter().map(|(name, document)| PolicyDetail {
        policy_name: Some(name.clone()),
        policy_document: Some(encoded(document.text())),
    });
    Some(shown.collect())
}

fn attached(arns: &[String]) -> Option<Vec<AttachedPolicy>> {
    let shown = arns.iter().map(|arn| AttachedPolicy {
        policy_name: Some(managed_policy::name_in(arn).to_owned()),
        policy_arn: Some(arn.clone()),
    });
    Some(shown.collect())
}
