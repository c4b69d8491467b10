use std::sync::Arc;

use contract::{
    AttemptCause, AttemptKind, AttemptsQuery, Change, Commit, Pick, RotationRecord, RotationRules, RotationRun,
    SecretChange, SecretRecord, Value,
};
use facades::{RotationErrand, RotationFunctionError};
use policy::Permit;
use terms::{AWSCURRENT, SecretId, VersionId};
use trail::{Recorded, Subject};

use crate::{
    background::{as_read, trim_job},
    error::Error,
    operations::put_secret_value::response_elements,
    room::{Call, NewValue},
    rotation::{check_job, end_what_is_over, rotation_job, rules_of, run, run::Next, schedule::Schedule},
    shapes::{RotateSecretRequest, RotateSecretResponse, RotationRulesType},
    versions,
};

/// Says how a secret rotates, and has it rotated: now, unless only a test is asked for.
pub(crate) async fn rotate_secret(
    call: &Call<'_>,
    ask: &RotateSecretRequest,
) -> Result<Recorded<RotateSecretResponse>, Error> {
    let secret_id = SecretId::parse(&ask.secret_id)?;
    let token = ask.client_request_token.as_deref().ok_or_else(Error::rotation_token_missing)?;
    refuse_what_is_not_offered(ask)?;
    let asked_function = ask.rotation_lambda_arn.as_deref().filter(|arn| !arn.is_empty());
    if asked_function.is_some_and(|arn| !is_function(arn)) {
        return Err(Error::invalid_parameter(
            "Invalid rotation Lambda ARN. Ensure the ARN matches format \
             arn:aws:lambda:<region>:<account>:function:<functionName>.",
        ));
    }
    let asked_rules = ask.rotation_rules.as_ref().map(kept_rules);
    if let Some(rules) = &asked_rules {
        Schedule::parse(rules).map_err(|error| Error::invalid_parameter(error.to_string()))?;
    }
    let is_immediate = ask.rotate_immediately.unwrap_or(true);

    let pick = Pick::Version(token);
    let (permit, before) = call.open_to_change(&secret_id, &ask.secret_id, pick).await?;
    if let Some(kind) = repeated(call, &before, token).await? {
        let version_id = (kind == AttemptKind::Rotation).then_some(token);
        return call.tell(Some(Subject::seen(&before)), answer(&before, version_id)).await;
    }
    let configured = configured(call, &before, asked_function, asked_rules)?;
    if run::is_in_rotation(&before) {
        return Err(refuse_and_try_again(call, permit, &before).await?);
    }
    if before.rotation.as_deref().is_some_and(|rotation| rotation.run.is_some()) {
        return Err(make_way(call, &before).await?);
    }
    check_function(call, &before, &configured).await?;

    let now = call.now();
    let (kind, value) = if is_immediate {
        (AttemptKind::Rotation, Value::Absent)
    } else {
        (AttemptKind::Test, current_value(call, &permit, &before, token).await?)
    };
    let pending = versions::add_pending(&before, token, value, now, &call.room.quotas)?;
    let run = run::begun(kind, AttemptCause::Request, token, now);
    let next = run::next_window(&configured, now);
    let rotation = RotationRecord { next, run: Some(run), ..configured };
    let after = Arc::new(SecretRecord { rotation: Some(Arc::new(rotation)), ..pending });

    let version_id = is_immediate.then_some(token);
    let elements = response_elements(&after.arn, version_id);
    let commit = Commit::under(permit)
        .change(Change::Secret(SecretChange::Update { before, after: Arc::clone(&after) }))?
        .jobs([rotation_job(call.room, &after, Next::At(now), now)])
        .jobs(check_job(call.room, &after, now))
        .jobs(trim_job(&after, &call.room.quotas));
    let told = call.commit(commit, Subject::changed(&after), Some(&elements), answer(&after, version_id)).await?;
    call.room.rotation.asked_for.notify_one();
    Ok(told)
}

/// Secrets that a partner rotates: no partner has come here.
fn refuse_what_is_not_offered(ask: &RotateSecretRequest) -> Result<(), Error> {
    if ask.external_secret_rotation_metadata.is_some() {
        return Err(Error::not_offered("ExternalSecretRotationMetadata"));
    }
    if ask.external_secret_rotation_role_arn.is_some() {
        return Err(Error::not_offered("ExternalSecretRotationRoleArn"));
    }
    Ok(())
}

