//! Values of the facade as they travel between the processes. Secrets are wiped on both sides.

use std::time::Duration;

use facades::{FunctionToRun, HostError, Invocation, OutputLine, OutputSource, RoleCredentials};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _, ser::Error as _};
use terms::{SecretBytes, Timestamp};

pub(crate) type Digest = [u8; 32];

/// A secret that is text, as environment variables are.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct SecretText(pub(crate) SecretBytes);

impl Serialize for SecretText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = str::from_utf8(self.0.expose()).map_err(|_| S::Error::custom("no text"))?;
        serializer.serialize_str(text)
    }
}

impl<'de> Deserialize<'de> for SecretText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer).map_err(|_| D::Error::custom("no text"))?;
        Ok(Self(SecretBytes::new(text.into_bytes())))
    }
}

/// One call, as the server asks for it.
#[derive(Serialize, Deserialize)]
pub(crate) struct CallMessage {
    pub(crate) request_id: String,
    pub(crate) function: FunctionMessage,
    pub(crate) code: Digest,
    /// 32 hexadecimal digits, for the log stream if an environment is started for this call.
    pub(crate) stream_id: String,
    pub(crate) invoked_arn: String,
    pub(crate) trace_id: Option<String>,
    pub(crate) client_context: Option<String>,
    pub(crate) credentials: CredentialsMessage,
}

/// Processes are reused for equal ones only.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct FunctionMessage {
    pub(crate) arn: String,
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) revision_id: String,
    pub(crate) runtime: String,
    pub(crate) handler: String,
    pub(crate) timeout: Duration,
    pub(crate) memory_mib: u32,
    pub(crate) ephemeral_storage_mib: u32,
    pub(crate) log_group: String,
    pub(crate) environment: Vec<(String, SecretText)>,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct CredentialsMessage {
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: SecretText,
    pub(crate) session_token: SecretText,
    pub(crate) expires_at: Timestamp,
}

impl CallMessage {
    /// And the payload, which travels beside it.
    pub(crate) fn of(invocation: Invocation, code: Digest, stream_id: String) -> (Self, bytes::Bytes) {
        let Invocation { request_id, function, payload, invoked_arn, trace_id, client_context, credentials } =
            invocation;
        let message = Self {
            request_id,
            function: function.into(),
            code,
            stream_id,
            invoked_arn,
            trace_id,
            client_context,
            credentials: credentials.into(),
        };
        (message, payload)
    }
}

impl From<FunctionToRun> for FunctionMessage {
    fn from(function: FunctionToRun) -> Self {
        let environment = function.environment.into_iter().map(|(name, value)| (name, SecretText(value))).collect();
        Self {
            arn: function.arn,
            account: function.account,
            region: function.region,
            name: function.name,
            version: function.version,
            revision_id: function.revision_id,
            runtime: function.runtime,
            handler: function.handler,
            timeout: function.timeout,
            memory_mib: function.memory_mib,
            ephemeral_storage_mib: function.ephemeral_storage_mib,
            log_group: function.log_group,
            environment,
        }
    }
}

impl From<RoleCredentials> for CredentialsMessage {
    fn from(credentials: RoleCredentials) -> Self {
        Self {
            access_key_id: credentials.access_key_id,
            secret_access_key: SecretText(credentials.secret_access_key),
            session_token: SecretText(credentials.session_token),
            expires_at: credentials.expires_at,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Failure {
    InvalidCode(String),
    Unserved(String),
    Busy,
    Internal(String),
}

impl From<HostError> for Failure {
    fn from(error: HostError) -> Self {
        match error {
            HostError::InvalidCode(text) => Self::InvalidCode(text),
            HostError::Unserved(text) => Self::Unserved(text),
            HostError::Busy => Self::Busy,
            HostError::Internal(text) => Self::Internal(text),
        }
    }
}

impl From<Failure> for HostError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::InvalidCode(text) => Self::InvalidCode(text),
            Failure::Unserved(text) => Self::Unserved(text),
            Failure::Busy => Self::Busy,
            Failure::Internal(text) => Self::Internal(text),
        }
    }
}

/// Lines of one environment, in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OutputMessage {
    pub(crate) function_arn: String,
    pub(crate) log_group: String,
    pub(crate) log_stream: String,
    pub(crate) lines: Vec<(Timestamp, String)>,
}

impl OutputMessage {
    pub(crate) fn into_parts(self) -> (OutputSource, Vec<OutputLine>) {
        let source =
            OutputSource { function_arn: self.function_arn, log_group: self.log_group, log_stream: self.log_stream };
        (source, self.lines.into_iter().map(|(at, text)| OutputLine { at, text }).collect())
    }
}
