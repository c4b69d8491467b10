//! Whose policies a simulation is about.

use contract::Identities;
use gate::Target;
use policy::Permit;

use crate::{
    error::Error,
    holder::{Holder, HolderName},
    room::Call,
};

/// The user, group or role with this ARN and the permit for it.
pub(super) async fn authorized(call: &Call<'_>, identities: &Identities, arn: &str) -> Result<(Permit, Holder), Error> {
    let permit = call.authorize(&Target::new(&call.resource(arn))).await?;
    let name = named(arn).ok_or_else(|| {
        Error::InvalidInput(format!("Invalid Entity Arn: {arn} does not clearly define entity type and name."))
    })?;
    let holder = name.find(identities)?;
    if holder.arn() != arn {
        return Err(name.missing());
    }
    Ok((permit, holder))
}

/// `arn:aws:iam::123456789012:role/team/deployer`
fn named(arn: &str) -> Option<HolderName<'_>> {
    let (_, tail) = arn.strip_prefix("arn:aws:iam::")?.split_once(':')?;
    let (kind, path_and_name) = tail.split_once('/')?;
    let name = path_and_name.rsplit('/').next().filter(|name| !name.is_empty())?;
    match kind {
        "user" => Some(HolderName::user(name)),
        "group" => Some(HolderName::group(name)),
        "role" => Some(HolderName::role(name)),
        _ => None,
    }
}
