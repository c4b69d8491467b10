use std::sync::Arc;

use contract::{Change, Commit, JobChange, JobKind, Pick, SecretChange, SecretRecord};
use terms::{SecretId, Timestamp, arn_suffix, secret_arn};
use trail::{JsonObject, Recorded, Subject};

use crate::{
    error::Error,
    room::{Call, require_live, require_primary},
    rotation::job_after,
    shapes::{DeleteSecretRequest, DeleteSecretResponse},
    versions,
};

const WINDOW_DAYS_DEFAULT: i64 = 30;

/// Schedules a secret for deletion at the end of a recovery window, or erases it at once.
pub(crate) async fn delete_secret(
    call: &Call<'_>,
    ask: &DeleteSecretRequest,
) -> Result<Recorded<DeleteSecretResponse>, Error> {
    let secret_id = SecretId::parse(&ask.secret_id)?;
    let deletion = Deletion::of(ask)?;
    let found = call.find(&secret_id, &ask.secret_id, Pick::Labelled).await?;

    if let (Deletion::Now, false) = (&deletion, found.exists()) {
        call.authorize_found(&found, call.action).await?;
        // Recorded: forcing the deletion of what is not there succeeds.
        return call.tell(None, answer_for_nothing(call, &secret_id, &ask.secret_id)).await;
    }
    let (permit, secret) = call.open_found(found, call.action).await?;
    require_primary(&secret)?;
    call.require_own(&secret)?;
    let commit = Commit::under(permit);
    match deletion {
        Deletion::Now => erase(call, commit, secret).await,
        Deletion::After { days } => {
            require_live(&secret)?;
            schedule(call, commit, secret, call.now().plus_days(days)).await
        }
    }
}

enum Deletion {
    Now,
    After { days: i64 },
}

impl Deletion {
    fn of(ask: &DeleteSecretRequest) -> Result<Self, Error> {
        let is_forced = ask.force_delete_without_recovery.unwrap_or(false);
        match (is_forced, ask.recovery_window_in_days) {
            (true, Some(_)) => Err(Error::invalid_parameter(
                "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
            )),
            (true, None) => Ok(Self::Now),
            (false, Some(days)) if !(7..=30).contains(&days) => Err(Error::invalid_parameter(
                "The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).",
            )),
            (false, days) => Ok(Self::After { days: days.unwrap_or(WINDOW_DAYS_DEFAULT) }),
        }
    }
}

async fn schedule(
    call: &Call<'_>,
    commit: Commit,
    before: Arc<SecretRecord>,
    delete_at: Timestamp,
) -> Result<Recorded<DeleteSecretResponse>, Error> {
    let after = Arc::new(SecretRecord { delete_at: Some(delete_at), ..versions::changed(&before, call.now()) });
    let job = JobChange::Schedule {
        kind: JobKind::EndRecoveryWindow,
        subject: after.uid,
        scope: after.scope,
        name: after.name.to_string(),
        due_at: delete_at,
    };
    let rotation_job = job_after(call.room, &before, &after, call.now());
    let commit = commit
        .change(Change::Secret(SecretChange::Update { before, after: Arc::clone(&after) }))?
        .jobs([job])
        .jobs(rotation_job);
    let elements = response_elements(&after, delete_at);
    Ok(call.commit(commit, Subject::changed(&after), Some(&elements), answer(&after, delete_at)).await?)
}

async fn erase(
    call: &Call<'_>,
    commit: Commit,
    secret: Arc<SecretRecord>,
) -> Result<Recorded<DeleteSecretResponse>, Error> {
    let now = call.now();
    let commit = commit
        .change(Change::Secret(SecretChange::Erase { before: Arc::clone(&secret) }))?
        .jobs(crate::background::end_of_jobs(&secret));
    Ok(call
        .commit(commit, Subject::erased(&secret), Some(&response_elements(&secret, now)), answer(&secret, now))
        .await?)
}

fn answer(secret: &SecretRecord, deletion_date: Timestamp) -> DeleteSecretResponse {
    DeleteSecretResponse {
        arn: Some(secret.arn.to_string()),
        name: Some(secret.name.to_string()),
        deletion_date: Some(deletion_date),
    }
}

/// The ARN of a secret that never was: its shape is not recorded, so it is one that this name could have had.
fn answer_for_nothing(call: &Call<'_>, secret_id: &SecretId, asked: &str) -> DeleteSecretResponse {
    let (arn, name) = match secret_id {
        SecretId::Name(name) => {
            (secret_arn(&call.caller.scope(), name, &arn_suffix(&*call.room.entropy)), name.to_string())
        }
        SecretId::Arn { name, .. } | SecretId::PartialArn { name, .. } => (asked.to_owned(), name.to_string()),
        SecretId::Nothing => (asked.to_owned(), asked.to_owned()),
    };
    DeleteSecretResponse { arn: Some(arn), name: Some(name), deletion_date: Some(call.now()) }
}

fn response_elements(secret: &SecretRecord, deletion_date: Timestamp) -> String {
    let mut out = Vec::with_capacity(192);
    let mut elements = JsonObject::begin(&mut out);
    elements
        .text("arn", &secret.arn)
        .text("name", secret.name.as_str())
        .raw("deletionDate", &deletion_date.as_seconds().to_string())
        .end();
    String::from_utf8(out).unwrap_or_default()
}
