use std::sync::Arc;

use contract::{Pick, SecretRecord};
use terms::SecretId;
use trail::{Recorded, Subject};

use crate::{
    error::Error,
    resource_policy::{BROAD_ACCESS, Candidate, LOCKS_OUT, PUT_RESOURCE_POLICY, candidate, locks_out},
    room::{Call, require_live},
    shapes::{
        PutResourcePolicyRequest, ValidateResourcePolicyRequest, ValidateResourcePolicyResponse, ValidationErrorsEntry,
    },
};

/// Tells what PutResourcePolicy would say of a policy if it were asked to block public ones.
pub(crate) async fn validate_resource_policy(
    call: &Call<'_>,
    ask: &ValidateResourcePolicyRequest,
) -> Result<Recorded<ValidateResourcePolicyResponse>, Error> {
    let put = PutResourcePolicyRequest {
        secret_id: ask.secret_id.clone().unwrap_or_default(),
        resource_policy: ask.resource_policy.clone(),
        policy_name: None,
        block_public_policy: Some(true),
    };
    let secret = secret(call, ask, &put).await?;
    let candidate = candidate(call, &ask.resource_policy).await?;
    let errors = validation_errors(call, &put, secret.as_deref(), &candidate)?;
    let answer = ValidateResourcePolicyResponse {
        policy_validation_passed: Some(errors.is_empty()),
        validation_errors: Some(errors),
    };
    call.tell(secret.as_deref().map(Subject::seen), answer).await
}

/// The secret that the policy is meant for, if one is named. Both rights are needed either way.
async fn secret(
    call: &Call<'_>,
    ask: &ValidateResourcePolicyRequest,
    put: &PutResourcePolicyRequest,
) -> Result<Option<Arc<SecretRecord>>, Error> {
    let Some(asked) = &ask.secret_id else {
        call.authorize_every(call.action).await?;
        call.authorize_every(PUT_RESOURCE_POLICY).await?;
        return Ok(None);
    };
    let secret_id = SecretId::parse(asked)?;
    let found = call.find(&secret_id, asked, Pick::Labelled).await?;
    call.authorize_found(&found, call.action).await?;
    let (_permit, secret) = call.with_members(put).open_found(found, PUT_RESOURCE_POLICY).await?;
    require_live(&secret)?;
    Ok(Some(secret))
}

/// The names of the checks are chosen.
fn validation_errors(
    call: &Call<'_>,
    put: &PutResourcePolicyRequest,
    secret: Option<&SecretRecord>,
    candidate: &Candidate,
) -> Result<Vec<ValidationErrorsEntry>, Error> {
    let mut errors = Vec::new();
    if candidate.is_public {
        errors.push(entry("BLOCK_PUBLIC_POLICY", BROAD_ACCESS));
    }
    if let Some(secret) = secret
        && locks_out(call, put, secret, candidate)?
    {
        errors.push(entry("CALLER_LOCKOUT", LOCKS_OUT));
    }
    Ok(errors)
}

fn entry(check_name: &str, error_message: &str) -> ValidationErrorsEntry {
    ValidationErrorsEntry { check_name: Some(check_name.to_owned()), error_message: Some(error_message.to_owned()) }
}
