use std::sync::Arc;

use contract::{Change, Commit, JobChange, JobKind, Pick, SecretChange, SecretRecord};
use trail::{Recorded, Subject};

use crate::{
    error::Error,
    operations::put_secret_value::response_elements,
    room::{Call, require_primary},
    rotation::{check_job, job_after},
    shapes::{RestoreSecretRequest, RestoreSecretResponse},
    versions,
};

/// Takes back a scheduled deletion. A live secret stays as it is.
pub(crate) async fn restore_secret(
    call: &Call<'_>,
    ask: &RestoreSecretRequest,
) -> Result<Recorded<RestoreSecretResponse>, Error> {
    let (permit, before) = call.open(&ask.secret_id, Pick::Labelled).await?;
    require_primary(&before)?;
    if before.delete_at.is_none() {
        return call.tell(Some(Subject::seen(&before)), answer(&before)).await;
    }
    let after = Arc::new(SecretRecord { delete_at: None, ..versions::changed(&before, call.now()) });
    let job = JobChange::Cancel { kind: JobKind::EndRecoveryWindow, subject: after.uid };
    let rotation_job = job_after(call.room, &before, &after, call.now());
    let commit = Commit::under(permit)
        .change(Change::Secret(SecretChange::Update { before, after: Arc::clone(&after) }))?
        .jobs([job])
        .jobs(rotation_job)
        .jobs(check_job(call.room, &after, call.now()));
    Ok(call
        .commit(commit, Subject::changed(&after), Some(&response_elements(&after.arn, None)), answer(&after))
        .await?)
}

fn answer(secret: &SecretRecord) -> RestoreSecretResponse {
    RestoreSecretResponse { arn: Some(secret.arn.to_string()), name: Some(secret.name.to_string()) }
}
