//! Whoever policies hang from: users, groups and roles, alike in what is asked of them.

use std::sync::Arc;

use contract::{Entity, GroupRecord, Identities, InlinePolicies, RoleRecord, Tag, UserRecord};
use gate::Target;
use policy::Permit;

use crate::{error::Error, quotas::Quotas, room::Call, service_keys::ServiceKeys};

/// A user, group or role as a request names it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HolderName<'a> {
    kind: HolderKind,
    name: &'a str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum HolderKind {
    User,
    Group,
    Role,
}

#[derive(Debug, Clone)]
pub(crate) enum Holder {
    User(Arc<UserRecord>),
    Group(Arc<GroupRecord>),
    Role(Arc<RoleRecord>),
}

impl<'a> HolderName<'a> {
    pub(crate) fn user(name: &'a str) -> Self {
        Self { kind: HolderKind::User, name }
    }

    pub(crate) fn group(name: &'a str) -> Self {
        Self { kind: HolderKind::Group, name }
    }

    pub(crate) fn role(name: &'a str) -> Self {
        Self { kind: HolderKind::Role, name }
    }

    /// May the caller do this to it? `keys` are those of the request; the holder adds its tags, and its boundary where
    /// the request sets none.
    pub(crate) async fn authorize(
        self,
        call: &Call<'_>,
        identities: &Identities,
        keys: ServiceKeys<'_>,
    ) -> Result<Permit, Error> {
        let holder = self.look(identities);
        let arn = match &holder {
            Some(holder) => holder.arn().to_owned(),
            // One that is not there stands where one without a path would be.
            None => call.arn(self.kind.word(), &format!("/{}", self.name)),
        };
        let tags = holder.as_ref().map(Holder::tags).unwrap_or_default();
        let boundary = keys.boundary.or_else(|| holder.as_ref()?.boundary());
        let keys = ServiceKeys { tags, boundary, ..keys };
        call.authorize(&Target::new(&call.resource(&arn)).with_tags(tags).with_keys(&keys)).await
    }

    /// The holder, or that there is none.
    pub(crate) fn find(self, identities: &Identities) -> Result<Holder, Error> {
        self.look(identities).ok_or_else(|| self.missing())
    }

    pub(crate) fn missing(self) -> Error {
        Error::NoSuchEntity(format!("The {} with name {} cannot be found.", self.kind.word(), self.name))
    }

    /// The holder, if it may be changed.
    pub(crate) fn find_to_change(self, identities: &Identities) -> Result<Holder, Error> {
        let holder = self.find(identities)?;
        if let Holder::Role(role) = &holder {
            require_own(role)?;
        }
        Ok(holder)
    }

    fn look(self, identities: &Identities) -> Option<Holder> {
        match self.kind {
            HolderKind::User => identities.user(self.name).cloned().map(Holder::User),
            HolderKind::Group => identities.group(self.name).cloned().map(Holder::Group),
            HolderKind::Role => identities.role(self.name).cloned().map(Holder::Role),
        }
    }
}

impl Holder {
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::User(user) => &user.name,
            Self::Group(group) => &group.name,
            Self::Role(role) => &role.name,
        }
    }

    pub(crate) fn id(&self) -> &str {
        match self {
            Self::User(user) => &user.id,
            Self::Group(group) => &group.id,
            Self::Role(role) => &role.id,
        }
    }

    pub(crate) fn arn(&self) -> &str {
        match self {
            Self::User(user) => &user.arn,
            Self::Group(group) => &group.arn,
            Self::Role(role) => &role.arn,
        }
    }

    fn tags(&self) -> &[Tag] {
        match self {
            Self::User(user) => &user.tags,
            Self::Group(_) => &[],
            Self::Role(role) => &role.tags,
        }
    }

    pub(crate) fn boundary(&self) -> Option<&str> {
        match self {
            Self::User(user) => user.boundary.as_deref(),
            Self::Group(_) => None,
            Self::Role(role) => role.boundary.as_deref(),
        }
    }

    pub(crate) fn inline(&self) -> &InlinePolicies {
        match self {
            Self::User(user) => &user.inline,
            Self::Group(group) => &group.inline,
            Self::Role(role) => &role.inline,
        }
    }

    pub(crate) fn attached(&self) -> &[String] {
        match self {
            Self::User(user) => &user.attached,
            Self::Group(group) => &group.attached,
            Self::Role(role) => &role.attached,
        }
    }

    pub(crate) fn with_inline(&self, inline: InlinePolicies) -> Entity {
        match self {
            Self::User(user) => Entity::User(UserRecord { inline, ..UserRecord::clone(user) }),
            Self::Group(group) => Entity::Group(GroupRecord { inline, ..GroupRecord::clone(group) }),
            Self::Role(role) => Entity::Role(RoleRecord { inline, ..RoleRecord::clone(role) }),
        }
    }

    pub(crate) fn with_attached(&self, attached: Vec<String>) -> Entity {
        match self {
            Self::User(user) => Entity::User(UserRecord { attached, ..UserRecord::clone(user) }),
            Self::Group(group) => Entity::Group(GroupRecord { attached, ..GroupRecord::clone(group) }),
            Self::Role(role) => Entity::Role(RoleRecord { attached, ..RoleRecord::clone(role) }),
        }
    }

    /// Groups have no boundary, and stay as they are.
    pub(crate) fn with_boundary(&self, boundary: Option<String>) -> Entity {
        match self {
            Self::User(user) => Entity::User(UserRecord { boundary, ..UserRecord::clone(user) }),
            Self::Group(group) => Entity::Group(GroupRecord::clone(group)),
            Self::Role(role) => Entity::Role(RoleRecord { boundary, ..RoleRecord::clone(role) }),
        }
    }

    /// How many characters its inline policies may have together.
    pub(crate) fn inline_chars_max(&self, quotas: &Quotas) -> usize {
        match self {
            Self::User(_) => quotas.user_policies_chars,
            Self::Group(_) => quotas.group_policies_chars,
            Self::Role(_) => quotas.role_policies_chars,
        }
    }

    /// `user`, `group` or `role`.
    pub(crate) fn word(&self) -> &'static str {
        self.kind().word()
    }

    /// As quotas are called.
    pub(crate) fn attachment_quota(&self) -> &'static str {
        match self {
            Self::User(_) => "PoliciesPerUser",
            Self::Group(_) => "PoliciesPerGroup",
            Self::Role(_) => "PoliciesPerRole",
        }
    }

    fn kind(&self) -> HolderKind {
        match self {
            Self::User(_) => HolderKind::User,
            Self::Group(_) => HolderKind::Group,
            Self::Role(_) => HolderKind::Role,
        }
    }
}

impl HolderKind {
    fn word(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Group => "group",
            Self::Role => "role",
        }
    }
}

/// Roles under this path are made and changed by AWS services alone.
pub(crate) const SERVICE_LINKED_PATH: &str = "/aws-service-role/";

pub(crate) fn require_own(role: &RoleRecord) -> Result<(), Error> {
    if role.path.starts_with(SERVICE_LINKED_PATH) {
        return Err(Error::UnmodifiableEntity(format!(
            "Cannot perform the operation on the protected role '{}' - this role is only modifiable by AWS",
            role.name
        )));
    }
    Ok(())
}
