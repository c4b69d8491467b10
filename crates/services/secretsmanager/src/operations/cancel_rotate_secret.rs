use std::sync::Arc;

use contract::{Change, Commit, JobChange, JobKind, Pick, RotationRecord, SecretChange, SecretRecord};
use terms::SecretId;
use trail::{Recorded, Subject};

use crate::{
    error::Error,
    operations::put_secret_value::response_elements,
    room::Call,
    rotation::{rotation_job, run, run::Next},
    shapes::{CancelRotateSecretRequest, CancelRotateSecretResponse},
    versions,
};

/// Turns rotation off. Labels stay where they are, and so do function and rules.
///
/// A rotation that goes on ends before its next step.
pub(crate) async fn cancel_rotate_secret(
    call: &Call<'_>,
    ask: &CancelRotateSecretRequest,
) -> Result<Recorded<CancelRotateSecretResponse>, Error> {
    let secret_id = SecretId::parse(&ask.secret_id)?;
    let (permit, before) = call.open_to_change(&secret_id, &ask.secret_id, Pick::Labelled).await?;
    call.require_own(&before)?;
    let Some(rotation) = before.rotation.as_deref() else {
        // Chosen.
        return Err(Error::InvalidRequest("You haven't configured rotation for this secret.".to_owned()));
    };
    if !rotation.is_enabled {
        return call.tell(Some(Subject::seen(&before)), answer(&before, None)).await;
    }
    let run = rotation.run.as_ref().filter(|run| !run::is_over(&before, rotation, run));
    let half_made = run.filter(|run| !run::has_arrived(&before, run)).map(|run| run.token.clone());
    let (after, jobs) = cancelled(call, &before);
    let after = Arc::new(after);
    let commit = Commit::under(permit)
        .change(Change::Secret(SecretChange::Update { before, after: Arc::clone(&after) }))?
        .jobs(jobs);
    let elements = response_elements(&after.arn, half_made.as_deref());
    let answer = answer(&after, half_made);
    Ok(call.commit(commit, Subject::changed(&after), Some(&elements), answer).await?)
}

/// The secret with its rotation turned off, and what is not to be done any more.
pub(crate) fn cancelled(call: &Call<'_>, before: &SecretRecord) -> (SecretRecord, Vec<JobChange>) {
    let after = versions::changed(before, call.now());
    let mut jobs = vec![JobChange::Cancel { kind: JobKind::CheckRotation, subject: before.uid }];
    let Some(rotation) = before.rotation.as_deref() else { return (after, jobs) };
    match &rotation.run {
        None => jobs.push(rotation_job(call.room, before, Next::Never, call.now())),
        // The scheduler finds that it is cancelled, and ends it.
        Some(run) if run.attempt.is_none() => {
            jobs.push(rotation_job(call.room, before, Next::At(call.now()), call.now()))
        }
        // Its worker does.
        Some(_) => {}
    }
    let rotation = RotationRecord { is_enabled: false, next: None, ..rotation.clone() };
    (SecretRecord { rotation: Some(Arc::new(rotation)), ..after }, jobs)
}

fn answer(secret: &SecretRecord, version_id: Option<String>) -> CancelRotateSecretResponse {
    CancelRotateSecretResponse { arn: Some(secret.arn.to_string()), name: Some(secret.name.to_string()), version_id }
}
