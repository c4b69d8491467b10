//! What functions write, on its way to CloudWatch Logs: as the function's role, so that without the right to write logs
//! nothing is written.

use std::{
    collections::{HashMap, VecDeque},
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
    time::Duration,
};

use contract::{Guarded, LATEST, Reads, StoreError};
use facades::{FunctionOutput, LogEvents, LogEventsError, LogStreamName, NewLogEvent, OutputLine, OutputSource};
use gate::{AuthorizationError, Caller, Gate, RequestContext, RoleSessionError};
use http::HeaderValue;
use parking_lot::Mutex;
use policy::{Action, WrongPermit};
use terms::{AccountId, Clock, Entropy, Region, RequestId, Scope};

use crate::roles::{Actor, RoleError, Roles};

/// Lines wait so long for others that go the same way.
const REST: Duration = Duration::from_millis(100);
/// What may wait, with what each line costs beside its text.
const WAITING_BYTES_MAX: usize = 16 << 20;
const LINE_BYTES: usize = 64;
/// Of one batch, as PutLogEvents takes them.
const BATCH_LINES_MAX: usize = 10_000;
const BATCH_BYTES_MAX: usize = 1_048_576;
const EVENT_BYTES: usize = 26;

/// The service's own authority to see whose output it is.
const WRITE_LOGS: Action = Action::new("lambda:WriteLogs");
/// How the records of what it makes in CloudWatch Logs name the client.
const USER_AGENT: HeaderValue = HeaderValue::from_static("awslambda-worker/1.0");

/// What writing takes.
pub struct OutputMeans {
    pub store: Arc<dyn Reads>,
    pub gate: Arc<Gate>,
    pub roles: Arc<Roles>,
    pub logs: Arc<dyn LogEvents>,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
}

/// Takes lines at once, and writes them a little later.
pub struct Output {
    means: OutputMeans,
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    lines: VecDeque<(OutputSource, OutputLine)>,
    bytes: usize,
    /// Of each process, how many there was no room for.
    dropped: HashMap<OutputSource, u64>,
}

/// Why a batch was not written.
#[derive(Debug, thiserror::Error)]
enum Unwritten {
    /// The function is gone, or its role may not.
    #[error("{0}")]
    Refused(String),
    #[error("{0}")]
    Failed(String),
}

impl FunctionOutput for Output {
    fn write(&self, source: &OutputSource, lines: Vec<OutputLine>) {
        let mut waiting = self.waiting.lock();
        for line in lines {
            let bytes = line.text.len().saturating_add(LINE_BYTES);
            if waiting.bytes.saturating_add(bytes) > WAITING_BYTES_MAX {
                let dropped = waiting.dropped.entry(source.clone()).or_default();
                *dropped = dropped.saturating_add(1);
            } else {
                waiting.bytes = waiting.bytes.saturating_add(bytes);
                waiting.lines.push_back((source.clone(), line));
            }
        }
    }
}

impl Output {
    pub fn new(means: OutputMeans) -> Self {
        Self { means, waiting: Mutex::default() }
    }

    /// Writes what waits, for ever.
    pub async fn work(&self) {
        loop {
            self.flush().await;
            tokio::time::sleep(REST).await;
        }
    }

    /// Writes what waits now.
    pub async fn flush(&self) {
        for (source, lines) in self.take() {
            for batch in batches(lines) {
                if let Err(unwritten) = self.append(&source, batch).await {
                    self.tell(&source, &unwritten);
                }
            }
        }
    }

    /// What waits, by process and in order, with a word about what there was no room for.
    fn take(&self) -> Vec<(OutputSource, Vec<OutputLine>)> {
        let Waiting { lines, dropped, .. } = std::mem::take(&mut *self.waiting.lock());
        let mut places: HashMap<OutputSource, usize> = HashMap::new();
        let mut taken: Vec<(OutputSource, Vec<OutputLine>)> = Vec::new();
        let notices = dropped.into_iter().map(|(source, count)| {
            let text = format!("keepwell: {count} lines were dropped, because too many were waiting to be written.");
            (source, OutputLine { at: self.means.clock.now(), text })
        });
        for (source, line) in lines.into_iter().chain(notices) {
            let place = *places.entry(source.clone()).or_insert_with(|| {
                taken.push((source, Vec::new()));
                taken.len().saturating_sub(1)
            });
            if let Some((_, lines)) = taken.get_mut(place) {
                lines.push(line);
            }
        }
        taken
    }

    async fn append(&self, source: &OutputSource, lines: Vec<OutputLine>) -> Result<(), Unwritten> {
        let (clock, entropy) = (&*self.means.clock, &*self.means.entropy);
        let mut context = RequestContext::begin(clock, entropy, IpAddr::V4(Ipv4Addr::LOCALHOST));
        context.user_agent = Some(USER_AGENT);
        let caller = self.caller(source, &context).await?;
        let events = lines.into_iter().map(|line| NewLogEvent { at: line.at, message: line.text }).collect();
        let stream = LogStreamName { group: &source.log_group, stream: &source.log_stream };
        Ok(self.means.logs.append(&context, &caller, stream, events).await?)
    }

