//! One environment: a runtime with a function's code, which takes one call after the other.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use serde::de::IgnoredAny;
use terms::Timestamp;

use super::code_store::Code;
use super::output::LineSink;
use super::report::{self, Report, Status};
use super::running::Running;
use super::runtime_api::{Delivery, RESPONSE_BYTES_MAX, Said};
use super::surface::Surface;
use super::users::UserLease;
use crate::confine::Exit;
use crate::runtimes::Launch;
use crate::wire::{CallMessage, CredentialsMessage, Failure, FunctionMessage};

/// What AWS gives a runtime to begin, apart from the time of the first call.
const INIT_TIMEOUT: Duration = Duration::from_secs(10);
/// Credentials that are handed out shall outlast the call with some room.
const CREDENTIALS_MARGIN: Duration = Duration::from_secs(60);

/// What makes an environment, and makes it again if its runtime does not begin in time.
pub(super) struct Plan {
    pub(super) function: FunctionMessage,
    pub(super) code: Arc<Code>,
    pub(super) credentials: CredentialsMessage,
    pub(super) launch: Launch,
    pub(super) log_stream: String,
    pub(super) user: Option<UserLease>,
    pub(super) surface: Arc<Surface>,
}

pub(super) struct Environment {
    plan: Plan,
    running: Running,
    started_at: Instant,
    sink: Arc<LineSink>,
    /// Has not asked for a call yet.
    is_cold: bool,
}

/// How a call ended, for the caller.
pub(super) struct Ended {
    pub(super) answered: bool,
    pub(super) body: Bytes,
    pub(super) log_tail: String,
    /// The environment can take another call.
    pub(super) is_reusable: bool,
}

/// How the function's part of a call ended.
enum End {
    Answer(Bytes),
    /// The function says so itself, and lives on.
    Error {
        body: Bytes,
        error_type: String,
    },
    InitError {
        body: Bytes,
        error_type: String,
    },
    TooLarge,
    Exit(Exit),
    Timeout,
}

impl Environment {
    pub(super) async fn start(plan: Plan, sink: Arc<LineSink>) -> Result<Self, Failure> {
        sink.say(format!("INIT_START Runtime Version: {}\tRuns on: {}", plan.function.runtime, plan.launch.version));
        let running = Running::start(&plan, Arc::clone(&sink)).await?;
        Ok(Self { plan, running, sink, started_at: Instant::now(), is_cold: true })
    }

    /// Was it made for exactly this, and will its credentials outlast the call?
    pub(super) fn fits(&self, function: &FunctionMessage, code: &[u8; 32], now: Timestamp) -> bool {
        let needed = function.timeout.saturating_add(CREDENTIALS_MARGIN);
        let until = now.plus_millis(i64::try_from(needed.as_millis()).unwrap_or(i64::MAX));
        self.plan.code.digest == *code
            && self.plan.function == *function
            && self.plan.credentials.expires_at > until
            && self.is_alive()
    }

    pub(super) fn is_alive(&self) -> bool {
        self.running.exit().is_none()
    }

    pub(super) fn function_arn(&self) -> &str {
        &self.plan.function.arn
    }

    /// Ends it, and returns when nothing of it is left.
    pub(super) async fn end(self) {
        self.running.end().await;
    }

    pub(super) async fn call(&mut self, call: &CallMessage, payload: Bytes) -> Result<Ended, Failure> {
        let request_id = &call.request_id;
        self.sink.forget_tail();
        self.running.set_busy(true);
        let was_cold = std::mem::take(&mut self.is_cold);
        let mut init_duration = None;
        let mut end = None;
        if was_cold {
            (init_duration, end) = self.initialise().await?;
        }
        self.sink.say(format!("START RequestId: {request_id} Version: {}", self.plan.function.version));
        let begun = Instant::now();
        let end = match end.take() {
            Some(end) => end,
            None => self.run(call, payload, begun).await,
        };
        let duration = match end {
            End::Timeout => self.plan.function.timeout,
            _ => begun.elapsed(),
        };
        let is_reusable = matches!(end, End::Answer(_) | End::Error { .. } | End::TooLarge);
        if !is_reusable {
            self.running.kill().await;
        }
        self.running.drain();
        let (body, status) = self.outcome(&end, request_id);
        self.sink.say(format!("END RequestId: {request_id}"));
        let report = Report {
            request_id,
            duration,
            memory_mib: self.plan.function.memory_mib,
            peak_bytes: self.running.peak_bytes(),
            init_duration,
            status: &status,
        };
        self.sink.say(report.line());
        self.running.set_busy(false);
        let answered = matches!(end, End::Answer(_));
        Ok(Ended { answered, body, log_tail: self.sink.tail(), is_reusable })
    }