/// `arn:aws:lambda:<region>:<account>:function:<functionName>`, perhaps with a qualifier. AWS wants the secret's own
/// Region as well. Here functions of all Regions are at hand, and the rotators of the server's own are at home in each.
fn is_function(arn: &str) -> bool {
    let parts: Vec<&str> = arn.split(':').collect();
    let (&["arn", partition, "lambda", region, account, "function", name]
    | &["arn", partition, "lambda", region, account, "function", name, _]) = parts.as_slice()
    else {
        return false;
    };
    let is_word =
        |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    let is_qualified = parts.get(7).is_none_or(|qualifier| is_word(qualifier) || *qualifier == "$LATEST");
    partition.starts_with("aws") && is_word(region) && is_account && is_word(name) && is_qualified
}

fn kept_rules(asked: &RotationRulesType) -> RotationRules {
    RotationRules {
        automatically_after_days: asked.automatically_after_days,
        schedule_expression: asked.schedule_expression.clone(),
        duration: asked.duration.clone(),
    }
}

/// What this very call began before, if it did. A token that names any other version is taken.
async fn repeated(call: &Call<'_>, secret: &SecretRecord, token: &str) -> Result<Option<AttemptKind>, Error> {
    let run = secret.rotation.as_deref().and_then(|rotation| rotation.run.as_ref());
    if let Some(run) = run.filter(|run| run.token == token) {
        return Ok(Some(run.kind));
    }
    if secret.version(token).is_none() {
        return Ok(None);
    }
    let query = AttemptsQuery { secret: secret.uid, after: None, limit: contract::ATTEMPTS_KEPT };
    let attempts = call.room.store.rotation_attempts(query).await?;
    let is_made_here = attempts.iter().any(|made| made.token == token && made.kind == AttemptKind::Rotation);
    // Chosen: AWS's model has no other error for it.
    let taken = || Error::invalid_parameter(Error::token_in_use_text(token, &secret.arn));
    is_made_here.then_some(Some(AttemptKind::Rotation)).ok_or_else(taken)
}

/// The rotation as the call wants it, without window and run.
fn configured(
    call: &Call<'_>,
    secret: &SecretRecord,
    asked_function: Option<&str>,
    asked_rules: Option<RotationRules>,
) -> Result<RotationRecord, Error> {
    let known = secret.rotation.as_deref();
    let is_managed = known.is_some_and(|rotation| rotation.is_managed);
    if is_managed && asked_function.is_some() {
        return Err(Error::managed_by_service());
    }
    let known_function = known.map(|rotation| Arc::clone(&rotation.function_arn));
    let function_arn = asked_function.map(Arc::from).or(known_function).ok_or_else(|| {
        Error::InvalidRequest("No Lambda rotation function ARN is associated with this secret.".to_owned())
    })?;
    let own = asked_rules.or_else(|| known.and_then(|rotation| rotation.rules.clone()));
    let tags = secret.tags.as_deref().unwrap_or_default();
    let rules = rules_of(&call.room.rotation.settings, tags, own)?;
    Ok(RotationRecord {
        is_enabled: true,
        function_arn,
        is_managed,
        rules,
        last_rotated_at: known.and_then(|rotation| rotation.last_rotated_at),
        counted_from: known.map_or(call.now(), |rotation| rotation.counted_from),
        next: None,
        run: None,
    })
}

/// An unfinished rotation keeps the next one out, and is tried again because somebody asked.
async fn refuse_and_try_again(call: &Call<'_>, permit: Permit, secret: &SecretRecord) -> Result<Error, Error> {
    if let Some(rotation) = secret.rotation.as_deref()
        && let Some(run) = &rotation.run
        && is_waiting(secret, rotation, run)
    {
        let now = rotation_job(call.room, secret, Next::At(call.now()), call.now());
        call.room.recorder.commit_jobs(Commit::under(permit).guard(as_read(secret)).jobs([now])).await?;
        call.room.rotation.asked_for.notify_one();
    }
    Ok(Error::InvalidRequest("A previous rotation isn't complete. That rotation will be reattempted.".to_owned()))
}

