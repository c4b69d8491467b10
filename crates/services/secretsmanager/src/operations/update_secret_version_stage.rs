use std::sync::Arc;

use contract::{Change, Commit, Pick, SecretChange, SecretRecord};
use terms::SecretId;
use trail::{Recorded, Subject};

use crate::{
    background::trim_job_or_none,
    error::Error,
    operations::put_secret_value::response_elements,
    room::Call,
    rotation::job_after,
    shapes::{UpdateSecretVersionStageRequest, UpdateSecretVersionStageResponse},
    versions::{StageMove, move_stage},
};

/// Moves, attaches or removes one staging label.
pub(crate) async fn update_secret_version_stage(
    call: &Call<'_>,
    ask: &UpdateSecretVersionStageRequest,
) -> Result<Recorded<UpdateSecretVersionStageResponse>, Error> {
    let secret_id = SecretId::parse(&ask.secret_id)?;
    let asked =
        StageMove::of(&ask.version_stage, ask.remove_from_version_id.as_deref(), ask.move_to_version_id.as_deref())?;
    // The version that gains the label carries its value from then on.
    let pick = asked.target().map_or(Pick::Labelled, Pick::Version);
    let (permit, before) = call.open_to_change(&secret_id, &ask.secret_id, pick).await?;
    call.require_own(&before)?;

    let Some(after) = move_stage(&before, asked, call.now(), &call.room.quotas)? else {
        return call.tell(Some(Subject::seen(&before)), answer(&before)).await;
    };
    let after = Arc::new(after);
    let rotation_job = job_after(call.room, &before, &after, call.now());
    let commit = Commit::under(permit)
        .change(Change::Secret(SecretChange::Update { before, after: Arc::clone(&after) }))?
        .jobs([trim_job_or_none(&after, &call.room.quotas)])
        .jobs(rotation_job);
    Ok(call
        .commit(commit, Subject::changed(&after), Some(&response_elements(&after.arn, None)), answer(&after))
        .await?)
}

fn answer(secret: &SecretRecord) -> UpdateSecretVersionStageResponse {
    UpdateSecretVersionStageResponse { arn: Some(secret.arn.to_string()), name: Some(secret.name.to_string()) }
}
