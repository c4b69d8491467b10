//! Running a function once: with its environment and the session of its role, and counted while it runs.

mod elsewhere;
mod queue;

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use contract::{FunctionRecord, FunctionVersion, Reads};
use facades::{FunctionHost, FunctionToRun, HostError, Invocation, Invoked, RemoteFunctions, RoleCredentials};
use gate::{Gate, RoleSessionError};
use policy::Permit;
use terms::{Clock, Entropy, RequestId, SecretBytes};

use crate::{
    code::Stored,
    error::Error,
    function_name::qualified_arn,
    roles::{Actor, RoleError, Roles},
    running::{Running, Slot},
    shown::{log_group, read_environment},
    vault::{Owner, Vault},
};
use elsewhere::Elsewhere;
use queue::Queue;
pub(crate) use queue::{Event, Receiver};

/// What running takes.
pub struct Means {
    pub store: Arc<dyn Reads>,
    pub gate: Arc<Gate>,
    pub roles: Arc<Roles>,
    pub host: Arc<dyn FunctionHost>,
    pub remote: Arc<dyn RemoteFunctions>,
    pub vault: Vault,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
}

/// Runs functions, also when nobody waits any more.
pub struct Runner {
    pub(crate) means: Means,
    running: Arc<Running>,
    queue: Queue,
    elsewhere: Elsewhere,
}

/// One call, as it was allowed.
pub(crate) struct Job {
    pub(crate) permit: Permit,
    pub(crate) function: Arc<FunctionRecord>,
    pub(crate) version: Arc<FunctionVersion>,
    /// By which it was named.
    pub(crate) qualifier: Option<String>,
    pub(crate) request: RequestId,
    pub(crate) payload: Bytes,
    pub(crate) client_context: Option<String>,
}

impl Runner {
    pub fn new(means: Means) -> Self {
        Self { means, running: Arc::default(), queue: Queue::default(), elsewhere: Elsewhere::default() }
    }

    /// Makes room for a call, unless as many run as may.
    pub(crate) async fn begin(&self, function: &FunctionRecord) -> Result<Slot, Error> {
        let reserved = self.means.store.reserved_concurrency(function.scope).await?;
        self.running.begin(function, reserved)
    }

    /// Runs the function to its end, whoever still waits for it.
    pub(crate) async fn run(self: &Arc<Self>, job: Job, slot: Slot) -> Result<Invoked, Error> {
        let runner = Arc::clone(self);
        let ended = tokio::spawn(async move {
            let ended = runner.run_here(&job).await;
            drop(slot);
            ended
        });
        ended.await.unwrap_or_else(|error| Err(Error::Internal(error.to_string())))
    }

    async fn run_here(&self, job: &Job) -> Result<Invoked, Error> {
        let Means { store, vault, host, .. } = &self.means;
        let invocation = Invocation {
            request_id: job.request.to_string(),
            function: self.function_to_run(job)?,
            payload: job.payload.clone(),
            invoked_arn: qualified_arn(&job.function.arn, job.qualifier.as_deref()),
            trace_id: None,
            client_context: job.client_context.clone(),
            credentials: self.credentials(job).await?,
        };
        let code = Stored {
            store: &**store,
            vault,
            function: &job.function,
            sha256: job.version.code.sha256,
            permit: &job.permit,
        };
        match host.invoke(invocation, &code).await {
            Ok(invoked) => Ok(invoked),
            Err(HostError::Busy) => Err(Error::Throttled { reason: "ConcurrentInvocationLimitExceeded" }),
            Err(HostError::Unserved(text)) => Err(Error::refused("InvalidRuntimeException", text)),
            Err(HostError::InvalidCode(text)) => Err(Error::refused("InvalidZipFileException", text)),
            Err(HostError::Internal(cause)) => Err(Error::Internal(cause)),
        }
    }

    fn function_to_run(&self, job: &Job) -> Result<FunctionToRun, Error> {
        let Job { function, version, .. } = job;
        let configuration = &version.configuration;
        Ok(FunctionToRun {
            arn: function.arn.to_string(),
            account: function.scope.account.to_string(),
            region: function.scope.region.to_string(),
            name: function.name.to_string(),
            version: version.qualifier(),
            revision_id: configuration.revision_id.clone(),
            runtime: configuration.runtime.clone(),
            handler: configuration.handler.clone(),
            timeout: Duration::from_secs(configuration.timeout_seconds.into()),
            memory_mib: configuration.memory_mib,
            ephemeral_storage_mib: configuration.ephemeral_storage_mib,
            log_group: log_group(function, version),
            environment: self.environment(job)?,
        })
    }

    fn environment(&self, job: &Job) -> Result<Vec<(String, SecretBytes)>, Error> {
        let Some(sealed) = &job.version.environment else { return Ok(Vec::new()) };
        let opened = self.means.vault.open_environment(&Owner::of(&job.function), sealed, &job.permit)?;
        let variables = read_environment(opened.expose())?.variables.unwrap_or_default();
        Ok(variables.0.into_iter().collect())
    }

    async fn credentials(&self, job: &Job) -> Result<RoleCredentials, Error> {
        let FunctionRecord { arn, name, scope, .. } = &*job.function;
        let actor = Actor {
            function_arn: arn,
            function_name: name,
            scope: *scope,
            role: &job.version.configuration.role,
            request: job.request,
            now: self.means.clock.now(),
        };
        let session = self.means.roles.session(&actor).await.map_err(|error| match error {
            RoleError::Session(RoleSessionError::NotAssumable) => {
                Error::Forbidden("The role defined for the function cannot be assumed by Lambda.".to_owned())
            }
            other => Error::Internal(other.to_string()),
        })?;
        let credentials = &session.credentials;
        Ok(RoleCredentials {
            access_key_id: credentials.access_key_id.clone(),
            secret_access_key: credentials.secret_access_key.clone(),
            session_token: credentials.session_token.clone(),
            expires_at: credentials.expires_at,
        })
    }
}
