//! Functions that rotate secrets, as Secrets Manager may see and call them: as itself, for a secret, where the function's own
//! policy lets it in.

use std::sync::Arc;

use bytes::Bytes;
use contract::{Answer, FunctionRecord, FunctionVersion};
use facades::{
    HostPlaces, InvocationEnd, Invoked, RotationErrand, RotationEvent, RotationFunctionError, RotationFunctions,
    RotationStep, StepEnded, StepFailed, StepLog,
};
use gate::{AuthorizationError, Caller, RequestContext, ResourcePolicy, ServiceCaller, Target};
use policy::{Action, Permit};
use serde::{Deserialize, Serialize};
use serde_json::json;
use terms::EventId;
use trail::{CalledResource, Recorded, ServiceCall, Subject};
use zeroize::Zeroizing;

use crate::{
    error::Error, find::Wish, function_name::NamedFunction, invocation::Job, room::Room, shown::log_group,
    versions::routed,
};

const INVOKE_FUNCTION: Action = Action::new("lambda:InvokeFunction");
/// Whom a function's policy must let in.
const SECRETS_MANAGER: &str = "secretsmanager.amazonaws.com";
/// Of a function that ran for too long.
const TIMED_OUT: &str = "Sandbox.Timedout";
const ERROR_TYPE_CHARS_MAX: usize = 100;

/// A function that lets Secrets Manager call it for a secret.
struct Admitted {
    named: NamedFunction,
    place: Place,
}

enum Place {
    Here {
        permit: Permit,
        function: Arc<FunctionRecord>,
        version: Arc<FunctionVersion>,
    },
    /// Where the configuration says.
    Elsewhere,
}

impl RotationFunctions for Room {
    fn authorize<'a>(
        &'a self,
        context: &'a RequestContext,
        caller: &'a Caller,
        function_arn: &'a str,
    ) -> Answer<'a, Result<(), RotationFunctionError>> {
        Box::pin(self.authorize_caller(context, caller, function_arn))
    }

    fn admits<'a>(&'a self, errand: &'a RotationErrand<'a>) -> Answer<'a, Result<(), RotationFunctionError>> {
        Box::pin(async move { self.admitted(errand).await.map(drop) })
    }

    fn call<'a>(
        &'a self,
        errand: &'a RotationErrand<'a>,
        event: &'a RotationEvent<'a>,
        _hosts: &'a dyn HostPlaces,
    ) -> Answer<'a, Result<StepEnded, StepFailed>> {
        Box::pin(self.call_for(errand, event))
    }
}

impl Room {
    /// Is there such a function, here or where the configuration says?
    pub async fn has_function(&self, function_arn: &str) -> Result<bool, RotationFunctionError> {
        let Some(named) = NamedFunction::of_arn(function_arn) else { return Ok(false) };
        Ok(self.runner.is_elsewhere(&named) || self.find(&named).await.map_err(internal)?.is_some())
    }

    async fn authorize_caller(
        &self,
        context: &RequestContext,
        caller: &Caller,
        function_arn: &str,
    ) -> Result<(), RotationFunctionError> {
        let named = NamedFunction::of_arn(function_arn).ok_or(RotationFunctionError::NotAdmitted)?;
        let found = self.find(&named).await.map_err(internal)?;
        let wish = Wish { is_for_qualifier: true, ..Wish::default() };
        Room::authorize(self, context, caller, INVOKE_FUNCTION, &named, &found, &wish).await.map(drop).map_err(
            |error| match error {
                AuthorizationError::Denied(denied) => RotationFunctionError::Denied(denied.to_string()),
                AuthorizationError::Store(error) => internal(error),
            },
        )
    }

