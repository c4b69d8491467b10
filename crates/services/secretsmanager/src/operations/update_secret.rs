use std::sync::Arc;

use contract::{Change, Commit, Pick, SecretChange, SecretRecord, Value, VersionRecord};
use policy::Permit;
use terms::{AWSCURRENT, AWSPENDING, AWSPREVIOUS, SecretId, VersionId};
use trail::{Recorded, Subject};

use crate::{
    background::trim_job,
    error::Error,
    operations::put_secret_value::response_elements,
    room::{Call, NewValue},
    rotation::{job_after, with_new_value},
    shapes::{UpdateSecretRequest, UpdateSecretResponse},
    versions,
};

/// Changes a secret's description or key, and adds a current version when a value is given.
pub(crate) async fn update_secret(
    call: &Call<'_>,
    ask: &UpdateSecretRequest,
) -> Result<Recorded<UpdateSecretResponse>, Error> {
    let secret_id = SecretId::parse(&ask.secret_id)?;
    let value = NewValue::of(ask.secret_string.as_ref(), ask.secret_binary.as_ref())?;
    let token = ask.client_request_token.as_deref().ok_or_else(Error::token_missing)?;
    if ask.r#type.as_deref().is_some_and(|kind| !kind.is_empty()) {
        return Err(Error::not_offered("Type"));
    }
    let (permit, before) = call.open_to_change(&secret_id, &ask.secret_id, Pick::Version(token)).await?;
    call.require_own(&before)?;

    let mut after = with_metadata(call, &before, ask);
    if ask.kms_key_id.is_some() {
        after = call.with_its_key(&permit, after).await?;
    }
    if let Some(value) = value {
        if let Some(known) = before.version(token)
            && let Value::Sealed(sealed) = &known.value
        {
            let held = call.unseal(&permit, &before, &known.id, sealed).await?;
            if !value.equals(&held) {
                return Err(Error::token_in_use(token, &before.arn));
            }
            // A repeated call changed the metadata with the value already, so there is nothing left to do.
            return call.tell(Some(Subject::seen(&before)), answer(&before, Some(token))).await;
        }
        let sealed = call.seal(&permit, &after, &VersionId::new(token), &value).await?;
        let new = versions::NewValue { id: token, sealed, labels: None };
        let valued = versions::put_value(&after, new, call.now(), &call.room.quotas)?;
        // Metadata and value are one change.
        after = with_new_value(&before, SecretRecord { revision: after.revision, ..valued }, call.now());
    }
    if ask.kms_key_id.is_some() {
        after = under_its_key(call, &permit, after).await?;
    }
    let version_id = value.map(|_| token);
    let after = Arc::new(after);
    let rotation_job = job_after(call.room, &before, &after, call.now());
    let commit = Commit::under(permit)
        .change(Change::Secret(SecretChange::Update { before, after: Arc::clone(&after) }))?
        .jobs(trim_job(&after, &call.room.quotas))
        .jobs(rotation_job);
    let elements = response_elements(&after.arn, version_id);
    Ok(call.commit(commit, Subject::changed(&after), Some(&elements), answer(&after, version_id)).await?)
}

fn with_metadata(call: &Call<'_>, before: &SecretRecord, ask: &UpdateSecretRequest) -> SecretRecord {
    let mut after = versions::changed(before, call.now());
    if let Some(description) = &ask.description {
        after.description = kept_description(Some(description));
    }
    if let Some(key) = &ask.kms_key_id {
        after.kms_key_id = kept_key(Some(key));
    }
    after
}

/// The labels whose versions go with the secret to another key, as far as the caller may use both keys.
const GO_ALONG: [&str; 3] = [AWSCURRENT, AWSPENDING, AWSPREVIOUS];

/// The secret with its labelled versions under its key.
async fn under_its_key(call: &Call<'_>, permit: &Permit, after: SecretRecord) -> Result<SecretRecord, Error> {
    let (kms, on_behalf) = (&call.room.kms, call.on_behalf(permit));
    let key = after.kms_key_id.as_deref();
    let mut versions = Vec::with_capacity(after.versions.len());
    for version in &after.versions {
        let goes_along = GO_ALONG.iter().any(|label| version.has_label(label));
        let rewrapped = match &version.value {
            Value::Sealed(sealed) if goes_along => kms.rewrap(on_behalf, after.scope, key, &version.id, sealed).await?,
            _ => None,
        };
        versions.push(match rewrapped {
            Some(sealed) => Arc::new(VersionRecord { value: Value::Sealed(sealed), ..(**version).clone() }),
            None => Arc::clone(version),
        });
    }
    Ok(SecretRecord { versions, ..after })
}

fn answer(secret: &SecretRecord, version_id: Option<&str>) -> UpdateSecretResponse {
    UpdateSecretResponse {
        arn: Some(secret.arn.to_string()),
        name: Some(secret.name.to_string()),
        version_id: version_id.map(str::to_owned),
    }
}

/// An empty description is none.
pub(super) fn kept_description(given: Option<&str>) -> Option<Arc<str>> {
    given.filter(|text| !text.is_empty()).map(Into::into)
}

/// An empty text means the managed key, as none does.
pub(super) fn kept_key(given: Option<&str>) -> Option<Arc<str>> {
    given.filter(|key| !key.is_empty()).map(Into::into)
}
