use trail::Recorded;

use super::{changed, check_environment, sealed_environment};
use crate::{
    error::Error,
    passing,
    room::Call,
    settings,
    shapes::{FunctionConfiguration, UpdateFunctionConfigurationRequest},
    shown::{Moment, Shown},
    vault::Owner,
    versions::{Change, check_revision, next},
};

/// Changes what `$LATEST` is, but for its package.
pub(in crate::operations) async fn update_function_configuration(
    call: &Call<'_>,
    ask: &UpdateFunctionConfigurationRequest,
) -> Result<Recorded<FunctionConfiguration>, Error> {
    check_environment(ask.environment.as_ref())?;
    let named = call.named(&ask.function_name)?;
    let (permit, before) = call.open(&named).await?;
    check_revision(ask.revision_id.as_deref(), &before.latest.configuration.revision_id)?;
    let mut after = next(&before);
    let mut change = Change::of(&before, call.now(), call.new_uuid());
    settings::update(ask, &mut change.configuration)?;
    if change.configuration.role != before.latest.configuration.role {
        passing::check(call, &named, &change.configuration.role).await?;
    }
    if let Some(sealed) = sealed_environment(call, &Owner::of(&before), ask.environment.as_ref())? {
        change.environment = Some(sealed);
    }
    change.apply(&mut after);
    let means = &call.room.runner.means;
    let shown = Shown { vault: &means.vault, permit: &permit, moment: Moment::Updated };
    let answer = changed(call, &shown, &mut after, false)?;
    let arn = before.arn.clone();
    let recorded = call.change(permit, before, after, None, answer).await?;
    means.host.retire(&arn);
    Ok(recorded)
}
