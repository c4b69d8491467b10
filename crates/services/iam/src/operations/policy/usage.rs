//! Where managed policies are used. It is counted when somebody asks, so that no count can be wrong.

use std::collections::HashMap;

use contract::Identities;

/// How often one policy is used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::operations) struct Usage {
    /// Users, groups and roles that it is attached to.
    pub(in crate::operations) attachments: i32,
    /// Users and roles that it bounds.
    pub(in crate::operations) boundaries: i32,
}

/// How often each of an account's policies is used, by ARN.
pub(in crate::operations) struct Usages<'a>(HashMap<&'a str, Usage>);

impl<'a> Usages<'a> {
    pub(in crate::operations) fn of(identities: &'a Identities) -> Self {
        let mut usages = Self(HashMap::new());
        for user in identities.users() {
            usages.count(&user.attached, user.boundary.as_deref());
        }
        for role in identities.roles() {
            usages.count(&role.attached, role.boundary.as_deref());
        }
        for group in identities.groups() {
            usages.count(&group.attached, None);
        }
        usages
    }

    fn count(&mut self, attached: &'a [String], boundary: Option<&'a str>) {
        for arn in attached {
            let usage = self.0.entry(arn).or_default();
            usage.attachments = usage.attachments.saturating_add(1);
        }
        if let Some(arn) = boundary {
            let usage = self.0.entry(arn).or_default();
            usage.boundaries = usage.boundaries.saturating_add(1);
        }
    }

    pub(in crate::operations) fn get(&self, arn: &str) -> Usage {
        self.0.get(arn).copied().unwrap_or_default()
    }
}

impl Usage {
    pub(in crate::operations) fn is_used(self) -> bool {
        self != Self::default()
    }
}
