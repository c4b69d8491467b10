//! The documents that govern one request.

use crate::PolicySet;

/// What a decision reads beside the question.
///
/// What is given is heard: whoever gathers the documents leaves out those that do not apply, such as the service
/// control policies of a management account, of a service-linked role, or of an AWS service.
#[derive(Clone, Copy, Debug)]
pub struct Documents<'a> {
    /// Of the user and its groups, or of the role. Empty for root and for services.
    pub identity: &'a PolicySet,
    /// Some when there is a permissions boundary.
    pub boundary: Option<&'a PolicySet>,
    /// Some when session policies were passed; one of them must allow.
    pub session: Option<&'a PolicySet>,
    /// The resource's own policy.
    pub resource: Option<&'a PolicySet>,
    pub resource_role: ResourceRole,
    /// Whom grants of the resource name for this very request, by ARN or id: as if its policy allowed them.
    pub granted: &'a [&'a str],
    /// One set for each level from the organization's root to the principal's account, each of which must allow. Empty
    /// without an organization.
    pub service_control: &'a [PolicySet],
    /// The same for the resource's account.
    pub resource_control: &'a [PolicySet],
    /// The policy of the endpoint that the request came through.
    pub endpoint: Option<&'a PolicySet>,
}

/// What a resource's policy means where it says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum ResourceRole {
    /// A secret's policy: identity policies of its account need no leave of it.
    #[default]
    Optional,
    /// A role's trust policy: nothing is allowed without it.
    Trust,
    /// A key's policy: nothing is allowed without it.
    Key,
}

static NO_POLICIES: PolicySet = PolicySet::EMPTY;

impl Default for Documents<'_> {
    fn default() -> Self {
        Self {
            identity: &NO_POLICIES,
            boundary: None,
            session: None,
            resource: None,
            resource_role: ResourceRole::Optional,
            granted: &[],
            service_control: &[],
            resource_control: &[],
            endpoint: None,
        }
    }
}
