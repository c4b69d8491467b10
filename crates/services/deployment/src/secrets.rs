//! The secret that an operation is about.

use std::sync::Arc;

use contract::{Pick, SecretRecord};
use gate::{ResourcePolicy, SecretSubjectKeys, Target};
use policy::{Action, Permit, Resource};
use terms::{Scope, SecretId};

use crate::{error::Error, room::Call};

const DESCRIBE_SECRET: Action = Action::new("secretsmanager:DescribeSecret");

/// A secret of the caller's account that it may describe, and may ask this about.
pub(crate) async fn open(call: &Call<'_>, secret_id: &str) -> Result<Arc<SecretRecord>, Error> {
    let own = call.caller.scope();
    let parsed = SecretId::parse(secret_id).map_err(|invalid| Error::Validation(invalid.to_string()))?;
    let (scope, name, suffix) = match &parsed {
        SecretId::Name(name) => (own, Some(name), None),
        SecretId::Arn { scope, name, suffix } => (*scope, Some(name), Some(*suffix)),
        SecretId::PartialArn { scope, name } => (*scope, Some(name), None),
        SecretId::Nothing => (own, None, None),
    };
    if scope.account != own.account {
        return Err(Error::InvalidParameter("Ask in the account that the secret belongs to.".to_owned()));
    }
    let found = match name.filter(|_| scope == own) {
        Some(name) => call.room.store.secret(scope, name.as_str(), Pick::Labelled).await?,
        None => None,
    };
    let found = found.filter(|secret| suffix.is_none_or(|suffix| secret.has_suffix(suffix)));
    let Some(secret) = found else {
        let arn = match name {
            Some(name) if suffix.is_none() => any_arn(scope, name.as_str()),
            _ => secret_id.into(),
        };
        let resource = Resource::One { arn, account: own.account, asked: secret_id.into() };
        authorize(call, &Target::new(&resource)).await?;
        return Err(Error::ResourceNotFound("Secrets Manager can't find the specified secret.".to_owned()));
    };
    let subject = secret.subject();
    let resource = Resource::One { arn: Arc::clone(subject.arn), account: own.account, asked: secret_id.into() };
    let keys = SecretSubjectKeys(subject);
    let target = Target::new(&resource)
        .with_policy(subject.resource_policy.map(ResourcePolicy::Secret))
        .with_tags(subject.tags)
        .with_keys(&keys);
    let permit = authorize(call, &target).await?;
    Ok(secret.open(&permit)?)
}

/// To ask, and to learn what the answer tells of the secret.
async fn authorize(call: &Call<'_>, target: &Target<'_>) -> Result<Permit, Error> {
    call.authorize(call.action, target).await?;
    call.authorize(DESCRIBE_SECRET, target).await
}

pub(crate) fn any_arn(Scope { account, region }: Scope, name: &str) -> Arc<str> {
    format!("arn:{}:secretsmanager:{region}:{account}:secret:{name}-??????", region.partition()).into()
}
