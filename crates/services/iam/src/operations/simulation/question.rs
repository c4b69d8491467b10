//! What both simulations are asked, and whether it makes sense.

use terms::AccountId;

use super::resource_handling::require_resources;
use crate::{
    error::Error,
    shapes::{
        ContextEntry, OrderedOrganizationPolicyType, SimulateCustomPolicyRequest, SimulatePrincipalPolicyRequest,
    },
};

pub(super) struct Question<'a> {
    pub(super) policies: &'a [String],
    pub(super) boundaries: &'a [String],
    /// One level of an organization after the other.
    pub(super) organization: &'a [OrderedOrganizationPolicyType],
    pub(super) actions: &'a [String],
    resources: &'a [String],
    pub(super) resource_policy: Option<&'a str>,
    resource_owner: Option<&'a str>,
    pub(super) caller: Option<&'a str>,
    pub(super) context: &'a [ContextEntry],
    resource_handling: Option<&'a str>,
    pub(super) marker: Option<&'a str>,
    pub(super) max_items: Option<i32>,
}

impl<'a> From<&'a SimulateCustomPolicyRequest> for Question<'a> {
    fn from(ask: &'a SimulateCustomPolicyRequest) -> Self {
        Self {
            policies: &ask.policy_input_list,
            boundaries: ask.permissions_boundary_policy_input_list.as_deref().unwrap_or_default(),
            organization: ask.ordered_organization_policy_input_list.as_deref().unwrap_or_default(),
            actions: &ask.action_names,
            resources: ask.resource_arns.as_deref().unwrap_or_default(),
            resource_policy: ask.resource_policy.as_deref(),
            resource_owner: ask.resource_owner.as_deref(),
            caller: ask.caller_arn.as_deref(),
            context: ask.context_entries.as_deref().unwrap_or_default(),
            resource_handling: ask.resource_handling_option.as_deref(),
            marker: ask.marker.as_deref(),
            max_items: ask.max_items,
        }
    }
}

impl<'a> From<&'a SimulatePrincipalPolicyRequest> for Question<'a> {
    fn from(ask: &'a SimulatePrincipalPolicyRequest) -> Self {
        Self {
            policies: ask.policy_input_list.as_deref().unwrap_or_default(),
            boundaries: ask.permissions_boundary_policy_input_list.as_deref().unwrap_or_default(),
            organization: &[],
            actions: &ask.action_names,
            resources: ask.resource_arns.as_deref().unwrap_or_default(),
            resource_policy: ask.resource_policy.as_deref(),
            resource_owner: ask.resource_owner.as_deref(),
            caller: ask.caller_arn.as_deref(),
            context: ask.context_entries.as_deref().unwrap_or_default(),
            resource_handling: ask.resource_handling_option.as_deref(),
            marker: ask.marker.as_deref(),
            max_items: ask.max_items,
        }
    }
}

impl<'a> Question<'a> {
    /// Whatever is wrong with it beside its policies and its caller. The texts are chosen.
    pub(super) fn require_sound(&self) -> Result<(), Error> {
        if self.boundaries.len() > 1 {
            return Err(invalid("The list of Permissions Boundary policies cannot exceed 1 items."));
        }
        if let Some(action) = self.actions.iter().find(|action| !is_action(action)) {
            return Err(invalid(&format!("Invalid action name: {action}")));
        }
        if let Some(resource) = self.resources.iter().find(|resource| !is_resource(resource)) {
            return Err(invalid(&format!("Invalid resource ARN: {resource}")));
        }
        if let Some(owner) = self.resource_owner.filter(|owner| account_in(owner).is_none()) {
            return Err(invalid(&format!("Invalid resource owner: {owner}")));
        }
        self.resource_handling.map_or(Ok(()), |scenario| require_resources(scenario, &self.resources()))
    }

    /// Without any, it is about all of them.
    pub(super) fn resources(&self) -> Vec<&'a str> {
        match self.resources {
            [] => vec!["*"],
            resources => resources.iter().map(String::as_str).collect(),
        }
    }

    /// Whose a resource is. An ARN that names an account is that account's.
    pub(super) fn owner_of(&self, resource: &str) -> Option<AccountId> {
        let named = resource.split(':').nth(4).and_then(|account| AccountId::parse(account).ok());
        named.or_else(|| self.resource_owner.and_then(account_in))
    }
}

fn invalid(message: &str) -> Error {
    Error::InvalidInput(message.to_owned())
}

/// One operation of one service: simulations know no wildcards.
fn is_action(text: &str) -> bool {
    let is_word = |word: &str| !word.is_empty() && !word.contains(['*', '?', ':']);
    text.split_once(':').is_some_and(|(service, operation)| is_word(service) && is_word(operation))
}

fn is_resource(text: &str) -> bool {
    text == "*" || (text.starts_with("arn:") && text.matches(':').count() >= 5)
}

/// `123456789012` or `arn:aws:iam::123456789012:root`
fn account_in(owner: &str) -> Option<AccountId> {
    let number = owner.strip_prefix("arn:aws:iam::").and_then(|rest| rest.strip_suffix(":root")).unwrap_or(owner);
    AccountId::parse(number).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_name_a_service_and_an_operation() {
        assert!(is_action("secretsmanager:GetSecretValue"));
        for other in ["*", "iam", "iam:", ":Get", "iam:*", "iam:Get?", "a:b:c"] {
            assert!(!is_action(other), "{other}");
        }
    }

    #[test]
    fn an_owner_is_a_number_or_the_arn_of_a_root_user() {
        let account = AccountId::parse("111122223333").ok();
        assert_eq!(account_in("111122223333"), account);
        assert_eq!(account_in("arn:aws:iam::111122223333:root"), account);
        assert_eq!(account_in("arn:aws:iam::111122223333:user/a"), None);
    }
}
