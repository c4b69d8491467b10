//! The commands as clients of the server: one signed call of keepwell's own service, and its answer.
//!
//! What AWS's tools read from the environment is read here too; what is not there comes from the files that a server on
//! this machine leaves in its data folder.

mod access;
mod http;

use std::time::Duration;

use anyhow::{Context, bail};
use serde_json::Value;
use terms::Clock;
use ureq::Agent;
use zeroize::Zeroizing;

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
        let body = request.to_string();
        let url = self.access.endpoint.url.trim_end_matches('/');
        let headers = self.access.sign(operation, body.as_bytes(), SystemClock.now())?;
        let mut request = self.agent.post(format!("{url}/"));
        for (name, value) in &headers {
            request = request.header(name, value);
        }
        let mut answer = request.send(body.as_bytes()).with_context(|| format!("{url} does not answer"))?;
        let request_id = answer.headers().get("x-amzn-requestid").and_then(|id| id.to_str().ok()).map(str::to_owned);
        let is_success = answer.status().is_success();
        let bytes = Zeroizing::new(answer.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_vec()?);
        if is_success && bytes.is_empty() {
            return Ok(Value::Null);
        }
        let told = serde_json::from_slice(&bytes).with_context(|| format!("what answers at {url} is no keepwell"))?;
        if is_success { Ok(told) } else { Err(self.refusal(&told, request_id.as_deref())) }
    }

    fn refusal(&self, told: &Value, request_id: Option<&str>) -> anyhow::Error {
        let member = |name: &str| told.get(name).and_then(Value::as_str);
        let code = member("__type").unwrap_or("an unknown error");
        let message = member("Message").or_else(|| member("message")).unwrap_or("the server says no more");
        let key = match code {
            "UnrecognizedClientException" | "InvalidSignatureException" => {
                format!(" The access key {} comes from {}.", self.access.access_key_id, self.access.key_origin)
            }
            _ => String::new(),
        };
        let request_id = request_id.map(|id| format!(" (request {id})")).unwrap_or_default();
        anyhow::anyhow!("{code}: {message}{key}{request_id}")
    }
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
