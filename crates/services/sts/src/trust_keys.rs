//! The condition keys that only requests for sessions have.

use contract::Tag;
use gate::tag_value;
use policy::ConditionContext;

#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct TrustKeys<'a> {
    /// How long the session will last.
    pub(crate) seconds: i64,
    pub(crate) session_name: Option<&'a str>,
    pub(crate) external_id: Option<&'a str>,
    /// Asked for now, or handed on by the caller's session.
    pub(crate) source_identity: Option<&'a str>,
    pub(crate) transitive_tag_keys: Option<&'a [String]>,
    pub(crate) role_tags: &'a [Tag],
    /// A one-time code comes with the request.
    pub(crate) has_code: bool,
}

impl ConditionContext for TrustKeys<'_> {
    fn values(&self, key: &str, take: &mut dyn FnMut(&str)) -> bool {
        let value = match key {
            "sts:transitivetagkeys" => {
                let Some(keys) = self.transitive_tag_keys else { return false };
                keys.iter().for_each(|key| take(key));
                return true;
            }
            "sts:durationseconds" => {
                take(&self.seconds.to_string());
                return true;
            }
            "sts:rolesessionname" => self.session_name,
            "sts:externalid" => self.external_id,
            "sts:sourceidentity" => self.source_identity,
            "aws:multifactorauthpresent" => self.has_code.then_some("true"),
            "aws:multifactorauthage" => self.has_code.then_some("0"),
            _ => key.strip_prefix("iam:resourcetag/").and_then(|key| tag_value(self.role_tags, key)),
        };
        value.map(take).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(keys: &TrustKeys<'_>, key: &str) -> Option<Vec<String>> {
        let mut values = Vec::new();
        keys.values(key, &mut |value| values.push(value.to_owned())).then_some(values)
    }

    #[test]
    fn what_the_request_does_not_say_is_absent() {
        let keys = TrustKeys { seconds: 900, ..TrustKeys::default() };
        for key in [
            "sts:externalid",
            "sts:rolesessionname",
            "sts:sourceidentity",
            "sts:transitivetagkeys",
            "aws:multifactorauthpresent",
            "aws:multifactorauthage",
            "iam:resourcetag/team",
            "sts:other",
        ] {
            assert_eq!(values(&keys, key), None, "{key}");
        }
        assert_eq!(values(&keys, "sts:durationseconds"), Some(vec!["900".to_owned()]));
    }

    #[test]
    fn what_the_request_says_is_there() {
        let transitive = ["Team".to_owned(), "Cost".to_owned()];
        let tags = [Tag { key: "Team".to_owned(), value: "Blue".to_owned() }];
        let keys = TrustKeys {
            seconds: 900,
            session_name: Some("ada"),
            external_id: Some("42"),
            source_identity: Some("Ada"),
            transitive_tag_keys: Some(&transitive),
            role_tags: &tags,
            has_code: true,
        };
        for (key, value) in [
            ("sts:rolesessionname", "ada"),
            ("sts:externalid", "42"),
            ("sts:sourceidentity", "Ada"),
            ("aws:multifactorauthpresent", "true"),
            ("aws:multifactorauthage", "0"),
            ("iam:resourcetag/team", "Blue"),
        ] {
            assert_eq!(values(&keys, key), Some(vec![value.to_owned()]), "{key}");
        }
        assert_eq!(values(&keys, "sts:transitivetagkeys"), Some(vec!["Team".to_owned(), "Cost".to_owned()]));
    }
}
