//! Giving a function its role: the caller must be allowed to pass it on, and it must trust Lambda.

use gate::{Keys, Target};
use policy::{Action, Resource};
use terms::AccountId;

use crate::{error::Error, function_name::NamedFunction, roles::Actor, room::Call};

const PASS_ROLE: Action = Action::new("iam:PassRole");
pub(crate) const SERVICE: &str = "lambda.amazonaws.com";

/// Checks a role for this function before it is kept.
pub(crate) async fn check(call: &Call<'_>, named: &NamedFunction, role_arn: &str) -> Result<(), Error> {
    let function_arn = named.arn();
    let account =
        account_of(role_arn).ok_or_else(|| Error::invalid("The role defined for the function is invalid."))?;
    if account != call.caller.account() {
        return Err(Error::Forbidden("Cross-account pass role is not allowed.".to_owned()));
    }
    let role_name = role_arn.rsplit('/').next().unwrap_or_default();
    let role = call.caller.identities().role(role_name).filter(|role| role.arn == role_arn);
    let keys = [("iam:passedtoservice", SERVICE), ("iam:associatedresourcearn", &*function_arn)];
    let resource = Resource::One { asked: role_arn.into(), arn: role_arn.into(), account };
    let keys = Keys(&keys);
    let target = Target::new(&resource).with_tags(role.map(|role| &*role.tags).unwrap_or_default()).with_keys(&keys);
    call.room.gate.authorize(call.context, call.caller, PASS_ROLE, &target).await?;
    let actor = Actor {
        function_arn: &function_arn,
        function_name: &named.name,
        scope: named.scope,
        role: role_arn,
        request: call.context.request_id,
        now: call.now(),
    };
    Ok(call.room.runner.means.roles.check(&actor).await?)
}

fn account_of(role_arn: &str) -> Option<AccountId> {
    AccountId::parse(role_arn.split(':').nth(4)?).ok()
}
