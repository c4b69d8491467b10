use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use contract::LATEST;
use facades::{InvocationEnd, Invoked};
use policy::Action;
use serde::de::IgnoredAny;
use shape::BulkBytes;
use trail::{Recorded, Subject};

use crate::{
    aliases::function_not_found,
    error::Error,
    find::Wish,
    function_name::NamedFunction,
    invocation::{Event, Job, Receiver},
    room::Call,
    shapes::{InvocationType, InvokeRequest, InvokeResponse, LogType},
    versions::routed,
};

const INVOKE_FUNCTION: Action = Action::new("lambda:InvokeFunction");
const PAYLOAD_BYTES_MAX: usize = 6_291_456;
const EVENT_BYTES_MAX: usize = 1_048_576;
const CLIENT_CONTEXT_BYTES_MAX: usize = 3_583;

/// Runs a function and waits for it, or lets it run in the background, or asks whether it could.
pub(super) async fn invoke(call: &Call<'_>, ask: &InvokeRequest) -> Result<Recorded<InvokeResponse>, Error> {
    if ask.durable_execution_name.is_some() {
        return Err(Error::unsupported("X-Amz-Durable-Execution-Name"));
    }
    if ask.tenant_id.is_some() {
        return Err(Error::unsupported("X-Amz-Tenant-Id"));
    }
    let how = ask.invocation_type.unwrap_or(InvocationType::RequestResponse);
    let named = call.qualified(&ask.function_name, ask.qualifier.as_deref())?;
    let wish = Wish { action: Some(INVOKE_FUNCTION), is_for_qualifier: true, ..Wish::default() };
    let found = call.room.find(&named).await?;
    let permit = call.authorize(&named, &found, &wish).await?;
    if call.room.runner.is_elsewhere(&named) {
        return invoke_elsewhere(call, ask, how, named).await;
    }
    let qualifier = named.qualifier.as_deref();
    let not_found = || function_not_found(&named.arn(), Some(qualifier.unwrap_or(LATEST)));
    let function = found.ok_or_else(not_found)?.open_function(&permit, qualifier)?;
    let version = routed(&function, qualifier, &*call.room.entropy).ok_or_else(not_found)?;
    let payload = payload(ask.payload.as_ref(), how)?;
    let client_context = ask.client_context.as_deref().map(client_context).transpose()?;

    let runner = &call.room.runner;
    let subject = Some(Subject::function_seen(&function));
    match how {
        InvocationType::DryRun => call.tell(subject, accepted(204)).await,
        InvocationType::Event => {
            if function.details.reserved_concurrency == Some(0) {
                return Err(Error::Throttled { reason: "ReservedFunctionConcurrentInvocationLimitExceeded" });
            }
            let place = runner.reserve(&payload)?;
            let (receiver, taken_at) = (Receiver::Here(function.uid), call.now());
            let request = call.context.request_id;
            let event = Event { named, receiver, request, payload, client_context, taken_at };
            let recorded = call.tell(subject, accepted(202)).await?;
            runner.queue(event, place);
            Ok(recorded)
        }
        InvocationType::RequestResponse => {
            let slot = runner.begin(&function).await?;
            // Recorded first: the function runs to its end also when nobody waits for the answer any more.
            let recorded = call.tell(subject, ()).await?;
            let (executed, request) = (version.qualifier(), call.context.request_id);
            let NamedFunction { qualifier, .. } = named;
            let job = Job { permit, function, version, qualifier, request, payload, client_context };
            let invoked = runner.run(job, slot).await?;
            let wants_log = ask.log_type == Some(LogType::Tail);
            Ok(recorded.map(|()| told(invoked, executed, wants_log)))
        }
    }
}

/// The same for a function that runs elsewhere. Its versions are not known here.
async fn invoke_elsewhere(
    call: &Call<'_>,
    ask: &InvokeRequest,
    how: InvocationType,
    named: NamedFunction,
) -> Result<Recorded<InvokeResponse>, Error> {
    let payload = payload(ask.payload.as_ref(), how)?;
    let client_context = ask.client_context.as_deref().map(client_context).transpose()?;
    let runner = &call.room.runner;
    match how {
        InvocationType::DryRun => call.tell(None, accepted(204)).await,
        InvocationType::Event => {
            let place = runner.reserve(&payload)?;
            let (receiver, taken_at) = (Receiver::Elsewhere, call.now());
            let event = Event { named, receiver, request: call.context.request_id, payload, client_context, taken_at };
            let recorded = call.tell(None, accepted(202)).await?;
            runner.queue(event, place);
            Ok(recorded)
        }
        InvocationType::RequestResponse => {
            let recorded = call.tell(None, ()).await?;
            let executed = named.qualifier.clone().unwrap_or_else(|| LATEST.to_owned());
            let invoked = runner.call_elsewhere(&named, payload, client_context).await?;
            let wants_log = ask.log_type == Some(LogType::Tail);
            Ok(recorded.map(|()| told(invoked, executed, wants_log)))
        }
    }
}

