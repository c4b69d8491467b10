//! What an action happens to, as policies see it.

use contract::{PolicyDocument, Tag};
use policy::{ConditionContext, Resource};
use terms::AccountId;

/// The resource's side of a decision.
#[derive(Clone, Copy)]
pub struct Target<'a> {
    pub resource: &'a Resource,
    /// The policy that is attached to the resource itself.
    pub policy: Option<ResourcePolicy<'a>>,
    pub tags: &'a [Tag],
    pub request_tags: RequestTags<'a>,
    /// Whom grants of the resource name for this very request.
    pub granted: &'a [&'a str],
    /// The service that calls on the caller's behalf, such as `secretsmanager.amazonaws.com`.
    pub via: Option<&'static str>,
    /// The service's own condition keys, and what else the request brings.
    pub keys: &'a (dyn ConditionContext + Sync),
    /// Is the caller told whose policy refuses it?
    pub is_cause_told: bool,
}

#[derive(Clone, Copy)]
pub enum ResourcePolicy<'a> {
    /// Of a secret: it grants beside the caller's own policies.
    Secret(&'a PolicyDocument),
    /// Of a function: it grants beside the caller's own policies.
    Function(&'a PolicyDocument),
    /// Of a role: without it nobody assumes it.
    Trust(&'a PolicyDocument),
    /// Of a role that is not there: nobody assumes it.
    NoTrust,
    /// Of a key: without it nobody uses it.
    Key(&'a PolicyDocument),
    /// Of a key that is not there, or not to be seen: nobody uses it.
    NoKey,
}

/// Tags that the request puts or takes.
#[derive(Clone, Copy, Default)]
pub enum RequestTags<'a> {
    #[default]
    None,
    Tags(&'a [Tag]),
    Keys(&'a [String]),
}

impl<'a> RequestTags<'a> {
    /// A request without tags has no tag keys either.
    pub fn of(tags: &'a [Tag]) -> Self {
        if tags.is_empty() { Self::None } else { Self::Tags(tags) }
    }
}

/// Keys in lower case with their values. A key that stands in several pairs has several values.
#[derive(Debug, Clone, Copy)]
pub struct Keys<'a>(pub &'a [(&'a str, &'a str)]);

impl ConditionContext for Keys<'_> {
    fn values(&self, key: &str, take: &mut dyn FnMut(&str)) -> bool {
        let mut is_present = false;
        for (_, value) in self.0.iter().filter(|(name, _)| *name == key) {
            is_present = true;
            take(value);
        }
        is_present
    }
}

/// No keys at all.
#[derive(Debug, Clone, Copy)]
pub struct NoKeys;

impl ConditionContext for NoKeys {
    fn values(&self, _: &str, _: &mut dyn FnMut(&str)) -> bool {
        false
    }
}

impl<'a> Target<'a> {
    pub fn new(resource: &'a Resource) -> Self {
        Self {
            resource,
            policy: None,
            tags: &[],
            request_tags: RequestTags::None,
            granted: &[],
            via: None,
            keys: &NoKeys,
            is_cause_told: true,
        }
    }

    #[must_use]
    pub fn with_policy(self, policy: Option<ResourcePolicy<'a>>) -> Self {
        Self { policy, ..self }
    }

    #[must_use]
    pub fn with_tags(self, tags: &'a [Tag]) -> Self {
        Self { tags, ..self }
    }

    #[must_use]
    pub fn with_request_tags(self, request_tags: RequestTags<'a>) -> Self {
        Self { request_tags, ..self }
    }

    #[must_use]
    pub fn with_keys(self, keys: &'a (dyn ConditionContext + Sync)) -> Self {
        Self { keys, ..self }
    }

    #[must_use]
    pub fn with_granted(self, granted: &'a [&'a str]) -> Self {
        Self { granted, ..self }
    }

    /// Asked for by a service, on behalf of the caller.
    #[must_use]
    pub fn with_via(self, via: Option<&'static str>) -> Self {
        Self { via, ..self }
    }

    /// Who is refused does not learn by whose policy, nor, in another account, whether the resource is there at all.
    #[must_use]
    pub fn without_cause(self) -> Self {
        Self { is_cause_told: false, ..self }
    }

    /// Is the resource another account's?
    pub(crate) fn is_foreign_to(&self, account: AccountId) -> bool {
        matches!(self.resource, Resource::One { account: owner, .. } if *owner != account)
    }
}

/// The keys that a request has when its resource is not there.
pub(crate) struct WithoutResource<'a>(pub(crate) &'a (dyn ConditionContext + Sync));

impl ConditionContext for WithoutResource<'_> {
    fn values(&self, key: &str, take: &mut dyn FnMut(&str)) -> bool {
        let is_of_resource = key.split_once(':').is_some_and(|(_, name)| name.starts_with("resourcetag/"));
        !is_of_resource && self.0.values(key, take)
    }
}