    /// The role of the version that wrote.
    async fn caller(&self, source: &OutputSource, context: &RequestContext) -> Result<Caller, Unwritten> {
        let gone = || Unwritten::Refused("the function is not there any more".to_owned());
        let (scope, name) = function_of_arn(&source.function_arn).ok_or_else(gone)?;
        let found = self.means.store.function(scope, name).await?.ok_or_else(gone)?;
        let role = self.role(source, scope, found, context.request_id)?;
        let actor = Actor {
            function_arn: &source.function_arn,
            function_name: name,
            scope,
            role: &role,
            request: context.request_id,
            now: context.received_at,
        };
        Ok(self.means.roles.caller(&actor).await?)
    }

    fn role(
        &self,
        source: &OutputSource,
        scope: Scope,
        found: Guarded<Arc<contract::FunctionRecord>>,
        request: RequestId,
    ) -> Result<String, Unwritten> {
        let permit = self.means.gate.authorize_service(scope.account, WRITE_LOGS, &found, request)?;
        let function = found.open_function(&permit, None)?;
        let version = version_of_stream(&source.log_stream).and_then(|version| function.version(version));
        Ok(version.unwrap_or(&function.latest).configuration.role.clone())
    }

    fn tell(&self, source: &OutputSource, unwritten: &Unwritten) {
        let (function, group) = (&*source.function_arn, &*source.log_group);
        match unwritten {
            // As on AWS: a role without the right writes nothing, and nobody is told.
            Unwritten::Refused(cause) => {
                tracing::debug!(target: "keepwell::operator", function, group, cause, "output was not written");
            }
            Unwritten::Failed(cause) => {
                tracing::error!(target: "keepwell::operator", function, group, cause, "output was lost");
            }
        }
    }
}

/// In batches that one call takes.
fn batches(lines: Vec<OutputLine>) -> Vec<Vec<OutputLine>> {
    let mut batches: Vec<Vec<OutputLine>> = Vec::new();
    let mut bytes = 0_usize;
    for line in lines {
        let size = line.text.len().saturating_add(EVENT_BYTES);
        let has_room = bytes.saturating_add(size) <= BATCH_BYTES_MAX;
        match batches.last_mut().filter(|batch| has_room && batch.len() < BATCH_LINES_MAX) {
            Some(batch) => {
                batch.push(line);
                bytes = bytes.saturating_add(size);
            }
            None => {
                batches.push(vec![line]);
                bytes = size;
            }
        }
    }
    batches
}

fn function_of_arn(arn: &str) -> Option<(Scope, &str)> {
    let mut fields = arn.split(':').skip(3);
    let region = Region::parse(fields.next()?).ok()?;
    let account = AccountId::parse(fields.next()?).ok()?;
    let name = fields.nth(1)?;
    Some((Scope::new(account, region), name))
}

/// Of `2026/03/02/[$LATEST]0123…`.
fn version_of_stream(stream: &str) -> Option<&str> {
    let (_, rest) = stream.split_once('[')?;
    let (version, _) = rest.split_once(']')?;
    let is_number = !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit());
    (is_number || version == LATEST).then_some(version)
}

impl From<LogEventsError> for Unwritten {
    fn from(error: LogEventsError) -> Self {
        match error {
            LogEventsError::Denied(cause) => Self::Refused(cause),
            LogEventsError::Refused(cause) | LogEventsError::Internal(cause) => Self::Failed(cause),
        }
    }
}

impl From<RoleError> for Unwritten {
    fn from(error: RoleError) -> Self {
        match error {
            RoleError::Session(RoleSessionError::NotAssumable) => Self::Refused(error.to_string()),
            other => Self::Failed(other.to_string()),
        }
    }
}

impl From<StoreError> for Unwritten {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<AuthorizationError> for Unwritten {
    fn from(error: AuthorizationError) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<WrongPermit> for Unwritten {
    fn from(error: WrongPermit) -> Self {
        Self::Failed(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use terms::Timestamp;

    use super::*;

    fn line(length: usize) -> OutputLine {
        OutputLine { at: Timestamp::from_millis(1), text: "x".repeat(length) }
    }

    #[test]
    fn batches_are_as_large_as_one_call_takes() {
        let sizes = |lines: Vec<OutputLine>| batches(lines).iter().map(Vec::len).collect::<Vec<_>>();
        assert_eq!(sizes(Vec::new()), Vec::<usize>::new());
        assert_eq!(sizes(vec![line(1); 10_001]), [10_000, 1]);
        assert_eq!(sizes(vec![line(300_000); 7]), [3, 3, 1]);
        assert_eq!(sizes(vec![line(2_000_000), line(1)]), [1, 1]);
    }

    #[test]
    fn a_stream_tells_which_version_wrote() {
        assert_eq!(version_of_stream("2026/03/02/[$LATEST]00ff"), Some("$LATEST"));
        assert_eq!(version_of_stream("2026/03/02/[12]00ff"), Some("12"));
        for other in ["", "2026/03/02/00ff", "2026/03/02/[]00ff", "2026/03/02/[live]00ff"] {
            assert_eq!(version_of_stream(other), None);
        }
    }

    #[test]
    fn an_arn_tells_where_its_function_is() {
        let (scope, name) = function_of_arn("arn:aws:lambda:eu-central-1:111122223333:function:app").unwrap();
        assert_eq!((scope.account.as_str(), scope.region.as_str(), name), ("111122223333", "eu-central-1", "app"));
        assert!(function_of_arn("app").is_none());
    }
}
