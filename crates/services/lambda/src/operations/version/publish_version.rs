use trail::{Recorded, Subject};

use crate::{
    code::check_digest,
    error::Error,
    room::Call,
    shapes::{FunctionConfiguration, PublishVersionRequest},
    shown::{Moment, Shown},
    versions::{check_revision, next, publish},
};

/// Makes a version of `$LATEST`. If nothing has changed since the last one, that is the answer.
pub(in crate::operations) async fn publish_version(
    call: &Call<'_>,
    ask: &PublishVersionRequest,
) -> Result<Recorded<FunctionConfiguration>, Error> {
    if ask.publish_to.is_some() {
        return Err(Error::unsupported("PublishTo"));
    }
    let (permit, before) = call.open(&call.named(&ask.function_name)?).await?;
    check_revision(ask.revision_id.as_deref(), &before.latest.configuration.revision_id)?;
    check_digest(ask.code_sha256.as_deref(), &before.latest.code)?;
    let vault = &call.room.runner.means.vault;
    let shown = |moment| Shown { vault, permit: &permit, moment };
    let mut after = next(&before);
    match publish(&mut after, ask.description.as_deref(), call.new_uuid()) {
        Some(version) => {
            let answer = shown(Moment::Created).of(&after, &version, Some(&version.qualifier()))?;
            call.change(permit, before, after, None, answer).await
        }
        None => {
            let last = before.versions.last().unwrap_or(&before.latest);
            let answer = shown(Moment::Settled).of(&before, last, Some(&last.qualifier()))?;
            call.tell(Some(Subject::function_seen(&before)), answer).await
        }
    }
}