    async fn admitted(&self, errand: &RotationErrand<'_>) -> Result<Admitted, RotationFunctionError> {
        let named = NamedFunction::of_arn(errand.function_arn).ok_or(RotationFunctionError::NotAdmitted)?;
        if self.runner.is_elsewhere(&named) {
            return self.admitted_elsewhere(errand, named).await;
        }
        let found = self.find(&named).await.map_err(internal)?.ok_or(RotationFunctionError::NotAdmitted)?;
        let service = ServiceCaller {
            service: SECRETS_MANAGER,
            source_arn: errand.secret_arn,
            source_account: errand.secret.account,
            request: errand.request,
            now: self.runner.means.clock.now(),
        };
        let qualifier = named.qualifier.as_deref();
        let resource = named.resource(true);
        let policy = found.function().policy(qualifier).map(ResourcePolicy::Function);
        let target = Target::new(&resource).with_policy(policy);
        let permit = match self.gate.authorize_aws_service(&service, INVOKE_FUNCTION, &target) {
            Ok(permit) => permit,
            Err(AuthorizationError::Denied(_)) => return Err(RotationFunctionError::NotAdmitted),
            Err(AuthorizationError::Store(error)) => return Err(internal(error)),
        };
        let function = found.open_function(&permit, qualifier).map_err(internal)?;
        let version = routed(&function, qualifier, &*self.entropy).ok_or(RotationFunctionError::NotAdmitted)?;
        Ok(Admitted { named, place: Place::Here { permit, function, version } })
    }

    /// The policy of a function that runs elsewhere is not known here, so that it serves secrets of its own account only.
    async fn admitted_elsewhere(
        &self,
        errand: &RotationErrand<'_>,
        named: NamedFunction,
    ) -> Result<Admitted, RotationFunctionError> {
        let account = named.scope.account;
        let is_open = self.store.identities(account).await.map_err(internal)?.is_some();
        if account != errand.secret.account || !is_open {
            return Err(RotationFunctionError::NotAdmitted);
        }
        Ok(Admitted { named, place: Place::Elsewhere })
    }

    async fn call_for(&self, errand: &RotationErrand<'_>, event: &RotationEvent<'_>) -> Result<StepEnded, StepFailed> {
        let payload = payload(errand, event)?;
        let Admitted { named, place } = self.admitted(errand).await.map_err(|error| match error {
            RotationFunctionError::Internal(cause) => failed_inside(errand, &cause),
            _ => StepFailed::new(format!(
                "The function {} is missing, or its policy does not let {SECRETS_MANAGER} call it for this secret.",
                errand.function_arn
            )),
        })?;
        match place {
            Place::Here { permit, function, version } => {
                let slot = match self.runner.begin(&function).await {
                    Ok(slot) => slot,
                    // Nobody is ever let through there.
                    Err(Error::Throttled { .. }) if function.details.reserved_concurrency == Some(0) => {
                        return Err(StepFailed::new("The function reserves no concurrency, so that it cannot run."));
                    }
                    Err(error) => return Err(not_run(errand, error)),
                };
                let subject = Some(Subject::function_seen(&function));
                self.tell_call(errand, &named, subject).await?;
                let timeout_seconds = version.configuration.timeout_seconds;
                let log = StepLog { log_group: log_group(&function, &version), request_id: errand.request.to_string() };
                let NamedFunction { qualifier, .. } = named;
                let request = errand.request;
                let job = Job { permit, function, version, qualifier, request, payload, client_context: None };
                let invoked = self.runner.run(job, slot).await.map_err(|error| not_run(errand, error))?;
                ended(invoked, Some(log), Some(timeout_seconds))
            }
            Place::Elsewhere => {
                self.tell_call(errand, &named, None).await?;
                let invoked = self.runner.call_elsewhere(&named, payload, None).await;
                ended(invoked.map_err(|error| not_run(errand, error))?, None, None)
            }
        }
    }

