//! The commands as clients of the server: one signed call of keepwell's own service, and its answer.
//!
//! What AWS's tools read from the environment is read here too; what is not there comes from the files that a server on
//! this machine leaves in its data folder.

mod access;
mod http;

use std::time::Duration;

use ::http::HeaderMap;
use anyhow::{Context, bail};
use serde_json::Value;
use terms::{Clock, SecretBytes};
use ureq::Agent;
use zeroize::Zeroizing;

use crate::client_files::Endpoint;
use crate::config::ClientFlags;
use crate::system::SystemClock;
use access::Access;

const SERVICE: &str = "keepwell";
/// Far more than the longest answer.
const ANSWER_BYTES_MAX: u64 = 256 * 1024 * 1024;
const ANSWERS_WITHIN: Duration = Duration::from_secs(60);

/// Who calls, and whom.
pub(crate) struct Client {
    access: Access,
    agent: Agent,
}

impl Client {
    pub(crate) fn new(flags: &ClientFlags) -> anyhow::Result<Self> {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let access = Access::gather(variable, || flags.data_dir())?;
        let agent = http::agent(&access.endpoint, ANSWERS_WITHIN)?;
        Ok(Self { access, agent })
    }

    /// Calls an operation and gives back its answer; nothing for an empty one.
    pub(crate) fn call(&self, operation: &str, request: &Value) -> anyhow::Result<Value> {
        let body = Zeroizing::new(request.to_string());
        let headers = self.access.sign(operation, body.as_bytes(), SystemClock.now())?;
        let refused = |refusal: Refusal| {
            let key = match refusal.code.as_str() {
                "UnrecognizedClientException" | "InvalidSignatureException" => {
                    format!(" The access key {} comes from {}.", self.access.access_key_id, self.access.key_origin)
                }
                _ => String::new(),
            };
            refusal.told_with(&key)
        };
        post(&self.agent, &self.access.endpoint.url, &headers, body.as_bytes())?.map_err(refused)
    }
}

/// Whoever calls without an access key: a sealed server could check none.
pub(crate) struct Unsigned {
    endpoint: Endpoint,
    agent: Agent,
}

impl Unsigned {
    pub(crate) fn new(flags: &ClientFlags) -> anyhow::Result<Self> {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let endpoint = access::endpoint(variable, || flags.data_dir())?;
        let agent = http::agent(&endpoint, ANSWERS_WITHIN)?;
        Ok(Self { endpoint, agent })
    }

    pub(crate) fn call(&self, operation: &str, request: &Value) -> anyhow::Result<Value> {
        let body = Zeroizing::new(request.to_string());
        let headers = access::headers(operation)?;
        post(&self.agent, &self.endpoint.url, &headers, body.as_bytes())?.map_err(|refusal| refusal.told_with(""))
    }
}

/// What the server refuses with.
struct Refusal {
    code: String,
    message: String,
    request_id: Option<String>,
}

impl Refusal {
    fn told_with(self, more: &str) -> anyhow::Error {
        let Self { code, message, request_id } = self;
        let request_id = request_id.map(|id| format!(" (request {id})")).unwrap_or_default();
        anyhow::anyhow!("{code}: {message}{more}{request_id}")
    }
}

fn post(agent: &Agent, url: &str, headers: &HeaderMap, body: &[u8]) -> anyhow::Result<Result<Value, Refusal>> {
    let url = url.trim_end_matches('/');
    let mut request = agent.post(format!("{url}/"));
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let mut answer = request.send(body).with_context(|| format!("{url} does not answer"))?;
    let request_id = answer.headers().get("x-amzn-requestid").and_then(|id| id.to_str().ok()).map(str::to_owned);
    let is_success = answer.status().is_success();
    let bytes = Zeroizing::new(answer.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_vec()?);
    if is_success && bytes.is_empty() {
        return Ok(Ok(Value::Null));
    }
    let told: Value =
        serde_json::from_slice(&bytes).with_context(|| format!("what answers at {url} is no keepwell"))?;
    if is_success {
        return Ok(Ok(told));
    }
    let member = |name: &str| told.get(name).and_then(Value::as_str);
    let code = member("__type").unwrap_or("an unknown error").to_owned();
    let message = member("Message").or_else(|| member("message")).unwrap_or("the server says no more").to_owned();
    Ok(Err(Refusal { code, message, request_id }))
}

/// A secret as a member of a request.
pub(crate) fn secret_text(secret: &SecretBytes) -> anyhow::Result<Value> {
    Ok(str::from_utf8(secret.expose()).context("what was given is no text in UTF-8")?.into())
}

/// The lines of a secret that are not empty, each a secret of its own.
pub(crate) fn lines_of(secret: &SecretBytes) -> Vec<SecretBytes> {
    let lines = secret.expose().split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    lines.filter(|line| !line.is_empty()).map(SecretBytes::copy_of).collect()
}

/// A member of an answer; null when it is not there.
pub(crate) fn member<'a>(answer: &'a Value, name: &str) -> &'a Value {
    answer.get(name).unwrap_or(&Value::Null)
}

/// The elements of a list in an answer.
pub(crate) fn list<'a>(answer: &'a Value, name: &str) -> &'a [Value] {
    member(answer, name).as_array().map(Vec::as_slice).unwrap_or_default()
}

/// A member of an answer that the command cannot do without.
pub(crate) fn text<'a>(answer: &'a Value, name: &str) -> anyhow::Result<&'a str> {
    match answer.get(name).and_then(Value::as_str) {
        Some(text) => Ok(text),
        None => bail!("the server's answer has no {name}: is it of another version than this command?"),
    }
}
