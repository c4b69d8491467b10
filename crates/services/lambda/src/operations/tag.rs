//! Tags of functions.

pub(super) mod list_tags;
pub(super) mod tag_resource;
pub(super) mod untag_resource;

use crate::{error::Error, function_name::NamedFunction, room::Call};

/// The function that an ARN means. Of what else AWS lets be tagged, this server has nothing.
fn tagged(call: &Call<'_>, arn: &str) -> Result<NamedFunction, Error> {
    if !arn.contains(":function:") {
        return Err(Error::unsupported("A resource that is no function"));
    }
    let named = call.named(arn)?;
    if named.qualifier.is_some() {
        return Err(Error::invalid(
            "Tags on function aliases and versions are not supported. Please specify a function ARN.",
        ));
    }
    Ok(named)
}
