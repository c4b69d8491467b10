//! Functions that run elsewhere: behind a URL, or at AWS.
//!
//! A URL is a function URL, or the address of a Runtime Interface Emulator. The emulator answers 200 whatever happens,
//! so that a failure is known by its form. At AWS the function of the same ARN is invoked, with credentials of the
//! operator's.

mod agent;
mod aws;

use std::collections::BTreeMap;
use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use contract::Answer;
use facades::{HostError, InvocationEnd, Invoked, RemoteCall, RemoteFunctions};
use http::HeaderMap;
use serde::Deserialize;
use terms::{Clock, SecretBytes};
use ureq::Agent;

use agent::{Endpoint, agent};

/// AWS's bound for what a function answers.
const ANSWER_BYTES_MAX: usize = 6 * 1024 * 1024;

/// A function, by its ARN without a qualifier, and where it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteFunction {
    pub arn: String,
    pub place: RemotePlace,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RemotePlace {
    /// `https://…`, or `http://…` on this machine.
    Url(String),
    /// AWS Lambda, in the ARN's Region.
    Aws,
}

/// How those places are reached.
#[derive(Default)]
pub struct RemoteSettings {
    /// The CAs to trust in the place of this machine's.
    pub ca_bundle: Option<PathBuf>,
    /// For functions at AWS.
    pub credentials: Option<AwsCredentials>,
    /// The Lambda to ask in the place of AWS's own, as `https://HOST[:PORT]`.
    pub aws_endpoint: Option<String>,
}

/// Who invokes functions at AWS. Needs `lambda:InvokeFunction` there.
pub struct AwsCredentials {
    pub access_key_id: String,
    pub secret_access_key: SecretBytes,
    pub session_token: Option<SecretBytes>,
}

/// Calls functions that run elsewhere.
pub struct RemoteClient {
    places: BTreeMap<String, Arc<Place>>,
}

struct Place {
    endpoint: Endpoint,
    agent: Agent,
    /// Of a function at AWS.
    signature: Option<aws::Signature>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RemoteError {
    #[error(
        "{0} is no URL that a function can be called at: it must begin with https://, or with http:// on this machine"
    )]
    Url(String),
    #[error("{0} is no ARN of a function")]
    Arn(String),
    #[error("a function at AWS needs credentials: functions.aws_credentials_file")]
    NoCredentials,
    #[error("cannot read the CAs of {path}: {cause}")]
    CaBundle { path: PathBuf, cause: String },
    #[error("this machine trusts no CA")]
    NoCa,
}

impl RemoteClient {
    /// Nobody is called yet.
    pub fn new(
        functions: &[RemoteFunction],
        settings: RemoteSettings,
        clock: &Arc<dyn Clock>,
    ) -> Result<Self, RemoteError> {
        let RemoteSettings { ca_bundle, credentials, aws_endpoint } = settings;
        let credentials = credentials.map(Arc::new);
        let mut places = BTreeMap::new();
        for function in functions {
            let (url, signature) = match &function.place {
                RemotePlace::Url(url) => (url.clone(), None),
                RemotePlace::Aws => {
                    let credentials = credentials.as_ref().ok_or(RemoteError::NoCredentials)?;
                    let arn = || RemoteError::Arn(function.arn.clone());
                    let signature = aws::Signature::new(&function.arn, Arc::clone(credentials), Arc::clone(clock));
                    (
                        aws::url(&function.arn, aws_endpoint.as_deref()).ok_or_else(arn)?,
                        Some(signature.ok_or_else(arn)?),
                    )
                }
            };
            let endpoint = Endpoint::parse(&url).ok_or(RemoteError::Url(url))?;
            let agent = agent(&endpoint, ca_bundle.as_deref())?;
            places.insert(function.arn.clone(), Arc::new(Place { endpoint, agent, signature }));
        }
        Ok(Self { places })
    }
}

impl RemoteFunctions for RemoteClient {
    fn has(&self, function_arn: &str) -> bool {
        self.places.contains_key(function_arn)
    }

    fn invoke<'a>(&'a self, call: RemoteCall<'a>) -> Answer<'a, Result<Invoked, HostError>> {
        Box::pin(async move {
            let place = self.places.get(call.function_arn).map(Arc::clone);
            let place = place.ok_or_else(|| HostError::Unserved(format!("{} runs nowhere", call.function_arn)))?;
            let (payload, context) = (call.payload, call.client_context.map(str::to_owned));
            let qualifier = call.qualifier.map(str::to_owned);
            let called = move || place.call(&payload, context.as_deref(), qualifier.as_deref());
            let joined = tokio::task::spawn_blocking(called).await;
            joined.map_err(|error| HostError::Internal(error.to_string()))?
        })
    }
}

impl Place {
    fn call(&self, payload: &Bytes, context: Option<&str>, qualifier: Option<&str>) -> Result<Invoked, HostError> {
        let mut headers = HeaderMap::new();
        headers.insert(http::header::CONTENT_TYPE, http::HeaderValue::from_static("application/json"));
        let mut url = self.endpoint.url().to_owned();
        if let Some(signature) = &self.signature {
            if let Some(qualifier) = qualifier {
                url.push_str("?Qualifier=");
                url.push_str(&agent::percent_encoded(qualifier));
            }
            let signed = signature.sign(&self.endpoint, qualifier, context, payload, &mut headers);
            signed.ok_or_else(|| HostError::Internal("the call cannot be signed".to_owned()))?;
        }
        let unreachable = |cause: &dyn std::fmt::Display| {
            // The URL may have a token in it.
            HostError::Internal(format!("{} does not answer: {cause}", self.endpoint.host()))
        };
        let mut request = self.agent.post(&url);
        for (name, value) in &headers {
            request = request.header(name, value);
        }
        let mut answer = request.send(&payload[..]).map_err(|error| unreachable(&error))?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let mut body = Vec::new();
        let mut source = answer.body_mut().as_reader().take(ANSWER_BYTES_MAX as u64 + 1);
        source.read_to_end(&mut body).map_err(|error| unreachable(&error))?;
        if body.len() > ANSWER_BYTES_MAX {
            return Err(HostError::Internal(format!("{} answers too much", self.endpoint.host())));
        }
        if !status.is_success() {
            return Err(HostError::Internal(format!("{} answers {status}", self.endpoint.host())));
        }
        let end = end(&headers, Bytes::from(body));
        Ok(Invoked { end, log_tail: aws::log_tail(&headers) })
    }
}

/// Did the function answer, or fail?
fn end(headers: &HeaderMap, body: Bytes) -> InvocationEnd {
    if headers.contains_key("x-amz-function-error") || has_form_of_failure(&body) {
        InvocationEnd::Failed(body)
    } else {
        InvocationEnd::Answered(body)
    }
}

/// The Runtime Interface Emulator sends what a failed function said, and no sign that it failed.
fn has_form_of_failure(body: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Failure<'a> {
        #[serde(rename = "errorType", borrow)]
        _error_type: std::borrow::Cow<'a, str>,
        #[serde(rename = "errorMessage", borrow)]
        _error_message: std::borrow::Cow<'a, str>,
    }
    body.starts_with(b"Task timed out after ") || serde_json::from_slice::<Failure<'_>>(body).is_ok()
}

#[cfg(test)]
mod tests;
