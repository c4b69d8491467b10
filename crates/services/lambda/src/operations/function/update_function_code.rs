use trail::{Recorded, Subject};

use super::changed;
use crate::{
    code::Uploaded,
    error::Error,
    room::Call,
    settings,
    shapes::{FunctionConfiguration, UpdateFunctionCodeRequest},
    shown::{Moment, Shown},
    vault::Owner,
    versions::{Change, check_revision, next},
};

/// Gives `$LATEST` another package.
pub(in crate::operations) async fn update_function_code(
    call: &Call<'_>,
    ask: &UpdateFunctionCodeRequest,
) -> Result<Recorded<FunctionConfiguration>, Error> {
    settings::refuse_of_code(ask)?;
    let uploaded = Uploaded::of(ask.zip_file.as_ref())?;
    let (permit, before) = call.open(&call.named(&ask.function_name)?).await?;
    check_revision(ask.revision_id.as_deref(), &before.latest.configuration.revision_id)?;
    let means = &call.room.runner.means;
    uploaded.install(&*means.host).await?;

    let mut after = next(&before);
    let mut change = Change::of(&before, call.now(), call.new_uuid());
    change.code = uploaded.reference();
    if let Some(architecture) = settings::architecture(ask.architectures.as_deref()) {
        architecture.clone_into(&mut change.configuration.architecture);
    }
    change.apply(&mut after);
    let shown = Shown { vault: &means.vault, permit: &permit, moment: Moment::Updated };
    let answer = changed(call, &shown, &mut after, ask.publish == Some(true))?;
    if ask.dry_run == Some(true) {
        return call.tell(Some(Subject::function_seen(&before)), answer).await;
    }
    let is_new = !before.has_code(&after.latest.code.sha256);
    let code = is_new.then(|| uploaded.seal(&Owner::of(&before), &means.vault, &*call.room.entropy)).transpose()?;
    let arn = before.arn.clone();
    let recorded = call.change(permit, before, after, code, answer).await?;
    means.host.retire(&arn);
    Ok(recorded)
}
