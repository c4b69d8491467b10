//! Which grants of a key speak of a request.

use std::collections::BTreeMap;

use contract::{GrantConstraint, GrantRecord, KeySubject};
use policy::Action;

/// Whom the key's grants name for this action with this encryption context, by ARN or id.
pub(crate) fn granted<'k>(
    key: &KeySubject<'k>,
    action: Action,
    context: Option<&BTreeMap<String, String>>,
) -> Vec<&'k str> {
    let speaks = |grant: &&'k GrantRecord| {
        grant.operations.iter().any(|operation| operation == action.operation())
            && grant.constraint.as_ref().is_none_or(|constraint| holds(constraint, action, context))
    };
    key.grants.values().map(|grant| &**grant).filter(speaks).map(|grant| grant.grantee.as_str()).collect()
}

/// Constraints are about cryptography; operations without an encryption context are not bound by them. Unlike condition
/// keys, the names in a context differ by case.
fn holds(constraint: &GrantConstraint, action: Action, context: Option<&BTreeMap<String, String>>) -> bool {
    if !takes_encryption_context(action) {
        return true;
    }
    let nothing = BTreeMap::new();
    let context = context.unwrap_or(&nothing);
    match constraint {
        GrantConstraint::EncryptionContextEquals(pairs) => pairs == context,
        GrantConstraint::EncryptionContextSubset(pairs) => {
            pairs.iter().all(|(key, value)| context.get(key) == Some(value))
        }
    }
}

fn takes_encryption_context(action: Action) -> bool {
    matches!(
        action.operation(),
        "Encrypt" | "Decrypt" | "GenerateDataKey" | "GenerateDataKeyWithoutPlaintext" | "ReEncryptFrom" | "ReEncryptTo"
    )
}
