use std::sync::Arc;

use contract::{Pick, SecretRecord, Value, VersionRecord};
use policy::Permit;
use shape::Structure;
use terms::Timestamp;
use trail::{Recorded, Subject};

use crate::{
    error::Error,
    operations::get_secret_value::labels,
    paging::Binding,
    room::Call,
    shapes::{ListSecretVersionIdsRequest, ListSecretVersionIdsResponse, SecretVersionsListEntry},
};

const PAGE_SIZE_DEFAULT: usize = 100;

/// Lists a secret's versions, the oldest first; those without labels only when asked.
pub(crate) async fn list_secret_version_ids(
    call: &Call<'_>,
    ask: &ListSecretVersionIdsRequest,
) -> Result<Recorded<ListSecretVersionIdsResponse>, Error> {
    let (permit, secret) = call.open(&ask.secret_id, Pick::Labelled).await?;
    let binding = binding(call, ask, &secret.arn);
    let after = match &ask.next_token {
        Some(token) => Some(read_place(&binding.open(&call.room.paging_key, token)?).ok_or(Error::InvalidNextToken)?),
        None => None,
    };
    let page_size = ask.max_results.and_then(|size| usize::try_from(size).ok()).unwrap_or(PAGE_SIZE_DEFAULT);
    let with_deprecated = ask.include_deprecated.unwrap_or(false);

    let listed = secret.versions.iter().filter(|version| with_deprecated || !version.labels.is_empty());
    let mut listed = listed.filter(|version| after.as_ref().is_none_or(|after| place(version) > *after));
    let page: Vec<&Arc<VersionRecord>> = listed.by_ref().take(page_size).collect();
    let next_token = match (page.last(), listed.next()) {
        (Some(last), Some(_)) => {
            Some(binding.seal(&call.room.paging_key, &write_place(&place(last)), &*call.room.entropy)?)
        }
        _ => None,
    };
    let answer = ListSecretVersionIdsResponse {
        arn: Some(secret.arn.to_string()),
        name: Some(secret.name.to_string()),
        versions: Some(entries(call, &permit, &secret, &page).await?),
        next_token,
    };
    call.tell(Some(Subject::seen(&secret)), answer).await
}

async fn entries(
    call: &Call<'_>,
    permit: &Permit,
    secret: &SecretRecord,
    page: &[&Arc<VersionRecord>],
) -> Result<Vec<SecretVersionsListEntry>, Error> {
    let mut entries = Vec::with_capacity(page.len());
    for version in page {
        let kms_key_ids = key_names(call, permit, secret, version).await?;
        entries.push(SecretVersionsListEntry { kms_key_ids: Some(kms_key_ids), ..entry(version) });
    }
    Ok(entries)
}

/// Which keys open the version. A placeholder is under the key that its value will be under.
async fn key_names(
    call: &Call<'_>,
    permit: &Permit,
    secret: &SecretRecord,
    version: &VersionRecord,
) -> Result<Vec<String>, Error> {
    let kms = &call.room.kms;
    match &version.value {
        Value::Sealed(sealed) => Ok(kms.key_names(secret.scope, sealed).await?),
        Value::Absent => Ok(vec![secret.kms_key_id.as_deref().unwrap_or(DEFAULT_KEY).to_owned()]),
        Value::NotLoaded => {
            let pick = Pick::Version(version.id.as_str());
            let found = call.room.store.secret(secret.scope, secret.name.as_str(), pick).await?;
            let loaded = found.map(|found| found.open(permit)).transpose()?;
            match loaded.as_ref().and_then(|secret| secret.version(version.id.as_str())).map(|known| &known.value) {
                Some(Value::Sealed(sealed)) => Ok(kms.key_names(secret.scope, sealed).await?),
                // It was trimmed meanwhile.
                _ => Ok(Vec::new()),
            }
        }
    }
}

/// What AWS shows for the key that it manages.
const DEFAULT_KEY: &str = "DefaultEncryptionKey";

fn entry(version: &VersionRecord) -> SecretVersionsListEntry {
    SecretVersionsListEntry {
        version_id: Some(version.id.to_string()),
        version_stages: labels(version),
        created_date: Some(version.created_at),
        last_accessed_date: version.accessed.day().map(terms::Day::start),
        kms_key_ids: None,
    }
}

fn binding(call: &Call<'_>, ask: &ListSecretVersionIdsRequest, arn: &str) -> Binding {
    let mut parameters = arn.as_bytes().to_vec();
    ListSecretVersionIdsRequest { next_token: None, max_results: None, ..ask.clone() }.record(&mut parameters);
    Binding::new(call.action.as_str(), call.caller, &parameters)
}

/// Where a version stands in the list.
fn place(version: &VersionRecord) -> (Timestamp, String) {
    (version.created_at, version.id.to_string())
}

fn write_place((created_at, id): &(Timestamp, String)) -> Vec<u8> {
    let mut bytes = created_at.as_millis().to_le_bytes().to_vec();
    bytes.extend_from_slice(id.as_bytes());
    bytes
}

fn read_place(bytes: &[u8]) -> Option<(Timestamp, String)> {
    let (millis, id) = bytes.split_first_chunk::<8>()?;
    Some((Timestamp::from_millis(i64::from_le_bytes(*millis)), String::from_utf8(id.to_vec()).ok()?))
}
