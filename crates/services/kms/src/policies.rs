//! Key policies: how they are kept, how they are shown, and which one a key has without another.

pub(crate) mod lockout;

use contract::{PolicyDocument, StoreError};
use gate::principals::{Neighbours, UnknownPrincipal};
use policy::{Policy, PolicyKind, PrincipalElement, PrincipalKind};
use terms::Scope;

use crate::{error::Error, room::Room};

/// The only name that a key policy has.
pub(crate) const DEFAULT: &str = "default";

/// "Key policy document size" among the quotas.
const BYTES_MAX: usize = 32 * 1024;

/// Understands a policy, and binds its principals to who they are today.
pub(crate) async fn candidate(room: &Room, text: &str) -> Result<PolicyDocument, Error> {
    if text.len() > BYTES_MAX {
        // The text is chosen.
        let text = format!("The key policy is longer than {BYTES_MAX} bytes.");
        return Err(Error::refused("LimitExceededException", text));
    }
    let policy = Policy::parse(text, PolicyKind::Key).map_err(malformed)?;
    require_sets_for_many(&policy)?;
    let neighbours = Neighbours::of(&*room.store, None, [&policy]).await?;
    if !policy.principals().all(|principal| is_known(principal, &neighbours)) {
        return Err(malformed(INVALID_PRINCIPALS));
    }
    let kept = neighbours.with_ids(text).map_err(|error| match error {
        UnknownPrincipal::Missing(_) => malformed(INVALID_PRINCIPALS),
        UnknownPrincipal::Unreadable(error) => malformed(error),
    })?;
    Ok(PolicyDocument::new(kept))
}

/// A kept policy as its readers know it: with ARNs, and ids only of those who are gone.
pub(crate) async fn shown(room: &Room, document: &PolicyDocument) -> Result<String, Error> {
    let policy = document.compiled(PolicyKind::Key).map_err(StoreError::from)?;
    let neighbours = Neighbours::of(&*room.store, None, [&*policy]).await?;
    neighbours.with_arns(document.text()).map_err(|error| Error::Internal(error.to_string()))
}

/// What a key has whose maker brought none: the account's own policies decide. Recorded, with its line breaks.
pub(crate) fn default_policy(Scope { account, region }: Scope) -> PolicyDocument {
    let partition = region.partition();
    PolicyDocument::new(format!(
        r#"{{
  "Version" : "2012-10-17",
  "Id" : "key-default-1",
  "Statement" : [ {{
    "Sid" : "Enable IAM User Permissions",
    "Effect" : "Allow",
    "Principal" : {{
      "AWS" : "arn:{partition}:iam::{account}:root"
    }},
    "Action" : "kms:*",
    "Resource" : "*"
  }} ]
}}"#
    ))
}

/// No key has a policy of another name. The text is as emulators have it.
pub(crate) fn require_default(policy_name: Option<&str>) -> Result<(), Error> {
    match policy_name {
        None | Some(DEFAULT) => Ok(()),
        Some(_) => Err(Error::not_found("No such policy exists")),
    }
}

/// As live KMS says it.
const INVALID_PRINCIPALS: &str = "Policy contains a statement with one or more invalid principals.";

fn malformed(text: impl ToString) -> Error {
    Error::refused("MalformedPolicyDocumentException", text.to_string())
}

/// ForAllValues holds for a request without the key too, which is never meant where a key has one value. The text is
/// documented.
fn require_sets_for_many(policy: &Policy) -> Result<(), Error> {
    let single = policy.keys_for_all_values().find_map(|key| match key {
        key if key.starts_with("kms:encryptioncontext:") => Some("encryption context"),
        key if key.starts_with("aws:requesttag/") => Some("tag"),
        _ => None,
    });
    match single {
        None => Ok(()),
        Some(what) => Err(malformed(format!(
            "OverlyPermissiveCondition: Using the ForAllValues set operator with a single-valued condition key matches \
             requests without the specified {what} or with an unspecified {what}. To fix, remove ForAllValues."
        ))),
    }
}

/// Is the principal somebody? No identity provider is registered here, and canonical users are S3's.
fn is_known(PrincipalElement { kind, text }: PrincipalElement<'_>, neighbours: &Neighbours) -> bool {
    match kind {
        PrincipalKind::Aws => neighbours.has(text),
        PrincipalKind::Service => is_service(text),
        PrincipalKind::Federated | PrincipalKind::CanonicalUser => false,
    }
}

fn is_service(text: &str) -> bool {
    let name = text.strip_suffix(".amazonaws.com").unwrap_or_default();
    !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte))
}

#[cfg(test)]
mod tests {
    use terms::{AccountId, Region};

    use service::JsonError;

    use super::*;

    #[test]
    fn the_default_policy_is_a_key_policy_that_names_the_account() {
        let scope = Scope::new(AccountId::parse("111122223333").unwrap(), Region::parse("eu-central-1").unwrap());
        let policy = Policy::parse(default_policy(scope).text(), PolicyKind::Key).unwrap();
        let principals: Vec<&str> = policy.principals().map(|principal| principal.text).collect();
        assert_eq!(principals, ["arn:aws:iam::111122223333:root"]);
    }

    #[test]
    fn keys_of_one_value_are_not_asked_for_all_their_values() {
        let checked = |condition: &str| {
            let text = format!(
                r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":"*","Action":"kms:*",
                "Resource":"*","Condition":{condition}}}}}"#
            );
            require_sets_for_many(&Policy::parse(&text, PolicyKind::Key).unwrap())
        };
        for condition in [
            r#"{"StringEquals":{"kms:EncryptionContext:App":"a"}}"#,
            r#"{"ForAnyValue:StringEquals":{"kms:EncryptionContext:App":"a"}}"#,
            r#"{"ForAllValues:StringEquals":{"kms:EncryptionContextKeys":"a","aws:TagKeys":"b"}}"#,
        ] {
            assert!(checked(condition).is_ok(), "{condition}");
        }
        for (condition, end) in [
            (
                r#"{"ForAllValues:StringEquals":{"KMS:EncryptionContext:App":"a"}}"#,
                "the specified encryption context or with an unspecified encryption context. To fix, remove ForAllValues.",
            ),
            (
                r#"{"ForAllValues:StringLikeIfExists":{"aws:RequestTag/team":"a"}}"#,
                "the specified tag or with an unspecified tag. To fix, remove ForAllValues.",
            ),
        ] {
            let text = checked(condition).unwrap_err().message().unwrap();
            assert!(text.starts_with("OverlyPermissiveCondition: Using ") && text.ends_with(end), "{text}");
        }
    }

    #[test]
    fn services_have_names_of_theirs() {
        assert!(is_service("secretsmanager.amazonaws.com") && is_service("ec2.eu-central-1.amazonaws.com"));
        assert!(!is_service("lambda.example.com") && !is_service(".amazonaws.com") && !is_service("*.amazonaws.com"));
    }
}
