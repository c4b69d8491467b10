use std::sync::Arc;

use contract::{Pick, VersionRecord};
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
    let (_permit, secret) = call.open(&ask.secret_id, Pick::Labelled).await?;
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
        versions: Some(page.into_iter().map(|version| entry(version)).collect()),
        next_token,
    };
    call.tell(Some(Subject::seen(&secret)), answer).await
}

fn entry(version: &VersionRecord) -> SecretVersionsListEntry {
    SecretVersionsListEntry {
        version_id: Some(version.id.to_string()),
        version_stages: labels(version),
        created_date: Some(version.created_at),
        last_accessed_date: version.accessed.day().map(terms::Day::start),
        // What AWS shows for the key that it manages; there are no others yet.
        kms_key_ids: Some(vec!["DefaultEncryptionKey".to_owned()]),
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