    /// Before it is made: the function runs to its end also when nobody waits for it any more.
    async fn tell_call(
        &self,
        errand: &RotationErrand<'_>,
        named: &NamedFunction,
        subject: Option<Subject>,
    ) -> Result<(), StepFailed> {
        let arn = named.arn();
        let parameters = json!({"functionName": errand.function_arn, "invocationType": "RequestResponse"}).to_string();
        let call = ServiceCall {
            event: EventId::random(&*self.entropy),
            request: errand.request,
            at: self.runner.means.clock.now(),
            service: SECRETS_MANAGER,
            source: "lambda.amazonaws.com",
            name: "Invoke",
            parameters: &parameters,
            resource: CalledResource {
                account: named.scope.account,
                region: named.scope.region,
                kind: "AWS::Lambda::Function",
                arn: &arn,
            },
        };
        let recorded = self.recorder.tell_service_call(&call, subject, ()).await;
        recorded.map(Recorded::into_answer).map_err(|error| failed_inside(errand, &error.to_string()))
    }
}

/// The event, with the names and in the order in which AWS sends it.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct StepEvent<'a> {
    step: &'a str,
    secret_id: &'a str,
    client_request_token: &'a str,
    rotation_token: &'a str,
}

fn payload(errand: &RotationErrand<'_>, event: &RotationEvent<'_>) -> Result<Bytes, StepFailed> {
    if event.step == RotationStep::CheckCurrent {
        return Err(StepFailed::new("A function has no step that tells whether AWSCURRENT logs in."));
    }
    let unwritable = || failed_inside(errand, "the event of a step cannot be written");
    let event = StepEvent {
        step: event.step.as_str(),
        secret_id: errand.secret_arn,
        client_request_token: event.token,
        rotation_token: str::from_utf8(event.rotation_token.expose()).map_err(|_| unwritable())?,
    };
    // Wipes itself when the last holder lets go of it.
    let json = Zeroizing::new(serde_json::to_vec(&event).map_err(|_| unwritable())?);
    Ok(Bytes::from_owner(json))
}

/// What a function answers counts for nothing, only that it did.
fn ended(invoked: Invoked, log: Option<StepLog>, timeout_seconds: Option<u32>) -> Result<StepEnded, StepFailed> {
    let payload = match invoked.end {
        InvocationEnd::Answered(_) => return Ok(StepEnded { log }),
        InvocationEnd::Failed(payload) => payload,
    };
    let text = match (error_type(&payload), timeout_seconds) {
        (Some(TIMED_OUT), Some(seconds)) => {
            format!("The function did not end within {seconds} seconds, which is its timeout.")
        }
        (Some(error_type), _) => format!("The function ended with {error_type}."),
        (None, _) => "The function failed.".to_owned(),
    };
    let advice = if log.is_some() { " Its log says more." } else { "" };
    Err(StepFailed { log, ..StepFailed::new(format!("{text}{advice}")) })
}

/// The kind of error alone: texts of functions may say what they were given to keep.
fn error_type(payload: &[u8]) -> Option<&str> {
    #[derive(Deserialize)]
    struct Failure<'a> {
        #[serde(rename = "errorType", borrow)]
        error_type: &'a str,
    }
    let Failure { error_type } = serde_json::from_slice(payload).ok()?;
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b':' | b'$');
    let is_told = (1..=ERROR_TYPE_CHARS_MAX).contains(&error_type.len()) && error_type.bytes().all(is_name);
    is_told.then_some(error_type)
}

/// It was to be run, and was not.
fn not_run(errand: &RotationErrand<'_>, error: Error) -> StepFailed {
    match error {
        Error::Throttled { .. } => StepFailed::busy("As many calls run as may."),
        Error::Refused { code, message } => StepFailed::new(format!("The function cannot be run ({code}): {message}")),
        Error::Forbidden(text) => StepFailed::new(text),
        Error::Internal(cause) => failed_inside(errand, &cause),
        other => failed_inside(errand, service::RestError::code(&other)),
    }
}

fn failed_inside(errand: &RotationErrand<'_>, cause: &str) -> StepFailed {
    let (request_id, function, secret) = (errand.request, errand.function_arn, errand.secret_arn);
    tracing::error!(target: "keepwell::operator", %request_id, function, secret, cause, "a rotation function was not called");
    StepFailed::new("The function could not be called: the server failed, and its operator's log says why.")
}

