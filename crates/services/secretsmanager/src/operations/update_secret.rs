use std::sync::Arc;

use contract::{Change, Commit, Pick, SecretChange, SecretRecord, Value};
use facades::KeyChoice;
use terms::SecretId;
use trail::{Recorded, Subject};

use crate::{
    background::trim_job,
    error::Error,
    operations::put_secret_value::response_elements,
    room::{Call, NewValue},
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

    let mut after = with_metadata(call, &before, ask).await?;
    if let Some(value) = value {
        if let Some(known) = before.version(token)
            && let Value::Sealed(sealed) = &known.value
        {
            let held = call.unseal(&permit, &before.arn, token, sealed).await?;
            if !value.equals(&held) {
                return Err(Error::token_in_use(token, &before.arn));
            }
            // A repeated call changed the metadata with the value already, so there is nothing left to do.
            return call.tell(Some(Subject::seen(&before)), answer(&before, Some(token))).await;
        }
        let key = after.kms_key_id.as_deref();
        let sealed = call.seal(&permit, after.scope, &after.arn, key, token, &value).await?;
        let new = versions::NewValue { id: token, sealed, labels: None };
        let valued = versions::put_value(&after, new, call.now(), &call.room.quotas)?;
        // Metadata and value are one change.
        after = SecretRecord { revision: after.revision, ..valued };
    }
    let version_id = value.map(|_| token);
    let after = Arc::new(after);
    let commit = Commit::under(permit)
        .change(Change::Secret(SecretChange::Update { before, after: Arc::clone(&after) }))?
        .jobs(trim_job(&after, &call.room.quotas));
    let elements = response_elements(&after.arn, version_id);
    Ok(call.commit(commit, Subject::changed(&after), Some(&elements), answer(&after, version_id)).await?)
}

async fn with_metadata(
    call: &Call<'_>,
    before: &SecretRecord,
    ask: &UpdateSecretRequest,
) -> Result<SecretRecord, Error> {
    let mut after = versions::changed(before, call.now());
    if let Some(description) = &ask.description {
        after.description = kept_description(Some(description));
    }
    if let Some(key) = &ask.kms_key_id {
        after.kms_key_id = kept_key(Some(key));
        if let Some(key) = &after.kms_key_id {
            let KeyChoice::Managed = call.room.kms.choose(after.scope, key).await?;
        }
    }
    Ok(after)
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

/// The managed key is not kept, however it is named, so that it is never shown; an empty text means it too.
pub(super) fn kept_key(given: Option<&str>) -> Option<Arc<str>> {
    given.filter(|key| !key.is_empty() && *key != "alias/aws/secretsmanager").map(Into::into)
}
