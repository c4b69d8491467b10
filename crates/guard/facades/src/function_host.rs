//! Running functions, implemented by the program's host process. Customers' code never runs in the process that holds keys.

use std::time::Duration;

use bytes::Bytes;
use contract::Answer;
use terms::{SecretBytes, Timestamp};

/// What whoever answers for functions may see of the place where they run.
pub trait FunctionHost: Send + Sync {
    /// Unpacks a function's code where the host keeps it, and tells what is in it. The same code is unpacked once.
    fn install<'a>(&'a self, code: &'a dyn FunctionCode) -> Answer<'a, Result<InstalledCode, HostError>>;

    /// Runs a function once, and answers when it has ended, however that is. Whoever asks may stop waiting: the function
    /// runs to its end all the same.
    fn invoke<'a>(
        &'a self,
        invocation: Invocation,
        code: &'a dyn FunctionCode,
    ) -> Answer<'a, Result<Invoked, HostError>>;

    /// Ends the function's idle processes, because it is gone or changed. Busy ones end after their call.
    fn retire(&self, function_arn: &str);
}

/// A deployment package, a zip archive.
pub trait FunctionCode: Send + Sync {
    /// SHA-256 of the archive.
    fn digest(&self) -> [u8; 32];

    /// The archive itself, which is asked for only when the host does not have it.
    fn read(&self) -> Answer<'_, Result<Bytes, HostError>>;
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InstalledCode {
    pub unpacked_bytes: u64,
}

/// One call of a function.
pub struct Invocation {
    /// A UUID, as the caller and the log know the call.
    pub request_id: String,
    pub function: FunctionToRun,
    /// The event, JSON.
    pub payload: Bytes,
    /// As the caller named it, with its qualifier if there was one.
    pub invoked_arn: String,
    pub trace_id: Option<String>,
    /// JSON, decoded.
    pub client_context: Option<String>,
    /// The session of the function's role, good for longer than the call may take.
    pub credentials: RoleCredentials,
}

/// A version of a function, as the host must know it. Processes are reused for equal ones only.
#[derive(Clone, PartialEq)]
pub struct FunctionToRun {
    /// Without a qualifier.
    pub arn: String,
    pub account: String,
    pub region: String,
    pub name: String,
    /// `$LATEST` or a number.
    pub version: String,
    /// Changes with whatever a running process must not survive.
    pub revision_id: String,
    /// Such as `python3.12`.
    pub runtime: String,
    pub handler: String,
    pub timeout: Duration,
    pub memory_mib: u32,
    pub ephemeral_storage_mib: u32,
    pub log_group: String,
    pub environment: Vec<(String, SecretBytes)>,
}

#[derive(Clone)]
pub struct RoleCredentials {
    pub access_key_id: String,
    pub secret_access_key: SecretBytes,
    pub session_token: SecretBytes,
    pub expires_at: Timestamp,
}

/// How a call ended.
#[derive(Debug)]
pub struct Invoked {
    pub end: InvocationEnd,
    /// The last 4 KiB of what was logged in the call, with its START, END and REPORT.
    pub log_tail: Vec<u8>,
}

#[derive(Debug)]
pub enum InvocationEnd {
    /// The handler's result, as it gave it.
    Answered(Bytes),
    /// The handler failed, or the function did: a JSON object for the caller.
    Failed(Bytes),
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HostError {
    /// No archive that can be unpacked; AWS's text.
    #[error("{0}")]
    InvalidCode(String),
    /// This server has nothing that runs it, as it is configured; says what is missing.
    #[error("{0}")]
    Unserved(String),
    /// As many functions run as may.
    #[error("Rate Exceeded.")]
    Busy,
    #[error("{0}")]
    Internal(String),
}

/// Where functions' output goes, implemented by whoever keeps logs.
pub trait FunctionOutput: Send + Sync {
    /// Takes lines that a function wrote, and what the host says of it, in order. Never waits.
    fn write(&self, source: &OutputSource, lines: Vec<OutputLine>);
}

/// One process of a function.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct OutputSource {
    pub function_arn: String,
    pub log_group: String,
    /// `YYYY/MM/DD/[version]` and 32 hexadecimal digits.
    pub log_stream: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputLine {
    pub at: Timestamp,
    pub text: String,
}
