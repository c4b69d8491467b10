//! The lines that AWS writes around a call, and the errors that it makes up when a function cannot.

use std::time::Duration;

use jiff::Timestamp as Moment;
use jiff::tz::TimeZone;
use serde::Serialize;
use terms::Timestamp;

use crate::confine::Exit;

/// How a call ended, as its REPORT line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Status {
    Success,
    Timeout,
    Error { error_type: String },
}

pub(super) struct Report<'a> {
    pub(super) request_id: &'a str,
    pub(super) duration: Duration,
    pub(super) memory_mib: u32,
    pub(super) peak_bytes: u64,
    /// Of a cold start.
    pub(super) init_duration: Option<Duration>,
    pub(super) status: &'a Status,
}

impl Report<'_> {
    pub(super) fn line(&self) -> String {
        let Self { request_id, duration, memory_mib, peak_bytes, init_duration, status } = self;
        let billed = duration.as_micros().div_ceil(1000);
        let peak = peak_bytes.div_ceil(1024 * 1024);
        let mut line = format!(
            "REPORT RequestId: {request_id}\tDuration: {} ms\tBilled Duration: {billed} ms\t\
             Memory Size: {memory_mib} MB\tMax Memory Used: {peak} MB\t",
            millis(*duration)
        );
        if let Some(init_duration) = init_duration {
            line.push_str(&format!("Init Duration: {} ms\t", millis(*init_duration)));
        }
        match status {
            Status::Success => {}
            Status::Timeout => line.push_str("Status: timeout\t"),
            Status::Error { error_type } => line.push_str(&format!("Status: error\tError Type: {error_type}\t")),
        }
        line
    }
}

fn millis(duration: Duration) -> String {
    format!("{:.2}", duration.as_secs_f64() * 1000.0)
}

/// `YYYY/MM/DD/[version]` and the environment's own digits.
pub(super) fn log_stream(version: &str, stream_id: &str, now: Timestamp) -> String {
    format!("{}/[{version}]{stream_id}", moment(now).strftime("%Y/%m/%d"))
}

const TIMED_OUT: &str = "Sandbox.Timedout";

pub(super) fn timed_out(request_id: &str, timeout: Duration) -> String {
    payload(TIMED_OUT, &format!("RequestId: {request_id} Error: {}", timed_out_after(timeout)))
}

pub(super) fn timed_out_line(request_id: &str, timeout: Duration, now: Timestamp) -> String {
    format!("{} {request_id} {}", moment(now).strftime("%Y-%m-%dT%H:%M:%S%.3fZ"), timed_out_after(timeout))
}

fn timed_out_after(timeout: Duration) -> String {
    format!("Task timed out after {:.2} seconds", timeout.as_secs_f64())
}

/// An error as callers see it, its members in AWS's order.
pub(super) fn payload(error_type: &str, error_message: &str) -> String {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Payload<'a> {
        error_type: &'a str,
        error_message: &'a str,
    }
    serde_json::to_string(&Payload { error_type, error_message }).unwrap_or_default()
}

pub(super) const EXIT_ERROR: &str = "Runtime.ExitError";
pub(super) const INVALID_ENTRYPOINT: &str = "Runtime.InvalidEntrypoint";

pub(super) fn exited(request_id: &str, exit: &Exit) -> String {
    let error_type = if matches!(exit, Exit::NotStarted(_)) { INVALID_ENTRYPOINT } else { EXIT_ERROR };
    payload(error_type, &format!("RequestId: {request_id} Error: {}", why_exited(exit)))
}

/// In the words of Go's runtime, in which AWS's supervisor of functions is written.
fn why_exited(exit: &Exit) -> String {
    match exit {
        Exit::Status(0) => "Runtime exited without providing a reason".to_owned(),
        Exit::Status(status) => format!("Runtime exited with error: exit status {status}"),
        Exit::Signal(signal) => format!("Runtime exited with error: signal: {}", signal_name(*signal)),
        Exit::Refused(why) | Exit::NotStarted(why) => format!("Couldn't start the bootstrap of the function: {why}"),
    }
}

fn signal_name(signal: i32) -> String {
    let name = match signal {
        1 => "hangup",
        2 => "interrupt",
        3 => "quit",
        4 => "illegal instruction",
        5 => "trace/breakpoint trap",
        6 => "aborted",
        7 => "bus error",
        8 => "floating point exception",
        9 => "killed",
        10 => "user defined signal 1",
        11 => "segmentation fault",
        12 => "user defined signal 2",
        13 => "broken pipe",
        14 => "alarm clock",
        15 => "terminated",
        25 => "file size limit exceeded",
        31 => "bad system call",
        _ => return format!("signal {signal}"),
    };
    name.to_owned()
}

pub(super) const RESPONSE_TOO_LARGE: &str = "Function.ResponseSizeTooLarge";

pub(super) fn response_too_large(bytes_max: usize) -> String {
    let text = format!("Response payload size exceeded maximum allowed payload size ({bytes_max} bytes).");
    payload(RESPONSE_TOO_LARGE, &text)
}

fn moment(at: Timestamp) -> jiff::Zoned {
    Moment::from_millisecond(at.as_millis()).unwrap_or_default().to_zoned(TimeZone::UTC)
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Timestamp = Timestamp::from_millis(1_788_431_696_789);

    #[test]
    fn a_report_reads_like_awss() {
        let mut report = Report {
            request_id: "8f5f",
            duration: Duration::from_micros(3010),
            memory_mib: 128,
            peak_bytes: 35 * 1024 * 1024 + 1,
            init_duration: Some(Duration::from_micros(110_100)),
            status: &Status::Success,
        };
        assert_eq!(
            report.line(),
            "REPORT RequestId: 8f5f\tDuration: 3.01 ms\tBilled Duration: 4 ms\tMemory Size: 128 MB\tMax Memory Used: 36 MB\t\
             Init Duration: 110.10 ms\t"
        );
        let error = Status::Error { error_type: EXIT_ERROR.to_owned() };
        (report.status, report.init_duration) = (&error, None);
        assert!(report.line().ends_with("MB\tStatus: error\tError Type: Runtime.ExitError\t"));
        report.status = &Status::Timeout;
        assert!(report.line().ends_with("MB\tStatus: timeout\t"));
    }

    #[test]
    fn errors_read_like_awss() {
        assert_eq!(
            exited("8f5f", &Exit::Status(127)),
            r#"{"errorType":"Runtime.ExitError","errorMessage":"RequestId: 8f5f Error: Runtime exited with error: exit status 127"}"#
        );
        assert!(exited("8f5f", &Exit::Status(0)).contains("8f5f Error: Runtime exited without providing a reason\""));
        assert!(exited("8f5f", &Exit::Signal(9)).contains("Runtime exited with error: signal: killed\""));
        let second = Duration::from_secs(1);
        assert!(timed_out("8f5f", second).contains("RequestId: 8f5f Error: Task timed out after 1.00 seconds\""));
        assert_eq!(
            timed_out_line("8f5f", second, AT),
            "2026-09-03T10:34:56.789Z 8f5f Task timed out after 1.00 seconds"
        );
    }

    #[test]
    fn a_stream_is_named_by_day_version_and_digits() {
        assert_eq!(log_stream("$LATEST", "00ff", AT), "2026/09/03/[$LATEST]00ff");
    }
}
