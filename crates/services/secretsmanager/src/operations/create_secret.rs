use std::sync::Arc;

use contract::{
    AccessDay, Change, Commit, CommitError, DecisionSubject, Guard, Pick, SecretChange, SecretRecord, Tag, Value,
    VersionRecord,
};
use gate::RequestTags;
use policy::{Action, Permit};
use terms::{AWSCURRENT, SecretId, SecretName, StagingLabel, Uid, VersionId, arn_suffix, secret_arn};
use trail::{Recorded, Subject};

use crate::{
    error::Error,
    found::Found,
    operations::put_secret_value::response_elements,
    room::{Call, NewValue},
    shapes::{CreateSecretRequest, CreateSecretResponse},
    tags,
};

/// Makes a secret, with a first version when a value is given.
pub(crate) async fn create_secret(
    call: &Call<'_>,
    ask: &CreateSecretRequest,
) -> Result<Recorded<CreateSecretResponse>, Error> {
    let name = SecretName::parse(&ask.name)?;
    let token = ask.client_request_token.as_deref().ok_or_else(Error::token_missing)?;
    let value = NewValue::of(ask.secret_string.as_ref(), ask.secret_binary.as_ref())?;
    refuse_what_is_not_offered(ask)?;
    let tags = asked_tags(ask)?;
    tags::check(&tags)?;
    let tags = tags::merge(&[], &tags, &call.room.quotas)?;
    let call = &call.with_request_tags(if tags.is_empty() { RequestTags::None } else { RequestTags::Tags(&tags) });

    let found = call.find(&SecretId::Name(name.clone()), &ask.name, Pick::Version(token)).await?;
    if found.exists() {
        return replay(call, found, &tags, token, value).await;
    }
    let draft = draft(call, ask, name, &tags);
    // Policies see the ARN that is about to be, suffix and all.
    let permit = call.authorize(call.action, &DecisionSubject::of(&draft), found.asked()).await?;
    // A key that cannot be used is refused at once, and not by the first value.
    let draft = call.with_its_key(&permit, draft).await?;
    let after = Arc::new(match value {
        Some(value) => with_first_version(call, &permit, draft, token, &value).await?,
        None => draft,
    });

    let mut commit = Commit::under(permit);
    if after.tags.is_some() {
        commit = commit.and_under(call.authorize(TAG_RESOURCE, &DecisionSubject::of(&after), found.asked()).await?);
    }
    let version_id = (!after.versions.is_empty()).then(|| token.to_owned());
    let quota = call.room.quotas.secrets_per_region;
    let commit = commit
        .change(Change::Secret(SecretChange::Create { after: Arc::clone(&after) }))?
        .guard(Guard::SecretsBelow { scope: after.scope, limit: quota });
    let answer = CreateSecretResponse {
        arn: Some(after.arn.to_string()),
        name: Some(after.name.to_string()),
        version_id: version_id.clone(),
        replication_status: None,
    };
    let elements = response_elements(&after.arn, version_id.as_deref());
    let made = call.commit(commit, Subject::changed(&after), Some(&elements), answer).await;
    made.map_err(|error| match error {
        // Chosen.
        CommitError::QuotaExceeded => {
            Error::LimitExceeded(format!("You can't have more than {quota} secrets in this Region."))
        }
        other => other.into(),
    })
}

pub(crate) const TAG_RESOURCE: Action = Action::new("secretsmanager:TagResource");

/// Members whose machinery this server does not have: their default is taken, everything else is refused.
fn refuse_what_is_not_offered(ask: &CreateSecretRequest) -> Result<(), Error> {
    let given = [
        ("AddReplicaRegions", ask.add_replica_regions.is_some()),
        ("ForceOverwriteReplicaSecret", ask.force_overwrite_replica_secret == Some(true)),
        ("CrossAccountPrimaryARN", ask.cross_account_primary_arn.is_some()),
        // An empty Type is none.
        ("Type", ask.r#type.as_deref().is_some_and(|kind| !kind.is_empty())),
    ];
    match given.into_iter().find(|(_, is_given)| *is_given) {
        Some((member, _)) => Err(Error::not_offered(member)),
        None => Ok(()),
    }
}

fn asked_tags(ask: &CreateSecretRequest) -> Result<Vec<Tag>, Error> {
    super::tag_resource::asked_tags(ask.tags.as_deref().unwrap_or_default())
}

/// The name is taken: by what a repeated call made, by something else, or by a secret that waits for its deletion.
async fn replay(
    call: &Call<'_>,
    found: Found,
    tags: &[Tag],
    token: &str,
    value: Option<NewValue<'_>>,
) -> Result<Recorded<CreateSecretResponse>, Error> {
    // Decided as for a new secret: the tags are those that the request brings.
    let subject = DecisionSubject { tags, ..found.subject() };
    let permit = call.authorize(call.action, &subject, found.asked()).await?;
    let secret = found.open(&permit)?;
    if secret.delete_at.is_some() {
        return Err(Error::InvalidRequest(
            "You can't create this secret because a secret with this name is already scheduled for deletion."
                .to_owned(),
        ));
    }
    let exists =
        || Error::ResourceExists(format!("The operation failed because the secret {} already exists.", secret.name));
    let known = secret.version(token).ok_or_else(exists)?;
    let (Some(value), Value::Sealed(sealed)) = (value, &known.value) else {
        return Err(Error::token_in_use(token, &secret.arn));
    };
    let held = call.unseal(&permit, &secret, &known.id, sealed).await?;
    if !value.equals(&held) {
        return Err(Error::token_in_use(token, &secret.arn));
    }
    let answer = CreateSecretResponse {
        arn: Some(secret.arn.to_string()),
        name: Some(secret.name.to_string()),
        version_id: Some(token.to_owned()),
        replication_status: None,
    };
    call.tell(Some(Subject::seen(&secret)), answer).await
}

pub(crate) fn draft(call: &Call<'_>, ask: &CreateSecretRequest, name: SecretName, tags: &[Tag]) -> SecretRecord {
    let (scope, now, entropy) = (call.caller.scope(), call.now(), &*call.room.entropy);
    let suffix = arn_suffix(entropy);
    SecretRecord {
        scope,
        uid: Uid::random(entropy),
        arn: secret_arn(&scope, &name, &suffix).into(),
        name,
        suffix,
        origin_region: scope.region,
        generation: 0,
        revision: 1,
        created_at: now,
        changed_at: now,
        delete_at: None,
        accessed: AccessDay::never(),
        description: super::update_secret::kept_description(ask.description.as_deref()),
        kms_key_id: super::update_secret::kept_key(ask.kms_key_id.as_deref()),
        partner_type: None,
        tags: (!tags.is_empty()).then(|| tags.into()),
        resource_policy: None,
        owning_service: None,
        rotation: None,
        versions: Vec::new(),
    }
}

pub(crate) async fn with_first_version(
    call: &Call<'_>,
    permit: &Permit,
    draft: SecretRecord,
    token: &str,
    value: &NewValue<'_>,
) -> Result<SecretRecord, Error> {
    let id = VersionId::new(token);
    let sealed = call.seal(permit, &draft, &id, value).await?;
    let version = VersionRecord {
        id,
        created_at: draft.created_at,
        accessed: AccessDay::never(),
        labels: vec![StagingLabel::new(AWSCURRENT)],
        value: Value::Sealed(sealed),
    };
    Ok(SecretRecord { versions: vec![Arc::new(version)], ..draft })
}
