use std::sync::Arc;

use contract::{Change, Commit, Pick, SecretChange, Value};
use terms::{SecretId, VersionId};
use trail::{JsonObject, Recorded, Subject};

use crate::{
    background::trim_job,
    error::Error,
    operations::get_secret_value::labels,
    room::{Call, NewValue},
    rotation::{job_after, with_new_value},
    shapes::{PutSecretValueRequest, PutSecretValueResponse},
    versions,
};

/// Adds a version to a secret and moves the staging labels that follow from it.
pub(crate) async fn put_secret_value(
    call: &Call<'_>,
    ask: &PutSecretValueRequest,
) -> Result<Recorded<PutSecretValueResponse>, Error> {
    let secret_id = SecretId::parse(&ask.secret_id)?;
    let value = NewValue::of(ask.secret_string.as_ref(), ask.secret_binary.as_ref())?;
    let token = ask.client_request_token.as_deref().ok_or_else(Error::token_missing)?;
    let value = value
        .ok_or_else(|| Error::InvalidRequest("You must provide either SecretString or SecretBinary.".to_owned()))?;
    let (permit, secret) = call.open_to_change(&secret_id, &ask.secret_id, Pick::Version(token)).await?;
    call.require_own(&secret)?;
    if let Some(rotation_token) = &ask.rotation_token
        && !call.room.rotation.tokens.is_of_run(&secret, rotation_token)?
    {
        // Chosen.
        return Err(Error::invalid_parameter("The RotationToken value isn't one of a rotation that is in progress."));
    }

    if let Some(known) = secret.version(token)
        && let Value::Sealed(sealed) = &known.value
    {
        // A repeated token: open, compare, change nothing.
        let held = call.unseal(&permit, &secret, &known.id, sealed).await?;
        if !value.equals(&held) {
            return Err(Error::token_in_use(token, &secret.arn));
        }
        let answer = PutSecretValueResponse {
            arn: Some(secret.arn.to_string()),
            name: Some(secret.name.to_string()),
            version_id: Some(token.to_owned()),
            version_stages: labels(known),
        };
        return call.tell(Some(Subject::seen(&secret)), answer).await;
    }

    let sealed = call.seal(&permit, &secret, &VersionId::new(token), &value).await?;
    let new = versions::NewValue { id: token, sealed, labels: ask.version_stages.as_deref() };
    let after = versions::put_value(&secret, new, call.now(), &call.room.quotas)?;
    let after = Arc::new(with_new_value(&secret, after, call.now()));

    let answer = PutSecretValueResponse {
        arn: Some(after.arn.to_string()),
        name: Some(after.name.to_string()),
        version_id: Some(token.to_owned()),
        version_stages: after.version(token).and_then(|version| labels(version)),
    };
    let subject = Subject::changed(&after);
    let rotation_job = job_after(call.room, &secret, &after, call.now());
    let commit = Commit::under(permit)
        .change(Change::Secret(SecretChange::Update { before: secret, after: Arc::clone(&after) }))?
        .jobs(trim_job(&after, &call.room.quotas))
        .jobs(rotation_job);
    Ok(call.commit(commit, subject, Some(&response_elements(&after.arn, Some(token))), answer).await?)
}

/// What the trail keeps of a change's answer.
pub(crate) fn response_elements(arn: &str, version_id: Option<&str>) -> String {
    let mut out = Vec::with_capacity(192);
    let mut elements = JsonObject::begin(&mut out);
    elements.text("arn", arn);
    if let Some(version_id) = version_id {
        elements.text("versionId", version_id);
    }
    elements.end();
    String::from_utf8(out).unwrap_or_default()
}