fn internal(error: impl std::fmt::Display) -> RotationFunctionError {
    RotationFunctionError::Internal(error.to_string())
}

#[cfg(test)]
mod tests {
    use terms::{AccountId, Region, RequestId, Scope, SecretBytes};

    use super::*;

    const SECRET: &str = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:db-AbCdEf";

    fn errand() -> RotationErrand<'static> {
        RotationErrand {
            function_arn: "arn:aws:lambda:eu-central-1:111122223333:function:rotate",
            secret_arn: SECRET,
            secret: Scope::new(AccountId::parse("111122223333").unwrap(), Region::parse("eu-central-1").unwrap()),
            is_managed: false,
            request: RequestId::from_bytes([4; 16]),
        }
    }

    fn invoked(end: InvocationEnd) -> Invoked {
        Invoked { end, log_tail: Vec::new() }
    }

    #[test]
    fn an_event_is_as_aws_sends_it() {
        let rotation_token = SecretBytes::copy_of(b"9a8b7c6d-0001");
        let token = "0d4f5b2e-3f43-4a6e-8a0e-000000000001";
        let sent = |step| payload(&errand(), &RotationEvent { step, token, rotation_token: &rotation_token });
        for (step, name) in [
            (RotationStep::CreateSecret, "createSecret"),
            (RotationStep::SetSecret, "setSecret"),
            (RotationStep::TestSecret, "testSecret"),
            (RotationStep::FinishSecret, "finishSecret"),
        ] {
            let expected = format!(
                r#"{{"Step":"{name}","SecretId":"{SECRET}","ClientRequestToken":"{token}","RotationToken":"9a8b7c6d-0001"}}"#
            );
            assert_eq!(sent(step).unwrap(), expected);
        }
        assert!(sent(RotationStep::CheckCurrent).is_err());
    }

    #[test]
    fn a_failure_is_told_by_its_kind_and_not_by_its_text() {
        let log = StepLog { log_group: "/aws/lambda/rotate".to_owned(), request_id: "r".to_owned() };
        let text = |payload: &'static str, log: Option<StepLog>| {
            let end = InvocationEnd::Failed(Bytes::from_static(payload.as_bytes()));
            let failed = ended(invoked(end), log.clone(), Some(3)).unwrap_err();
            assert_eq!((failed.log, failed.is_busy), (log, false));
            failed.text
        };
        let raised = r#"{"errorMessage":"hunter2","errorType":"ValueError","stackTrace":[]}"#;
        assert_eq!(text(raised, Some(log.clone())), "The function ended with ValueError. Its log says more.");
        assert_eq!(text(raised, None), "The function ended with ValueError.");
        let timed_out = r#"{"errorMessage":"Task timed out","errorType":"Sandbox.Timedout"}"#;
        assert_eq!(
            text(timed_out, Some(log)),
            "The function did not end within 3 seconds, which is its timeout. Its log says more."
        );
        for odd in ["", "null", r#"{"errorType":7}"#, r#"{"errorType":"my password is x"}"#, r#"{"errorType":""}"#] {
            assert_eq!(text(odd, None), "The function failed.", "{odd}");
        }
    }

    #[test]
    fn what_a_function_answers_counts_for_nothing() {
        for answer in ["", "null", r#"{"errorType":"ValueError"}"#] {
            assert!(ended(invoked(InvocationEnd::Answered(Bytes::from_static(answer.as_bytes()))), None, None).is_ok());
        }
    }

    #[test]
    fn what_cannot_be_run_says_why_and_what_is_ours_stays_inside() {
        assert!(not_run(&errand(), Error::Throttled { reason: "ConcurrentInvocationLimitExceeded" }).is_busy);
        let refused = not_run(&errand(), Error::refused("InvalidRuntimeException", "No Python is installed."));
        assert_eq!(refused.text, "The function cannot be run (InvalidRuntimeException): No Python is installed.");
        let internal = not_run(&errand(), Error::Internal("a path".to_owned()));
        assert!(!internal.is_busy && !internal.text.contains("a path"));
    }
}
