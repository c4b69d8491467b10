use contract::Identities;
use gate::Target;
use trail::Recorded;

use crate::{
    error::Error,
    managed_policy::ManagedPolicy,
    room::Call,
    service_keys::ServiceKeys,
    shapes::{
        EntityType, ListEntitiesForPolicyRequest, ListEntitiesForPolicyResponse, PolicyGroup, PolicyRole,
        PolicyUsageType, PolicyUser,
    },
};

/// Lists whom a managed policy is attached to, and whom it bounds.
pub(in crate::operations) async fn list_entities_for_policy(
    call: &Call<'_>,
    ask: &ListEntitiesForPolicyRequest,
) -> Result<Recorded<ListEntitiesForPolicyResponse>, Error> {
    let identities = call.identities().await?;
    let policy = ManagedPolicy::find(&identities, &ask.policy_arn);
    let tags = policy.as_ref().map(ManagedPolicy::tags).unwrap_or_default();
    let keys = ServiceKeys { tags, ..ServiceKeys::default() };
    let resource = call.resource(&ask.policy_arn);
    let permit = call.authorize(&Target::new(&resource).with_tags(tags).with_keys(&keys)).await?;
    if policy.is_none() {
        return Err(Error::NoSuchEntity(format!("Policy {} was not found.", ask.policy_arn)));
    }
    permit.covers_resource(&ask.policy_arn)?;
    let page = call.page(entities(&identities, ask), Entity::place, ask.marker.as_deref(), ask.max_items)?;
    let (is_truncated, marker) = (page.is_truncated(), page.marker);
    let (mut groups, mut users, mut roles) = (Vec::new(), Vec::new(), Vec::new());
    for Entity { kind, name, id } in page.items {
        let (name, id) = (Some(name), Some(id));
        match kind {
            Kind::Group => groups.push(PolicyGroup { group_name: name, group_id: id }),
            Kind::User => users.push(PolicyUser { user_name: name, user_id: id }),
            Kind::Role => roles.push(PolicyRole { role_name: name, role_id: id }),
        }
    }
    call.tell(ListEntitiesForPolicyResponse {
        policy_groups: Some(groups),
        policy_users: Some(users),
        policy_roles: Some(roles),
        is_truncated: Some(is_truncated),
        marker,
    })
    .await
}

/// Groups, then users, then roles, each by name: one list for all pages.
fn entities(identities: &Identities, ask: &ListEntitiesForPolicyRequest) -> Vec<Entity> {
    let prefix = ask.path_prefix.as_deref().unwrap_or("/");
    let is_used = |attached: &[String], boundary: Option<&str>| {
        let (is_attached, bounds) = (attached.contains(&ask.policy_arn), boundary == Some(&*ask.policy_arn));
        match ask.policy_usage_filter {
            None => is_attached || bounds,
            Some(PolicyUsageType::PermissionsPolicy) => is_attached,
            Some(PolicyUsageType::PermissionsBoundary) => bounds,
        }
    };
    let is_asked = |kind| ask.entity_filter.is_none_or(|filter| filter == kind);
    let groups = identities
        .groups()
        .filter(|group| is_asked(EntityType::Group) && group.path.starts_with(prefix) && is_used(&group.attached, None))
        .map(|group| Entity { kind: Kind::Group, name: group.name.clone(), id: group.id.clone() });
    let users = identities
        .users()
        .filter(|user| is_asked(EntityType::User) && user.path.starts_with(prefix))
        .filter(|user| is_used(&user.attached, user.boundary.as_deref()))
        .map(|user| Entity { kind: Kind::User, name: user.name.clone(), id: user.id.clone() });
    let roles = identities
        .roles()
        .filter(|role| is_asked(EntityType::Role) && role.path.starts_with(prefix))
        .filter(|role| is_used(&role.attached, role.boundary.as_deref()))
        .map(|role| Entity { kind: Kind::Role, name: role.name.clone(), id: role.id.clone() });
    groups.chain(users).chain(roles).collect()
}

struct Entity {
    kind: Kind,
    name: String,
    id: String,
}

/// In the order of the list.
#[derive(Clone, Copy)]
enum Kind {
    Group,
    User,
    Role,
}

impl Entity {
    fn place(&self) -> String {
        let kind = match self.kind {
            Kind::Group => 'a',
            Kind::User => 'b',
            Kind::Role => 'c',
        };
        format!("{kind}{}", self.name.to_ascii_lowercase())
    }
}
