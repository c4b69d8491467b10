use contract::{Entity, PolicyRecord, PolicyVersion};
use gate::{RequestTags, Target, UniqueIdPrefix};
use policy::{Action, Permit};
use trail::Recorded;

use super::{listed, managed_document, named, usage::Usage};
use crate::{
    error::Error,
    managed_policy::ManagedPolicy,
    names::path_or_root,
    room::Call,
    service_keys::ServiceKeys,
    shapes::{CreatePolicyRequest, CreatePolicyResponse, Policy},
    tags::{asked_tags, shown_tags, tagged},
};

const TAG_POLICY: Action = Action::new("iam:TagPolicy");

/// Makes a managed policy whose first version is in force.
pub(in crate::operations) async fn create_policy(
    call: &Call<'_>,
    ask: &CreatePolicyRequest,
) -> Result<Recorded<CreatePolicyResponse>, Error> {
    let identities = call.identities().await?;
    let name = &ask.policy_name;
    let path = path_or_root(ask.path.as_ref());
    let arn = call.entity_arn("policy", &path, name);
    let tags = asked_tags(ask.tags.as_deref())?;
    let permit = authorize(call, &arn, name, &tags).await?;

    if identities.policy(name).is_some() {
        let message = format!("A policy called {name} already exists. Duplicate names are not allowed.");
        return Err(Error::EntityAlreadyExists(message));
    }
    let document = managed_document(call, &ask.policy_document)?;
    let limit = call.room.quotas.policies;
    if identities.policies().count() >= limit {
        return Err(Error::LimitExceeded(format!("Cannot exceed quota for PoliciesPerAccount: {limit}")));
    }
    let policy = PolicyRecord {
        id: call.new_id(&identities, UniqueIdPrefix::ManagedPolicy),
        name: name.clone(),
        path,
        arn,
        created_at: call.now(),
        updated_at: call.now(),
        description: ask.description.clone(),
        tags: tagged(&[], tags, call.room.quotas.tags)?,
        versions: vec![PolicyVersion { number: 1, created_at: call.now(), document }],
        default_version: 1,
        next_version: 2,
    };
    let listed = listed(&ManagedPolicy::Own(&policy.clone().into()), Usage::default());
    let answer = CreatePolicyResponse { policy: Some(Policy { tags: shown_tags(&policy.tags), ..listed }) };
    call.commit(permit, identities.change().put(Entity::Policy(policy)), answer).await
}

/// The tags that it will have count as its tags already, and to put them there is another action.
async fn authorize(call: &Call<'_>, arn: &str, name: &str, tags: &[contract::Tag]) -> Result<Permit, Error> {
    let keys = ServiceKeys { tags, ..ServiceKeys::default() };
    let resource = named(call, arn, &format!("policy {name}"));
    let target = Target::new(&resource).with_tags(tags).with_keys(&keys).with_request_tags(RequestTags::of(tags));
    let permit = call.authorize(&target).await?;
    if !tags.is_empty() {
        call.authorize_part(TAG_POLICY, &target).await?;
    }
    Ok(permit)
}
