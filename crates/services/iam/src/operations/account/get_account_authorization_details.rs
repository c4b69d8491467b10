use std::sync::Arc;

use contract::{GroupRecord, Identities, RoleRecord, UserRecord};
use gate::aws_managed;
use trail::Recorded;

use super::details;
use crate::{
    error::Error,
    managed_policy::ManagedPolicy,
    operations::policy::usage::Usages,
    room::Call,
    shapes::{EntityType, GetAccountAuthorizationDetailsRequest, GetAccountAuthorizationDetailsResponse},
};

/// Tells of everyone in the account and of every policy. AWS's policies are told of where they are used.
pub(in crate::operations) async fn get_account_authorization_details(
    call: &Call<'_>,
    ask: &GetAccountAuthorizationDetailsRequest,
) -> Result<Recorded<GetAccountAuthorizationDetailsResponse>, Error> {
    let identities = call.identities().await?;
    call.authorize_without_resource().await?;
    let usages = Usages::of(&identities);
    let things = things(&identities, &usages, ask.filter.as_deref().unwrap_or_default());
    let page = call.page(things, Thing::place, ask.marker.as_deref(), ask.max_items)?;
    let (is_truncated, marker) = (page.is_truncated(), page.marker);
    let (mut users, mut groups, mut roles, mut policies) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for thing in page.items {
        match thing {
            Thing::User(user) => users.push(details::user(&identities, user)),
            Thing::Group(group) => groups.push(details::group(group)),
            Thing::Role(role) => roles.push(details::role(call, &identities, role).await?),
            Thing::Policy(policy) => policies.push(details::policy(&policy, usages.get(policy.arn()))),
        }
    }
    call.tell(GetAccountAuthorizationDetailsResponse {
        user_detail_list: Some(users),
        group_detail_list: Some(groups),
        role_detail_list: Some(roles),
        policies: Some(policies),
        is_truncated: Some(is_truncated),
        marker,
    })
    .await
}

enum Thing<'a> {
    User(&'a UserRecord),
    Group(&'a GroupRecord),
    Role(&'a Arc<RoleRecord>),
    Policy(ManagedPolicy<'a>),
}

/// Users, then groups, roles and policies, each by name: one list for all pages.
fn things<'a>(identities: &'a Identities, usages: &Usages<'_>, filter: &[EntityType]) -> Vec<Thing<'a>> {
    let is_asked = |kind| filter.is_empty() || filter.contains(&kind);
    let mut things = Vec::new();
    if is_asked(EntityType::User) {
        things.extend(identities.users().map(|user| Thing::User(user)));
    }
    if is_asked(EntityType::Group) {
        things.extend(identities.groups().map(|group| Thing::Group(group)));
    }
    if is_asked(EntityType::Role) {
        things.extend(identities.roles().map(Thing::Role));
    }
    if is_asked(EntityType::LocalManagedPolicy) {
        things.extend(identities.policies().map(|policy| Thing::Policy(ManagedPolicy::Own(policy))));
    }
    if is_asked(EntityType::AWSManagedPolicy) {
        let used = aws_managed::all().iter().filter(|policy| usages.get(&policy.arn).is_used());
        things.extend(used.map(|policy| Thing::Policy(ManagedPolicy::Aws(policy))));
    }
    things.sort_by_cached_key(Thing::place);
    things
}

impl Thing<'_> {
    fn place(&self) -> String {
        match self {
            Self::User(user) => format!("a{}", user.name.to_ascii_lowercase()),
            Self::Group(group) => format!("b{}", group.name.to_ascii_lowercase()),
            Self::Role(role) => format!("c{}", role.name.to_ascii_lowercase()),
            Self::Policy(policy) => format!("d{}", policy.arn()),
        }
    }
}
