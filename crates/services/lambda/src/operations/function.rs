//! A function itself.

pub(super) mod create_function;
pub(super) mod delete_function;
pub(super) mod get_function;
pub(super) mod get_function_configuration;
pub(super) mod list_functions;
pub(super) mod update_function_code;
pub(super) mod update_function_configuration;

use contract::{FunctionRecord, SealedBytes};
use shape::Reply;
use zeroize::Zeroizing;

use crate::{
    environment,
    error::Error,
    room::Call,
    shapes::{Environment, FunctionConfiguration},
    shown::{Moment, Shown},
    vault::Owner,
    versions,
};

/// The variables of a request, checked and sealed.
fn sealed_environment(
    call: &Call<'_>,
    owner: &Owner<'_>,
    asked: Option<&Environment>,
) -> Result<Option<SealedBytes>, Error> {
    let Some(asked) = asked else { return Ok(None) };
    let mut json = Zeroizing::new(Vec::new());
    asked.write_json(&mut json);
    let sealed = call.room.runner.means.vault.seal_environment(owner, &json, &*call.room.entropy)?;
    Ok(Some(sealed))
}

fn check_environment(asked: Option<&Environment>) -> Result<(), Error> {
    match asked.and_then(|asked| asked.variables.as_ref()) {
        Some(variables) => environment::check(&variables.0),
        None => Ok(()),
    }
}

/// The answer of a change of `$LATEST`, or of the version that was published with it.
fn changed(
    call: &Call<'_>,
    shown: &Shown<'_>,
    after: &mut FunctionRecord,
    is_published: bool,
) -> Result<FunctionConfiguration, Error> {
    let published = if is_published { versions::publish(after, None, call.new_uuid()) } else { None };
    let last = after.versions.last().filter(|_| is_published).cloned();
    match published.or(last) {
        Some(version) => {
            // What is new is being made; the answer to an update says so of the function.
            let qualifier = version.qualifier();
            let qualifier = Some(&*qualifier).filter(|_| shown.moment == Moment::Updated);
            shown.of(after, &version, qualifier)
        }
        None => shown.of(after, &after.latest, None),
    }
}
