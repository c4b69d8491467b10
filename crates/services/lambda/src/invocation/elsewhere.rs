//! Functions that the configuration says run elsewhere. They are invoked like others, and nothing else is known of them.

use std::sync::Arc;

use bytes::Bytes;
use facades::{HostError, Invoked, RemoteCall};
use tokio::sync::Semaphore;

use super::Runner;
use crate::{error::Error, function_name::NamedFunction};

/// At once, of all accounts.
const CALLS_MAX: usize = 100;

pub(super) struct Elsewhere(Arc<Semaphore>);

impl Default for Elsewhere {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(CALLS_MAX)))
    }
}

impl Runner {
    pub(crate) fn is_elsewhere(&self, named: &NamedFunction) -> bool {
        self.means.remote.has(&named.arn())
    }

    /// Calls the function, and waits for its end even if nobody else does.
    pub(crate) async fn call_elsewhere(
        self: &Arc<Self>,
        named: &NamedFunction,
        payload: Bytes,
        client_context: Option<String>,
    ) -> Result<Invoked, Error> {
        let slot = Arc::clone(&self.elsewhere.0).try_acquire_owned();
        let slot = slot.map_err(|_| Error::Throttled { reason: "ConcurrentInvocationLimitExceeded" })?;
        let (runner, arn, qualifier) = (Arc::clone(self), named.arn(), named.qualifier.clone());
        let called = tokio::spawn(async move {
            let call = RemoteCall {
                function_arn: &arn,
                qualifier: qualifier.as_deref(),
                payload,
                client_context: client_context.as_deref(),
            };
            let invoked = runner.means.remote.invoke(call).await;
            drop(slot);
            invoked
        });
        match called.await {
            Ok(Ok(invoked)) => Ok(invoked),
            // The places are the operator's own affair, and named in the operator's log alone.
            Ok(Err(HostError::Busy)) => Err(Error::Throttled { reason: "ConcurrentInvocationLimitExceeded" }),
            Ok(Err(error)) => Err(Error::Internal(error.to_string())),
            Err(error) => Err(Error::Internal(error.to_string())),
        }
    }
}
