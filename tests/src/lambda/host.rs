//! A double of what runs functions. It looks at nothing but the first letters of an archive, and answers what it was asked,
//! unless it was told to do otherwise.

use std::{collections::VecDeque, sync::Mutex};

use bytes::Bytes;
use contract::Answer;
use facades::{FunctionCode, FunctionHost, HostError, InstalledCode, Invocation, InvocationEnd, Invoked};

#[derive(Default)]
pub(crate) struct Echo {
    calls: Mutex<Vec<Called>>,
    /// What the next calls come to, the first first.
    next: Mutex<VecDeque<Result<InvocationEnd, HostError>>>,
    retired: Mutex<Vec<String>>,
    /// While this is held nothing ends.
    pub(super) gate: tokio::sync::Mutex<()>,
}

/// What the double saw of a call.
#[derive(Clone, Debug)]
pub(super) struct Called {
    pub(super) request_id: String,
    pub(super) arn: String,
    pub(super) invoked_arn: String,
    pub(super) version: String,
    pub(super) log_group: String,
    pub(super) payload: Bytes,
    pub(super) client_context: Option<String>,
    pub(super) environment: Vec<(String, String)>,
    pub(super) code: Bytes,
    pub(super) access_key_id: String,
    pub(super) secret_access_key: String,
    pub(super) session_token: String,
}

impl Echo {
    pub(super) fn calls(&self) -> Vec<Called> {
        self.calls.lock().unwrap().clone()
    }

    pub(super) fn then(&self, end: Result<InvocationEnd, HostError>) {
        self.next.lock().unwrap().push_back(end);
    }

    pub(super) fn retired(&self) -> Vec<String> {
        std::mem::take(&mut *self.retired.lock().unwrap())
    }

    async fn run(&self, invocation: Invocation, code: &dyn FunctionCode) -> Result<Invoked, HostError> {
        let Invocation { request_id, function, payload, invoked_arn, client_context, credentials, .. } = invocation;
        let text = |bytes: &terms::SecretBytes| String::from_utf8(bytes.expose().to_vec()).unwrap();
        let called = Called {
            request_id,
            arn: function.arn,
            invoked_arn,
            version: function.version,
            log_group: function.log_group,
            payload: payload.clone(),
            client_context,
            environment: function.environment.iter().map(|(name, value)| (name.clone(), text(value))).collect(),
            code: code.read().await?,
            access_key_id: credentials.access_key_id,
            secret_access_key: text(&credentials.secret_access_key),
            session_token: text(&credentials.session_token),
        };
        self.calls.lock().unwrap().push(called);
        drop(self.gate.lock().await);
        let next = self.next.lock().unwrap().pop_front();
        let end = next.unwrap_or(Ok(InvocationEnd::Answered(payload)))?;
        Ok(Invoked { end, log_tail: b"START END REPORT".to_vec() })
    }
}

impl FunctionHost for Echo {
    fn install<'a>(&'a self, code: &'a dyn FunctionCode) -> Answer<'a, Result<InstalledCode, HostError>> {
        Box::pin(async move {
            let archive = code.read().await?;
            match &archive[..] {
                [b'P', b'K', ..] => Ok(InstalledCode { unpacked_bytes: 1 }),
                b"bomb" => Err(HostError::InvalidCode("Unzipped size must be smaller than 262144000 bytes".to_owned())),
                b"nowhere" => Err(HostError::Unserved("This server runs no functions.".to_owned())),
                _ => {
                    let text = "Could not unzip uploaded file. Please check your file, then try to upload again.";
                    Err(HostError::InvalidCode(text.to_owned()))
                }
            }
        })
    }

    fn invoke<'a>(
        &'a self,
        invocation: Invocation,
        code: &'a dyn FunctionCode,
    ) -> Answer<'a, Result<Invoked, HostError>> {
        Box::pin(self.run(invocation, code))
    }

    fn retire(&self, function_arn: &str) {
        self.retired.lock().unwrap().push(function_arn.to_owned());
    }
}
