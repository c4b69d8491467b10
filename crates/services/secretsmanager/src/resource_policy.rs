//! What is done with the resource policy of a secret before it is kept, and before it is shown.

use contract::{AccountStatus, DecisionSubject, PolicyDocument, SecretRecord};
use policy::{Action, Policy, PolicyKind, is_public, rewrite_principals};
use terms::AccountId;

use crate::{
    error::Error,
    principals::{self, Whereabouts, World},
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
    let world = match principals::whereabouts(&policy) {
        Whereabouts::Accounts(accounts) => world(call, accounts).await?,
        Whereabouts::Everywhere => everywhere(call).await?,
    };
    principals::require_known(&policy, &world).map_err(|unknown| Error::malformed_policy(unknown.text()))?;
    let kept = rewrite_principals(text, &|entry| principals::kept(entry, &world)).map_err(Error::malformed_policy)?;
    Ok(Candidate { document: PolicyDocument::new(kept), is_public: is_public(&policy) })
}

/// A kept policy as its readers know it: with ARNs, and ids only of those who are gone.
pub(crate) async fn shown(call: &Call<'_>, document: &PolicyDocument) -> Result<String, Error> {
    let policy = document.compiled(PolicyKind::Resource).map_err(contract::StoreError::from)?;
    if principals::whereabouts(&policy) != Whereabouts::Everywhere {
        return Ok(document.text().to_string());
    }
    let world = everywhere(call).await?;
    rewrite_principals(document.text(), &|entry| principals::shown(entry, &world))
        .map_err(|error| Error::Internal(error.to_string()))
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

async fn everywhere(call: &Call<'_>) -> Result<World, Error> {
    let accounts = call.room.store.accounts().await?;
    let mut open = Vec::with_capacity(accounts.len());
    for account in accounts {
        if account.status == AccountStatus::Active {
            open.push(account.id);
        }
    }
    world(call, open).await
}

async fn world(call: &Call<'_>, accounts: Vec<AccountId>) -> Result<World, Error> {
    let mut world = World::new();
    for account in accounts {
        if let Some(identities) = call.room.store.identities(account).await? {
            world.insert(account, identities);
        }
    }
    Ok(world)
}
