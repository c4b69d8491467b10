//! Functions that run elsewhere, implemented by the program's client of those places.

use bytes::Bytes;
use contract::Answer;

use crate::{HostError, Invoked};

/// What whoever answers for functions may see of those that the configuration says run elsewhere.
pub trait RemoteFunctions: Send + Sync {
    /// Does this function, named by its ARN without a qualifier, run elsewhere?
    fn has(&self, function_arn: &str) -> bool;

    /// Calls it and waits for its end.
    fn invoke<'a>(&'a self, call: RemoteCall<'a>) -> Answer<'a, Result<Invoked, HostError>>;
}

#[derive(Debug, Clone)]
pub struct RemoteCall<'a> {
    pub function_arn: &'a str,
    pub qualifier: Option<&'a str>,
    /// The event, JSON.
    pub payload: Bytes,
    /// JSON.
    pub client_context: Option<&'a str>,
}
