use std::collections::BTreeMap;

use contract::{Pick, SecretRecord};
use trail::{Recorded, Subject};

use crate::{
    error::Error,
    room::Call,
    rotation::ShownRotation,
    shapes::{DescribeSecretRequest, DescribeSecretResponse, Tag},
};

/// Tells everything about a secret but its values.
pub(crate) async fn describe_secret(
    call: &Call<'_>,
    ask: &DescribeSecretRequest,
) -> Result<Recorded<DescribeSecretResponse>, Error> {
    let (_permit, secret) = call.open(&ask.secret_id, Pick::Labelled).await?;
    let rotation = ShownRotation::of(&secret, call.now());
    let answer = DescribeSecretResponse {
        arn: Some(secret.arn.to_string()),
        name: Some(secret.name.to_string()),
        description: secret.description.as_deref().map(str::to_owned),
        kms_key_id: secret.kms_key_id.as_deref().map(str::to_owned),
        r#type: secret.partner_type.as_deref().map(str::to_owned),
        rotation_enabled: rotation.enabled,
        rotation_lambda_arn: rotation.lambda_arn,
        rotation_rules: rotation.rules,
        last_rotated_date: rotation.last_rotated_date,
        next_rotation_date: rotation.next_rotation_date,
        owning_service: secret.owning_service.as_deref().map(str::to_owned),
        created_date: Some(secret.created_at),
        last_changed_date: Some(secret.changed_at),
        last_accessed_date: secret.accessed.day().map(terms::Day::start),
        deleted_date: secret.delete_at,
        tags: tags(&secret),
        version_ids_to_stages: stages(&secret),
        // Replication and partners have not arrived: their members are absent.
        ..DescribeSecretResponse::default()
    };
    call.tell(Some(Subject::seen(&secret)), answer).await
}

/// Absent until the secret was first tagged.
pub(super) fn tags(secret: &SecretRecord) -> Option<Vec<Tag>> {
    let shown = |tag: &contract::Tag| Tag { key: Some(tag.key.clone()), value: Some(tag.value.clone()) };
    Some(secret.tags.as_deref()?.iter().map(shown).collect())
}

/// Labelled versions only; absent when there are none.
pub(super) fn stages(secret: &SecretRecord) -> Option<BTreeMap<String, Vec<String>>> {
    let labelled = secret.versions.iter().filter(|version| !version.labels.is_empty());
    let stages: BTreeMap<String, Vec<String>> = labelled
        .map(|version| (version.id.to_string(), version.labels.iter().map(ToString::to_string).collect()))
        .collect();
    (!stages.is_empty()).then_some(stages)
}
