//! Policy documents on their way in and out.

use contract::{InlinePolicies, PolicyDocument};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use policy::{Policy, PolicyKind, policy_size};

use crate::error::Error;

/// RFC 3986: letters, digits and these four are themselves, everything else is encoded.
const ENCODED: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A policy of users, groups and roles, if it is sound.
pub(crate) fn identity_document(text: &str) -> Result<PolicyDocument, Error> {
    Policy::parse(text, PolicyKind::Identity)?;
    Ok(PolicyDocument::new(text))
}

/// A role's trust policy, if it is sound and not too large. Whom it names is not looked at.
pub(crate) fn trust_policy(text: &str, chars_max: usize) -> Result<Policy, Error> {
    let policy = Policy::parse(text, PolicyKind::Trust)?;
    if policy_size(text) > chars_max {
        return Err(Error::LimitExceeded(format!("Cannot exceed quota for ACLSizePerRole: {chars_max}")));
    }
    Ok(policy)
}

/// As answers carry documents.
pub(crate) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, &ENCODED).to_string()
}

/// Inline policies share one allowance: AWS adds them up.
pub(crate) fn inline_size(policies: &InlinePolicies) -> usize {
    policies.values().map(|document| policy_size(document.text())).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_encoded_as_rfc_3986_says() {
        assert_eq!(encoded("{\"a-b.c_d~e\": [1 + 2/é*]}"), "%7B%22a-b.c_d~e%22%3A%20%5B1%20%2B%202%2F%C3%A9%2A%5D%7D");
    }

    #[test]
    fn inline_policies_are_added_up_without_their_whitespace() {
        let policies = [("a", "{ \"x\" : 1 }"), ("b", "{}\n")];
        let policies = policies.map(|(name, text)| (name.to_owned(), PolicyDocument::new(text))).into();
        assert_eq!(inline_size(&policies), 9);
    }

    #[test]
    fn a_trust_policy_may_be_as_large_as_the_quota_and_no_larger() {
        let text = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"*"}}}"#;
        assert!(trust_policy(text, text.len()).is_ok());
        let error = trust_policy(text, text.len() - 1).unwrap_err();
        assert_eq!(error.code(), "LimitExceeded");
        assert_eq!(error.message(), format!("Cannot exceed quota for ACLSizePerRole: {}", text.len() - 1));
    }

    #[test]
    fn documents_of_the_wrong_kind_are_refused_in_aws_words() {
        let says = |result: Result<_, Error>| result.unwrap_err().message();
        assert_eq!(says(identity_document("no").map(drop)), "Syntax errors in policy.");
        assert_eq!(says(trust_policy("no", 100).map(drop)), "This policy contains invalid Json");
        let old = r#"{"Statement":{"Effect":"Allow","Action":"a:b","Resource":"*"}}"#;
        assert_eq!(says(identity_document(old).map(drop)), "Policy document must be version 2012-10-17 or greater.");
        let resource =
            r#"{"Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"*"},"Resource":"*"}}"#;
        assert_eq!(says(trust_policy(resource, 500).map(drop)), "Has prohibited field Resource");
    }
}
