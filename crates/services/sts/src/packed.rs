//! What narrows a session, and the room that it takes in the session's token.
//!
//! AWS packs session policies and tags in a way that it does not tell, and says how much of the room they take. Here they
//! take the characters that mean something.

use contract::{Identities, Tag};
use gate::managed_policy;
use policy::{Policy, PolicyKind};

use crate::{error::Error, shapes::PolicyDescriptorType};

const ROOM_BYTES: usize = 4096;
const POLICY_ARNS_MAX: usize = 10;

/// Session policies of a request, in order.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct SessionPolicies {
    /// Without white space that means nothing.
    pub(crate) policy: Option<String>,
    pub(crate) policy_arns: Vec<String>,
}

impl SessionPolicies {
    pub(crate) fn asked(policy: Option<&str>, arns: Option<&[PolicyDescriptorType]>) -> Result<Self, Error> {
        if let Some(policy) = policy {
            Policy::parse(policy, PolicyKind::Session)?;
        }
        let arns = arns.unwrap_or_default();
        let refused = |member: &str, rule: &str| {
            let text = format!("1 validation error detected: Value at '{member}' failed to satisfy constraint: {rule}");
            Error::Validation(text)
        };
        if arns.len() > POLICY_ARNS_MAX {
            let rule = format!("Member must have length less than or equal to {POLICY_ARNS_MAX}");
            return Err(refused("policyArns", &rule));
        }
        let policy_arns: Option<Vec<String>> = arns.iter().map(|descriptor| descriptor.arn.clone()).collect();
        let policy_arns = policy_arns.ok_or_else(|| refused("policyArns", "Member must not be null"))?;
        Ok(Self { policy: policy.map(without_white_space), policy_arns })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.policy.is_none() && self.policy_arns.is_empty()
    }

    /// The managed policies must be there, in the account of whoever is narrowed, or AWS's own.
    pub(crate) fn require_existing(&self, identities: &Identities) -> Result<(), Error> {
        for arn in &self.policy_arns {
            if managed_policy(identities, arn)?.is_none() {
                // Chosen.
                return Err(Error::MalformedPolicyDocument(format!(
                    "Policy {arn} does not exist or is not attachable."
                )));
            }
        }
        Ok(())
    }

    /// How much of the room these policies and tags take, in hundredths; or that they take more than there is.
    pub(crate) fn packed_percent(&self, tags: &[Tag]) -> Result<i32, Error> {
        let of_policies = self.policy.iter().chain(&self.policy_arns).map(String::len).sum::<usize>();
        let bytes = of_policies + tags.iter().map(|tag| tag.key.len() + tag.value.len()).sum::<usize>();
        if bytes > ROOM_BYTES {
            return Err(Error::PackedPolicyTooLarge((bytes * 100).div_ceil(ROOM_BYTES)));
        }
        Ok(i32::try_from(bytes * 100 / ROOM_BYTES).unwrap_or(100))
    }
}

/// JSON without the white space between its tokens.
fn without_white_space(json: &str) -> String {
    let (mut is_in_text, mut is_escaped) = (false, false);
    let means_something = |character: &char| {
        let is_kept = is_in_text || !character.is_ascii_whitespace();
        if *character == '"' && !is_escaped {
            is_in_text = !is_in_text;
        }
        is_escaped = is_in_text && *character == '\\' && !is_escaped;
        is_kept
    };
    json.chars().filter(means_something).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const POLICY: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}"#;

    fn tags(count: usize, length: usize) -> Vec<Tag> {
        (0..count).map(|number| Tag { key: format!("{number:04}"), value: "v".repeat(length) }).collect()
    }

    fn arns(count: usize) -> Vec<PolicyDescriptorType> {
        let descriptor = || PolicyDescriptorType { arn: Some("arn:aws:iam::aws:policy/ReadOnlyAccess".to_owned()) };
        (0..count).map(|_| descriptor()).collect()
    }

    #[test]
    fn policies_and_tags_take_room_together() {
        let asked = SessionPolicies::asked(Some(POLICY), Some(&arns(2))).unwrap();
        assert_eq!(asked.packed_percent(&[]).unwrap(), 4);
        assert_eq!(SessionPolicies::default().packed_percent(&tags(4, 1020)).unwrap(), 100);
    }

    #[test]
    fn what_takes_more_than_the_room_is_refused_with_its_share() {
        let refusal = SessionPolicies::default().packed_percent(&tags(5, 1020)).unwrap_err();
        assert_eq!(refusal.code(), "PackedPolicyTooLarge");
        assert_eq!(refusal.message(), "Packed policy consumes 125% of allotted space, please use smaller policy.");
        let mut just_too_much = tags(4, 1020);
        just_too_much[0].value.push('v');
        assert!(matches!(
            SessionPolicies::default().packed_percent(&just_too_much),
            Err(Error::PackedPolicyTooLarge(101))
        ));
    }

    #[test]
    fn no_more_than_ten_managed_policies_are_taken() {
        assert!(SessionPolicies::asked(None, Some(&arns(10))).is_ok());
        assert_eq!(SessionPolicies::asked(None, Some(&arns(11))).unwrap_err().code(), "ValidationError");
        let nameless = [PolicyDescriptorType { arn: None }];
        assert_eq!(SessionPolicies::asked(None, Some(&nameless)).unwrap_err().code(), "ValidationError");
    }

    #[test]
    fn a_policy_that_is_none_is_refused() {
        let refusal = SessionPolicies::asked(Some("{"), None).unwrap_err();
        assert_eq!(refusal.code(), "MalformedPolicyDocument");
    }

    #[test]
    fn white_space_takes_no_room_and_text_keeps_its_own() {
        assert_eq!(
            without_white_space("{ \"a b\" :\n[ 1,\t\"c \\\" d\\\\\" , \"e f\" ] }"),
            "{\"a b\":[1,\"c \\\" d\\\\\",\"e f\"]}"
        );
    }

    proptest! {
        #[test]
        fn a_packed_policy_means_the_same(texts in prop::collection::vec("[ a-z\"\\\\\n]{0,12}", 0..6)) {
            let value = serde_json::json!({ "texts": texts, "more": { "n": [1, null, true] } });
            let pretty = serde_json::to_string_pretty(&value).unwrap();
            prop_assert_eq!(without_white_space(&pretty), serde_json::to_string(&value).unwrap());
        }
    }
}