    /// Waits until the runtime asks for a call. One that takes too long is started again, within the time of the call.
    async fn initialise(&mut self) -> Result<(Option<Duration>, Option<End>), Failure> {
        let left = INIT_TIMEOUT.saturating_sub(self.started_at.elapsed());
        let begun = tokio::select! {
            biased;
            initialised = self.running.api.initialised() => match initialised {
                Ok(()) => Ok(()),
                Err(Said::Error { body, error_type }) => Err(End::InitError { body, error_type }),
                Err(_) => Err(End::TooLarge),
            },
            exit = self.running.exited() => Err(End::Exit(exit)),
            () = tokio::time::sleep(left) => {
                self.restart().await?;
                return Ok((None, None));
            }
        };
        match begun {
            Ok(()) => Ok((Some(self.started_at.elapsed()), None)),
            // Nothing ran in it that could be charged to a call.
            Err(End::Exit(Exit::Refused(why))) => Err(Failure::Unserved(format!("Functions are not run: {why}"))),
            // The interpreter is the operator's, a bootstrap is the function's own.
            Err(End::Exit(Exit::NotStarted(why))) if !self.plan.launch.is_the_functions_own => {
                Err(Failure::Unserved(format!("{}: {why}", self.plan.launch.program.display())))
            }
            Err(end) => Ok((None, Some(end))),
        }
    }

    async fn restart(&mut self) -> Result<(), Failure> {
        self.sink.say(format!(
            "INIT_REPORT Init Duration: {}.00 ms\tPhase: init\tStatus: timeout",
            INIT_TIMEOUT.as_millis()
        ));
        self.running.kill().await;
        self.running.drain();
        self.running = Running::start(&self.plan, Arc::clone(&self.sink)).await?;
        self.running.set_busy(true);
        Ok(())
    }

    async fn run(&self, call: &CallMessage, payload: Bytes, begun: Instant) -> End {
        let timeout = self.plan.function.timeout;
        let now = self.plan.surface.clock.now();
        let deadline_ms = now.plus_millis(i64::try_from(timeout.as_millis()).unwrap_or(i64::MAX)).as_millis();
        let delivery = Delivery {
            request_id: call.request_id.clone(),
            payload,
            deadline_ms,
            invoked_arn: call.invoked_arn.clone(),
            trace_id: call.trace_id.clone(),
            client_context: call.client_context.clone(),
        };
        let conversation = async {
            tokio::select! {
                biased;
                // A runtime that was started again may still fail to begin.
                Err(said) = self.running.api.initialised() => match said {
                    Said::Error { body, error_type } => return End::InitError { body, error_type },
                    _ => return End::TooLarge,
                },
                () = self.running.api.deliver(&delivery) => {}
            }
            match self.running.api.said().await {
                Said::Answer(body) => End::Answer(body),
                Said::Error { body, error_type } => End::Error { body, error_type },
                Said::TooLarge => End::TooLarge,
            }
        };
        tokio::select! {
            biased;
            end = conversation => end,
            exit = self.running.exited() => End::Exit(exit),
            () = tokio::time::sleep_until((begun + timeout).into()) => End::Timeout,
        }
    }

    /// What the caller is told, and the report.
    fn outcome(&self, end: &End, request_id: &str) -> (Bytes, Status) {
        let error = |error_type: &str| Status::Error { error_type: error_type.to_owned() };
        match end {
            End::Answer(body) => (body.clone(), Status::Success),
            End::Error { body, error_type } => (told(body, error_type), Status::Success),
            End::InitError { body, error_type } => (told(body, error_type), error(&reported(error_type))),
            End::TooLarge => (report::response_too_large(RESPONSE_BYTES_MAX).into(), error(report::RESPONSE_TOO_LARGE)),
            End::Exit(exit @ Exit::NotStarted(_)) => {
                (report::exited(request_id, exit).into(), error(report::INVALID_ENTRYPOINT))
            }
            End::Exit(exit) => (report::exited(request_id, exit).into(), error(report::EXIT_ERROR)),
            End::Timeout => {
                let timeout = self.plan.function.timeout;
                let now = self.plan.surface.clock.now();
                self.sink.say(report::timed_out_line(request_id, timeout, now));
                (report::timed_out(request_id, timeout).into(), Status::Timeout)
            }
        }
    }
}

/// A function's own error goes to the caller as it is, if it is JSON.
fn told(body: &Bytes, error_type: &str) -> Bytes {
    match serde_json::from_slice::<IgnoredAny>(body) {
        Ok(_) => body.clone(),
        Err(_) => report::payload(&reported(error_type), &String::from_utf8_lossy(body)).into(),
    }
}

/// AWS passes on types of its own form, and calls all others unknown.
fn reported(error_type: &str) -> String {
    let name = error_type.strip_prefix("Runtime.").or_else(|| error_type.strip_prefix("Function."));
    let is_known = name.is_some_and(|name| {
        name.starts_with(|first: char| first.is_ascii_uppercase()) && name.chars().all(|c| c.is_ascii_alphabetic())
    });
    if is_known { error_type.to_owned() } else { "Runtime.Unknown".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_passed_on_untouched_when_they_are_json() {
        let body = Bytes::from_static(br#"{"errorMessage": "x", "unusual": [1]}"#);
        assert_eq!(told(&body, "X"), body);
        let made = told(&Bytes::from_static(b"no \"json\""), "Runtime.Weird");
        assert_eq!(made, r#"{"errorType":"Runtime.Weird","errorMessage":"no \"json\""}"#);
    }

    #[test]
    fn types_of_an_unknown_form_are_unknown() {
        assert_eq!(reported("Runtime.ImportModuleError"), "Runtime.ImportModuleError");
        assert_eq!(reported("Function.Nope"), "Function.Nope");
        assert_eq!(reported("Runtime.x\r\n"), "Runtime.Unknown");
        assert_eq!(reported("KeyError"), "Runtime.Unknown");
    }
}