fn accepted(status: i32) -> InvokeResponse {
    InvokeResponse { status_code: Some(status), ..InvokeResponse::default() }
}

fn told(invoked: Invoked, executed_version: String, wants_log: bool) -> InvokeResponse {
    let (payload, function_error) = match invoked.end {
        InvocationEnd::Answered(payload) => (payload, None),
        InvocationEnd::Failed(payload) => (payload, Some("Unhandled".to_owned())),
    };
    InvokeResponse {
        status_code: Some(200),
        function_error,
        log_result: wants_log.then(|| STANDARD.encode(&invoked.log_tail)),
        payload: Some(BulkBytes::new(payload)),
        executed_version: Some(executed_version),
        ..InvokeResponse::default()
    }
}

/// The event, JSON. Nothing counts as an empty object.
fn payload(asked: Option<&BulkBytes>, how: InvocationType) -> Result<Bytes, Error> {
    let Some(asked) = asked.filter(|asked| !asked.is_empty()) else { return Ok(Bytes::from_static(b"{}")) };
    let max = if how == InvocationType::Event { EVENT_BYTES_MAX } else { PAYLOAD_BYTES_MAX };
    if asked.len() > max {
        let text = format!(
            "{} byte payload is too large for the {} invocation type (limit {max} bytes)",
            asked.len(),
            how_named(how)
        );
        return Err(Error::refused("RequestTooLargeException", text));
    }
    let payload = asked.share();
    match serde_json::from_slice::<IgnoredAny>(&payload) {
        Ok(_) => Ok(payload),
        // Where, and not what: events may hold secrets.
        Err(error) => Err(Error::refused(
            "InvalidRequestContentException",
            format!(
                "Could not parse request body into json: Could not parse payload into json: invalid at line: {}, column: {}",
                error.line(),
                error.column()
            ),
        )),
    }
}

fn how_named(how: InvocationType) -> &'static str {
    shape::Enumeration::as_str(how)
}

/// JSON in base64, decoded.
fn client_context(asked: &str) -> Result<String, Error> {
    let invalid = || {
        let text = "Client context must be a valid Base64-encoded JSON object.";
        Error::refused("InvalidRequestContentException", text)
    };
    if asked.len() > CLIENT_CONTEXT_BYTES_MAX {
        return Err(invalid());
    }
    let json = STANDARD.decode(asked).map_err(|_| invalid())?;
    let is_object = serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(&json).is_ok();
    String::from_utf8(json).ok().filter(|_| is_object).ok_or_else(invalid)
}

#[cfg(test)]
mod tests {
    use service::RestError;

    use super::*;

    fn given(payload: &[u8], how: InvocationType) -> Result<Bytes, Error> {
        super::payload(Some(&BulkBytes::new(Bytes::copy_from_slice(payload))), how)
    }

    #[test]
    fn an_event_is_json_and_nothing_is_an_empty_object() {
        use InvocationType::RequestResponse;
        assert_eq!(given(b"", RequestResponse).unwrap(), "{}");
        assert_eq!(payload(None, RequestResponse).unwrap(), "{}");
        for json in ["{}", " [1, 2] ", "null", "\"text\"", "{\"a\":{\"b\":1e9}}"] {
            assert_eq!(given(json.as_bytes(), RequestResponse).unwrap(), json);
        }
        for other in ["{", "hunter2", "{}{}", "\u{feff}{}"] {
            let error = given(other.as_bytes(), RequestResponse).unwrap_err();
            assert_eq!(error.code(), "InvalidRequestContentException");
            let text = error.message().unwrap();
            assert!(text.starts_with("Could not parse request body into json: Could not parse payload into json: "));
            assert!(!text.contains("hunter2"));
        }
    }

    #[test]
    fn events_are_smaller_than_what_is_waited_for() {
        let large = format!("\"{}\"", "x".repeat(EVENT_BYTES_MAX));
        assert!(given(large.as_bytes(), InvocationType::RequestResponse).is_ok());
        assert_eq!(given(large.as_bytes(), InvocationType::Event).unwrap_err().status(), 413);
        let larger = format!("\"{}\"", "x".repeat(PAYLOAD_BYTES_MAX));
        assert_eq!(given(larger.as_bytes(), InvocationType::RequestResponse).unwrap_err().status(), 413);
    }

    #[test]
    fn a_client_context_is_a_json_object_in_base64() {
        assert_eq!(client_context(&STANDARD.encode(r#"{"custom":{}}"#)).unwrap(), r#"{"custom":{}}"#);
        for wrong in ["{}", &STANDARD.encode("[]"), &STANDARD.encode("{"), &"e".repeat(4_000)] {
            assert_eq!(client_context(wrong).unwrap_err().code(), "InvalidRequestContentException");
        }
    }
}
