//! The condition keys that only IAM has.

use contract::Tag;
use gate::tag_value;
use policy::ConditionContext;

/// What a request of IAM tells of itself beside what every request tells.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ServiceKeys<'a> {
    /// Of whatever the action happens to: `iam:ResourceTag/…`.
    pub(crate) tags: &'a [Tag],
    /// The managed policy that is attached or detached: `iam:PolicyARN`.
    pub(crate) policy_arn: Option<&'a str>,
    /// The boundary that is set, or the one that the user or role has: `iam:PermissionsBoundary`.
    pub(crate) boundary: Option<&'a str>,
    /// The service that gets a role: `iam:PassedToService`.
    pub(crate) passed_to: Option<&'a str>,
}

impl ConditionContext for ServiceKeys<'_> {
    fn values(&self, key: &str, take: &mut dyn FnMut(&str)) -> bool {
        let value = match key {
            "iam:policyarn" => self.policy_arn,
            "iam:permissionsboundary" => self.boundary,
            "iam:passedtoservice" => self.passed_to,
            _ => key.strip_prefix("iam:resourcetag/").and_then(|key| tag_value(self.tags, key)),
        };
        value.map(take).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(keys: &ServiceKeys<'_>, key: &str) -> Option<Vec<String>> {
        let mut values = Vec::new();
        keys.values(key, &mut |value| values.push(value.to_owned())).then_some(values)
    }

    #[test]
    fn tags_are_found_whatever_their_case_and_absent_keys_are_absent() {
        let tags = [Tag { key: "Team".into(), value: "Blue".into() }];
        let keys = ServiceKeys { tags: &tags, policy_arn: Some("arn:p"), ..ServiceKeys::default() };
        assert_eq!(values(&keys, "iam:resourcetag/team"), Some(vec!["Blue".to_owned()]));
        assert_eq!(values(&keys, "iam:resourcetag/other"), None);
        assert_eq!(values(&keys, "iam:policyarn"), Some(vec!["arn:p".to_owned()]));
        assert_eq!(values(&keys, "iam:permissionsboundary"), None);
    }
}
