use std::{collections::BTreeMap, sync::Arc};

use contract::{Change, Commit, Guarded, KeyChange, KeyDetails, KeyRecord, KeyState, Tag, key_arn};
use gate::RequestTags;
use service::response_elements;
use terms::{Region, Scope, Uid};
use trail::{Recorded, Subject};

use super::require_primary;
use crate::{
    error::Error,
    jobs::jobs_of,
    key_keys::KeyUse,
    operations::key::metadata::metadata,
    policies::{candidate, default_policy, lockout::require_manageable, shown},
    related::KeysPlan,
    room::{Call, next},
    shapes::{ReplicateKeyRequest, ReplicateKeyResponse},
    states::require_enabled,
    tags,
};

/// Makes a key with the id and the materials of a primary in another Region of this server. AWS answers that it is being
/// created; here it is enabled at once, and said to be.
pub(crate) async fn replicate_key(
    call: &Call<'_>,
    ask: &ReplicateKeyRequest,
) -> Result<Recorded<ReplicateKeyResponse>, Error> {
    let tags = tags::of(ask.tags.as_deref().unwrap_or_default());
    tags::check(&tags)?;
    let bypass = ask.bypass_policy_lockout_safety_check;
    let members = [
        ("replicaregion", ask.replica_region.as_str()),
        ("bypasspolicylockoutsafetycheck", if bypass == Some(true) { "true" } else { "false" }),
    ];
    let asked = KeyUse { request_tags: RequestTags::of(&tags), members: &members, ..KeyUse::default() };
    let (permit, primary) = call.open_own_for(&ask.key_id, &asked).await?;
    let mut replica = draft(call, &primary, served(call, &ask.replica_region)?, ask, tags.clone());
    let mut permits = vec![call.authorize_new_key(&replica, &asked).await?];
    if !tags.is_empty() {
        permits.push(call.authorize_tags_of_new_key(&replica, &asked).await?);
    }
    require_primary(&primary)?;
    require_enabled(&primary.arn, primary.details.state)?;
    let earlier = earlier(call, &replica).await?;

    if let Some(policy) = &ask.policy {
        replica.details.policy = candidate(call.room, policy).await?;
        require_manageable(call, &replica, bypass).await?;
    }
    let answer = ReplicateKeyResponse {
        replica_key_metadata: Some(metadata(call, &replica).await?),
        replica_policy: Some(shown(call.room, &replica.details.policy).await?),
        replica_tags: Some(tags.iter().map(tags::shown).collect()),
    };
    let commit = permits.into_iter().fold(Commit::under(permit), Commit::and_under);
    let plan = plan(call, commit, primary, replica, earlier)?;
    call.change_keys(plan, Some(&response_elements(&answer)), answer).await
}

/// The text is chosen.
fn served(call: &Call<'_>, region: &str) -> Result<Region, Error> {
    let named = Region::parse(region).ok().filter(|region| call.room.regions.contains(region));
    let text = || format!("The Region {region} is not supported by this server.");
    named.ok_or_else(|| Error::refused("UnsupportedOperationException", text()))
}

/// The replica as it will be, with the policy that it has without another. Whatever is not shared begins anew.
fn draft(call: &Call<'_>, primary: &KeyRecord, region: Region, ask: &ReplicateKeyRequest, tags: Vec<Tag>) -> KeyRecord {
    let scope = Scope { region, ..primary.scope };
    KeyRecord {
        scope,
        id: primary.id,
        uid: Uid::random(&*call.room.entropy),
        arn: key_arn(scope, primary.id),
        revision: 1,
        details: KeyDetails {
            state: KeyState::Enabled,
            created_at: call.now(),
            description: ask.description.clone().unwrap_or_default(),
            policy: default_policy(scope),
            tags,
            ..primary.details.clone()
        },
        materials: primary.materials.clone(),
        aliases: Vec::new(),
        grants: BTreeMap::new(),
    }
}

/// What is left of a replica that was destroyed in the Region. One that is still there leaves no room for another.
async fn earlier(call: &Call<'_>, replica: &KeyRecord) -> Result<Option<Guarded<Arc<KeyRecord>>>, Error> {
    let found = call.room.store.key(replica.scope.region, replica.id.bits).await?;
    if found.as_ref().is_some_and(|found| found.key().details.state != KeyState::Deleted) {
        // The text is chosen.
        let text = format!("The key {} already exists", replica.arn);
        return Err(Error::refused("AlreadyExistsException", text));
    }
    Ok(found)
}

/// The primary stays as it is, but for its revision: so it is neither rotated nor scheduled for deletion while the
/// replica is made from what was read.
fn plan(
    call: &Call<'_>,
    commit: Commit,
    primary: Arc<KeyRecord>,
    replica: KeyRecord,
    earlier: Option<Guarded<Arc<KeyRecord>>>,
) -> Result<KeysPlan, Error> {
    let after = next(&primary);
    let plan = KeysPlan::new(commit, primary, after)?;
    if let Some(earlier) = earlier {
        let again = |key: &mut KeyRecord| {
            *key = KeyRecord { uid: key.uid, revision: key.revision, ..replica };
        };
        return plan.and_synchronize(call.room, call.context.request_id, earlier, again);
    }
    let replica = Arc::new(replica);
    let KeysPlan { commit, first, mut also } = plan;
    also.push(Subject::key_changed(&replica));
    let jobs = jobs_of(&replica);
    let commit = commit.change(Change::Key(KeyChange::Create { after: replica }))?.jobs(jobs);
    Ok(KeysPlan { commit, first, also })
}