fn is_waiting(secret: &SecretRecord, rotation: &RotationRecord, run: &RotationRun) -> bool {
    run.attempt.is_none() && run.kind == AttemptKind::Rotation && !run::is_over(secret, rotation, run)
}

/// A run whose labels say that it is over, and which nobody has ended yet. Then the story is told anew.
async fn make_way(call: &Call<'_>, secret: &SecretRecord) -> Result<Error, Error> {
    end_what_is_over(call.room, secret).await?;
    Ok(Error::Conflict)
}

/// May the caller, and may Secrets Manager, call what rotates? A service's own rotator is nobody's to call.
async fn check_function(call: &Call<'_>, secret: &SecretRecord, rotation: &RotationRecord) -> Result<(), Error> {
    let functions = &call.room.rotation.functions;
    if !rotation.is_managed {
        functions.authorize(call.context, call.caller, &rotation.function_arn).await?;
    }
    let errand = RotationErrand {
        function_arn: &rotation.function_arn,
        secret_arn: &secret.arn,
        secret: secret.scope,
        is_managed: rotation.is_managed,
        request: call.context.request_id,
    };
    Ok(functions.admits(&errand).await?)
}

/// What the pending version of a test holds: the current value, so that a function can log in with it. Where the caller
/// may not use the secret's key it holds none, as in a rotation.
async fn current_value(call: &Call<'_>, permit: &Permit, secret: &SecretRecord, token: &str) -> Result<Value, Error> {
    let Some(current) = secret.holder(AWSCURRENT) else { return Ok(Value::Absent) };
    let Value::Sealed(sealed) = &current.value else { return Ok(Value::Absent) };
    let copied = async {
        let (kind, bytes) = call.unseal(permit, secret, &current.id, sealed).await?;
        call.seal(permit, secret, &VersionId::new(token), &NewValue { kind, bytes: &bytes }).await
    };
    match copied.await {
        Ok(sealed) => Ok(Value::Sealed(sealed)),
        Err(Error::KeyAccessDenied(_) | Error::DecryptionFailure | Error::EncryptionFailure) => Ok(Value::Absent),
        Err(error) => Err(error),
    }
}

fn answer(secret: &SecretRecord, version_id: Option<&str>) -> RotateSecretResponse {
    RotateSecretResponse {
        arn: Some(secret.arn.to_string()),
        name: Some(secret.name.to_string()),
        version_id: version_id.map(str::to_owned),
    }
}

impl From<RotationFunctionError> for Error {
    fn from(error: RotationFunctionError) -> Self {
        match error {
            RotationFunctionError::NotAdmitted => Self::FunctionAccessDenied(
                "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants \
                 access to the principal secretsmanager.amazonaws.com."
                    .to_owned(),
            ),
            RotationFunctionError::Denied(text) => Self::FunctionAccessDenied(text),
            RotationFunctionError::Internal(cause) => Self::Internal(cause),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_named_by_its_arn_with_or_without_a_qualifier() {
        for arn in [
            "arn:aws:lambda:us-east-1:123456789012:function:rotate",
            "arn:aws:lambda:eu-central-1:123456789012:function:Rotate_it-1:prod",
            "arn:aws:lambda:us-east-1:123456789012:function:rotate:$LATEST",
            "arn:aws-cn:lambda:cn-north-1:123456789012:function:rotate:7",
        ] {
            assert!(is_function(arn), "{arn}");
        }
        for arn in [
            "rotate",
            "arn:aws:lambda:us-east-1:123456789012:function",
            "arn:aws:lambda:us-east-1:123456789012:function:",
            "arn:aws:lambda:us-east-1:123456789012:function:rotate:",
            "arn:aws:lambda:us-east-1:123456789012:function:rotate:a:b",
            "arn:aws:lambda:us-east-1:12345678901:function:rotate",
            "arn:aws:lambda::123456789012:function:rotate",
            "arn:aws:s3:us-east-1:123456789012:function:rotate",
            "arn:aws:lambda:us-east-1:123456789012:layer:rotate",
            "arn:aws:lambda:us-east-1:123456789012:function:ro tate",
        ] {
            assert!(!is_function(arn), "{arn}");
        }
    }
}
