use std::sync::Arc;

use contract::{Pick, SecretRecord, Value, VersionRecord};
use seal::{SealedValue, ValueKind};
use terms::AWSCURRENT;
use trail::{Recorded, Subject};

use crate::{
    error::Error,
    room::{Call, require_live},
    shapes::{GetSecretValueRequest, GetSecretValueResponse},
};

/// Reads the value of one version: the one asked for by id or label, or else the current one.
pub(crate) async fn get_secret_value(
    call: &Call<'_>,
    ask: &GetSecretValueRequest,
) -> Result<Recorded<GetSecretValueResponse>, Error> {
    let pick = ask.version_id.as_deref().map_or(Pick::Labelled, Pick::Version);
    let (permit, secret) = call.open(&ask.secret_id, pick).await?;
    require_live(&secret)?;
    let (version, sealed) = choose(&secret, ask.version_id.as_deref(), ask.version_stage.as_deref())?;
    let (kind, value) = call.unseal(&permit, &secret, &version.id, sealed).await?;

    let (text, binary) = match kind {
        ValueKind::String => (Some(value), None),
        ValueKind::Binary => (None, Some(value)),
    };
    let answer = GetSecretValueResponse {
        arn: Some(secret.arn.to_string()),
        name: Some(secret.name.to_string()),
        version_id: Some(version.id.to_string()),
        secret_string: text,
        secret_binary: binary,
        version_stages: labels(version),
        created_date: Some(version.created_at),
    };
    let answer = call.tell(Some(Subject::seen(&secret)), answer).await?;
    call.room.recorder.note_access(&secret, version, call.now().day());
    Ok(answer)
}

/// Which version is meant, in AWS's order of complaints. A placeholder without a value counts as missing.
pub(super) fn choose<'a>(
    secret: &'a SecretRecord,
    id: Option<&str>,
    label: Option<&str>,
) -> Result<(&'a Arc<VersionRecord>, &'a SealedValue), Error> {
    let (version, missing) = match (id, label) {
        (Some(id), label) => {
            let version = secret.version(id).ok_or_else(|| Error::version_not_found(id))?;
            if label.is_some_and(|label| !version.has_label(label)) {
                return Err(Error::InvalidRequest(
                    "You provided a VersionStage that is not associated to the provided VersionId.".to_owned(),
                ));
            }
            (version, Error::version_not_found as fn(&str) -> Error)
        }
        (None, label) => {
            let label = label.unwrap_or(AWSCURRENT);
            (secret.holder(label).ok_or_else(|| Error::label_not_found(label))?, Error::label_not_found as _)
        }
    };
    match &version.value {
        Value::Sealed(sealed) => Ok((version, sealed)),
        Value::Absent => Err(missing(id.or(label).unwrap_or(AWSCURRENT))),
        Value::NotLoaded => Err(Error::Internal("the store answered without the value that was asked for".to_owned())),
    }
}

/// Absent for a version without labels.
pub(super) fn labels(version: &VersionRecord) -> Option<Vec<String>> {
    (!version.labels.is_empty()).then(|| version.labels.iter().map(ToString::to_string).collect())
}
