//! What is done with the resource policy of a secret before it is kept, and before it is shown.

use contract::{DecisionSubject, PolicyDocument, SecretRecord};
use gate::principals::{Neighbours, UnknownPrincipal};
use policy::{Action, Policy, PolicyKind, is_public};

use crate::{
    error::Error,
    principals::{self, Unknown},
    room::Call,
    shapes::{DeleteResourcePolicyRequest, PutResourcePolicyRequest},
};

/// The only policy that callers may attach.
pub(crate) const DEFAULT: &str = "default";

pub(crate) const PUT_RESOURCE_POLICY: Action = Action::new("secretsmanager:PutResourcePolicy");
const DELETE_RESOURCE_POLICY: Action = Action::new("secretsmanager:DeleteResourcePolicy");

/// A policy that could be attached.
pub(crate) struct Candidate {
    /// As it is kept.
    pub(crate) document: PolicyDocument,
    pub(crate) is_public: bool,
}

/// Understands a policy, and binds its principals to who they are today.
pub(crate) async fn candidate(call: &Call<'_>, text: &str) -> Result<Candidate, Error> {
    let quota = call.room.quotas.resource_policy_chars;
    if text.chars().count() > quota {
        // Chosen. The model's own maximum was checked before.
        return Err(Error::invalid_parameter(format!("A resource policy can't have more than {quota} characters.")));
    }
    let policy = Policy::parse(text, PolicyKind::Resource).map_err(Error::malformed_policy)?;
    let neighbours = Neighbours::of(&*call.room.store, None, [&policy]).await?;
    let unknown = |unknown: Unknown| Error::malformed_policy(unknown.text());
    principals::require_known(&policy, &neighbours).map_err(unknown)?;
    let kept = neighbours.with_ids(text).map_err(|error| match error {
        UnknownPrincipal::Missing(_) => unknown(Unknown::Principal),
        UnknownPrincipal::Unreadable(error) => Error::malformed_policy(error),
    })?;
    Ok(Candidate { document: PolicyDocument::new(kept), is_public: is_public(&policy) })
}

/// A kept policy as its readers know it: with ARNs, and ids only of those who are gone.
pub(crate) async fn shown(call: &Call<'_>, document: &PolicyDocument) -> Result<String, Error> {
    let policy = document.compiled(PolicyKind::Resource).map_err(contract::StoreError::from)?;
    let neighbours = Neighbours::of(&*call.room.store, None, [&*policy]).await?;
    neighbours.with_arns(document.text()).map_err(|error| Error::Internal(error.to_string()))
}

/// Would the caller lose a right to change the policy or to take it away? Nobody may give it up, the
/// root user least of all: a Deny binds it too, and then nobody could mend the secret or even delete it.
pub(crate) fn locks_out(
    call: &Call<'_>,
    put: &PutResourcePolicyRequest,
    secret: &SecretRecord,
    candidate: &Candidate,
) -> Result<bool, Error> {
    let before = DecisionSubject::of(secret);
    let after = DecisionSubject { resource_policy: Some(&candidate.document), ..before };
    let putting = call.with_members(put);
    let delete = DeleteResourcePolicyRequest::default();
    let deleting = call.with_members(&delete);
    for (call, action) in [(putting, PUT_RESOURCE_POLICY), (deleting, DELETE_RESOURCE_POLICY)] {
        if call.may(action, &before)? && !call.may(action, &after)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Put and Delete know one policy only.
pub(crate) fn require_default(policy_name: Option<&str>) -> Result<(), Error> {
    match policy_name {
        None | Some(DEFAULT) => Ok(()),
        // Chosen.
        Some(other) => Err(Error::invalid_parameter(format!(
            "You can't attach or delete the resource policy {other}. You can only use the name default."
        ))),
    }
}

/// Documented. That it comes as a malformed policy is chosen, after KMS and its key policies.
pub(crate) const LOCKS_OUT: &str = "Your requested changes will not allow you to manage this secret in the future.";
/// Documented.
pub(crate) const BROAD_ACCESS: &str = "This resource policy grants broad access to your secret.";
