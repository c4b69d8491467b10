//! The server's side: starts the host, and speaks with it.

use std::collections::HashMap;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream as StdUnixStream;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use bytes::Bytes;
use contract::Answer;
use facades::{
    FunctionCode, FunctionHost, FunctionOutput, HostError, InstalledCode, Invocation, InvocationEnd, Invoked,
};
use parking_lot::Mutex;
use terms::Entropy;
use tokio::io::AsyncWriteExt;
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::process::{Child, Command};
use tokio::runtime::Handle;
use tokio::sync::{mpsc, watch};

use crate::HOST_COMMAND;
use crate::host::Description;
use crate::protocol::{self, Frame, FromHost, ToHost};
use crate::settings::Settings;
use crate::wire::CallMessage;

/// Beside a function's own time: unpacking its code, waiting for a place, starting its process.
const SLACK: Duration = Duration::from_mins(3);
/// After a host that died at once. Each further one waits twice as long, up to the second.
const PAUSE_AFTER_A_DEATH: Duration = Duration::from_millis(100);
const PAUSE_MAX: Duration = Duration::from_secs(10);
/// A host that lived this long had no trouble starting.
const STEADY_AFTER: Duration = Duration::from_secs(10);
/// For a host that cannot be spoken with any more.
const END_TIMEOUT: Duration = Duration::from_secs(5);
/// For all functions of a host that was told to end: more than it gives them itself.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(30);

/// Runs functions in a host process, which is started when the first function is, and again when it has died.
pub struct HostClient {
    program: PathBuf,
    settings: Mutex<Settings>,
    output: Arc<dyn FunctionOutput>,
    entropy: Arc<dyn Entropy>,
    next_call: AtomicU64,
    host: Mutex<Host>,
    /// Where this was made. Who calls first may be on a runtime that ends sooner, and the host would be lost with it.
    home: Option<Handle>,
}

#[derive(Default)]
struct Host {
    connection: Option<Connection>,
    /// In a row, of hosts that did not live long.
    deaths: u32,
    not_before: Option<Instant>,
    /// The client was closed: nothing is started any more.
    is_closed: bool,
}

#[derive(Clone)]
struct Connection {
    started_at: Instant,
    /// None closes the socket.
    frames: mpsc::UnboundedSender<Option<Frame>>,
    /// None once the host has gone.
    waiting: Arc<Waiting>,
    ended_at: Arc<OnceLock<Instant>>,
    gone: watch::Receiver<bool>,
}

type Reply = (FromHost, Bytes);
type Waiting = Mutex<Option<HashMap<u64, mpsc::UnboundedSender<Reply>>>>;

impl HostClient {
    /// `output` is given what functions print. Nothing is started yet.
    pub fn new(settings: Settings, output: Arc<dyn FunctionOutput>, entropy: Arc<dyn Entropy>) -> Self {
        Self::with_program("/proc/self/exe".into(), settings, output, entropy)
    }

    /// As `new`, for a program other than this one: one that hands `functions-host` to [`crate::host::run`] and
    /// `functions-confine` to [`crate::confine::run`].
    pub fn with_program(
        program: PathBuf,
        settings: Settings,
        output: Arc<dyn FunctionOutput>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        Self {
            program,
            settings: Mutex::new(settings),
            output,
            entropy,
            next_call: AtomicU64::new(0),
            host: Mutex::default(),
            home: Handle::try_current().ok(),
        }
    }

    /// Where functions will reach the server, if that was not known before it listened. Counts for the next host.
    pub fn set_endpoint_url(&self, endpoint_url: String) {
        self.settings.lock().endpoint_url = Some(endpoint_url);
    }

    /// What can run here, and how well it is confined.
    pub async fn describe(&self) -> Result<Description, HostError> {
        match self.exchange(SLACK, None, |call| (ToHost::Describe { call }, Bytes::new())).await? {
            (FromHost::Described { description, .. }, _) => Ok(*description),
            _ => Err(out_of_step()),
        }
    }

    /// Ends the host and with it every function, and waits until they are gone, though not for ever.
    pub async fn close(&self) {
        let connection = {
            let mut host = self.host.lock();
            host.is_closed = true;
            host.connection.take()
        };
        if let Some(Connection { frames, mut gone, .. }) = connection {
            drop(frames.send(None));
            // An error says that the host has gone already.
            if tokio::time::timeout(CLOSE_TIMEOUT, gone.wait_for(|gone| *gone)).await.is_err() {
                tracing::error!("the functions' host does not end");
            }
        }
    }

    /// A host that keeps silent for so long is as good as gone, and the next call has to find that out for itself.
    async fn exchange(
        &self,
        within: Duration,
        code: Option<&dyn FunctionCode>,
        request: impl FnOnce(u64) -> (ToHost, Bytes),
    ) -> Result<Reply, HostError> {
        let silent = |_| HostError::Internal("the host of functions does not answer".to_owned());
        tokio::time::timeout(within, self.ask(code, request)).await.map_err(silent)?
    }

    async fn ask(
        &self,
        code: Option<&dyn FunctionCode>,
        request: impl FnOnce(u64) -> (ToHost, Bytes),
    ) -> Result<Reply, HostError> {
        let connection = self.connect()?;
        let call = self.next_call.fetch_add(1, Ordering::Relaxed);
        let (sender, mut replies) = mpsc::unbounded_channel();
        connection.waiting.lock().as_mut().ok_or_else(gone)?.insert(call, sender);
        let mut asked = Asked { connection: &connection, call, owes_code: false };
        let (message, body) = request(call);
        asked.say(&message, body)?;
        drop(message);
        loop {
            match (replies.recv().await.ok_or_else(gone)?, code) {
                ((FromHost::NeedCode { .. }, _), Some(code)) => {
                    asked.owes_code = true;
                    let read = code.read().await;
                    asked.owes_code = false;
                    match read {
                        Ok(archive) => asked.say(&ToHost::Code { call }, archive)?,
                        Err(error) => asked.say(&ToHost::NoCode { call, failure: error.into() }, Bytes::new())?,
                    }
                }
                ((FromHost::Failed { failure, .. }, _), _) => return Err(failure.into()),
                (reply, _) => return Ok(reply),
            }
        }
    }

    /// The connection that there is, or a new host's.
    fn connect(&self) -> Result<Connection, HostError> {
        let mut host = self.host.lock();
        if host.is_closed {
            return Err(HostError::Internal("The server is ending.".to_owned()));
        }
        let now = Instant::now();
        if let Some(connection) = &host.connection {
            if connection.waiting.lock().is_some() {
                return Ok(connection.clone());
            }
            let ended_at = connection.ended_at.get().copied().unwrap_or(now);
            let is_steady = ended_at.duration_since(connection.started_at) > STEADY_AFTER;
            host.deaths = if is_steady { 0 } else { host.deaths.saturating_add(1) };
            host.not_before = (host.deaths > 0).then(|| ended_at + pause_after(host.deaths));
            host.connection = None;
        }
        if host.not_before.is_some_and(|not_before| now < not_before) {
            return Err(HostError::Internal("The functions' host has ended and is not started again yet.".to_owned()));
        }
        let connection = self.start(now).map_err(|error| {
            host.deaths = host.deaths.saturating_add(1);
            host.not_before = Some(now + pause_after(host.deaths));
            HostError::Internal(format!("The functions' host cannot be started: {error}"))
        })?;
        host.connection = Some(connection.clone());
        Ok(connection)
    }

    fn start(&self, now: Instant) -> io::Result<Connection> {
        let _at_home = self.home.as_ref().map(Handle::enter);
        let (ours, theirs) = StdUnixStream::pair()?;
        ours.set_nonblocking(true)?;
        let mut command = Command::new(&self.program);
        command.arg(HOST_COMMAND).env_clear().current_dir("/");
        // What a terminal sends to the server, which then drains, is not for functions.
        command.process_group(0);
        command.stdin(Stdio::from(OwnedFd::from(theirs))).stdout(Stdio::null()).stderr(Stdio::inherit());
        let child = command.spawn()?;
        // The command holds the host's end of the socket.
        drop(command);
        let (reader, writer) = UnixStream::from_std(ours)?.into_split();
        let (frames, to_write) = mpsc::unbounded_channel();
        let (gone_sender, gone) = watch::channel(false);
        let waiting = Arc::new(Mutex::new(Some(HashMap::new())));
        let ended_at = Arc::new(OnceLock::new());
        let connection = Connection {
            started_at: now,
            frames,
            waiting: Arc::clone(&waiting),
            ended_at: Arc::clone(&ended_at),
            gone,
        };
        let settings = Box::new(self.settings.lock().clone());
        let first = Frame::new(&ToHost::Settings(settings), Bytes::new())?;
        drop(connection.frames.send(Some(first)));
        tokio::spawn(write_frames(to_write, writer));
        let output = Arc::clone(&self.output);
        tokio::spawn(async move {
            listen(reader, &waiting, &*output).await;
            // Whoever sees that it has ended sees when.
            let _first = ended_at.set(Instant::now());
            waiting.lock().take();
            reap(child).await;
            gone_sender.send_replace(true);
        });
        Ok(connection)
    }
}

impl FunctionHost for HostClient {
    fn install<'a>(&'a self, code: &'a dyn FunctionCode) -> Answer<'a, Result<InstalledCode, HostError>> {
        Box::pin(async move {
            let digest = code.digest();
            match self.exchange(SLACK, Some(code), |call| (ToHost::Install { call, digest }, Bytes::new())).await? {
                (FromHost::Installed { unpacked_bytes, .. }, _) => Ok(InstalledCode { unpacked_bytes }),
                _ => Err(out_of_step()),
            }
        })
    }

    fn invoke<'a>(
        &'a self,
        invocation: Invocation,
        code: &'a dyn FunctionCode,
    ) -> Answer<'a, Result<Invoked, HostError>> {
        Box::pin(async move {
            let within = invocation.function.timeout.saturating_add(SLACK);
            let (invocation, payload) = CallMessage::of(invocation, code.digest(), self.stream_id());
            let request = |call| (ToHost::Invoke { call, invocation: Box::new(invocation) }, payload);
            match self.exchange(within, Some(code), request).await? {
                (FromHost::Ended { answered, log_tail, .. }, body) => {
                    let end = if answered { InvocationEnd::Answered(body) } else { InvocationEnd::Failed(body) };
                    Ok(Invoked { end, log_tail: log_tail.into_bytes() })
                }
                _ => Err(out_of_step()),
            }
        })
    }

    fn retire(&self, function_arn: &str) {
        // A host that is not there keeps nothing.
        let connection = self.host.lock().connection.clone();
        let frame = Frame::new(&ToHost::Retire { function_arn: function_arn.to_owned() }, Bytes::new());
        if let (Some(connection), Ok(frame)) = (connection, frame) {
            drop(connection.frames.send(Some(frame)));
        }
    }
}

impl HostClient {
    fn stream_id(&self) -> String {
        let mut bytes = [0; 16];
        self.entropy.fill(&mut bytes);
        hex::encode(bytes)
    }
}

/// A call that waits for its reply, or is given up.
struct Asked<'a> {
    connection: &'a Connection,
    call: u64,
    owes_code: bool,
}

impl Asked<'_> {
    fn say(&self, message: &ToHost, body: Bytes) -> Result<(), HostError> {
        let frame = Frame::new(message, body).map_err(|error| HostError::Internal(error.to_string()))?;
        self.connection.frames.send(Some(frame)).map_err(|_| gone())
    }
}

impl Drop for Asked<'_> {
    fn drop(&mut self) {
        if self.owes_code {
            let failure = HostError::Internal("The caller has gone.".to_owned()).into();
            drop(self.say(&ToHost::NoCode { call: self.call, failure }, Bytes::new()));
        }
        if let Some(waiting) = self.connection.waiting.lock().as_mut() {
            waiting.remove(&self.call);
        }
    }
}

/// Until the client is closed or everybody who might speak to the host has gone. Then the host reads the end of its socket, and ends.
async fn write_frames(mut frames: mpsc::UnboundedReceiver<Option<Frame>>, mut writer: OwnedWriteHalf) {
    while let Some(Some(frame)) = frames.recv().await {
        if protocol::write(&mut writer, &frame).await.is_err() {
            return;
        }
    }
    // A host that has gone needs no goodbye.
    drop(writer.shutdown().await);
}

async fn listen(mut reader: OwnedReadHalf, waiting: &Waiting, output: &dyn FunctionOutput) {
    loop {
        let (message, body) = match protocol::read::<FromHost>(&mut reader).await {
            Ok(Some(read)) => read,
            Ok(None) => return,
            Err(error) => {
                tracing::error!(%error, "the functions' host cannot be understood");
                return;
            }
        };
        let call = match message {
            FromHost::Output(message) => {
                let (source, lines) = message.into_parts();
                output.write(&source, lines);
                continue;
            }
            FromHost::NeedCode { call }
            | FromHost::Installed { call, .. }
            | FromHost::Ended { call, .. }
            | FromHost::Failed { call, .. }
            | FromHost::Described { call, .. } => call,
        };
        let waiting = waiting.lock().as_ref().and_then(|waiting| waiting.get(&call).cloned());
        if let Some(waiting) = waiting {
            drop(waiting.send((message, body)));
        }
    }
}

/// A host that cannot be spoken with any more has little time to end by itself.
async fn reap(mut child: Child) {
    let ended = tokio::time::timeout(END_TIMEOUT, child.wait()).await;
    match ended {
        Ok(Ok(status)) if status.success() => {}
        Ok(Ok(status)) => tracing::error!(%status, "the functions' host ended"),
        Ok(Err(error)) => tracing::error!(%error, "the functions' host is lost"),
        Err(_) => {
            tracing::error!("the functions' host does not end and is killed");
            drop(child.kill().await);
        }
    }
}

fn pause_after(deaths: u32) -> Duration {
    PAUSE_AFTER_A_DEATH.saturating_mul(2_u32.saturating_pow(deaths.saturating_sub(1))).min(PAUSE_MAX)
}

fn gone() -> HostError {
    HostError::Internal("The functions' host has ended.".to_owned())
}

fn out_of_step() -> HostError {
    HostError::Internal("The functions' host answered something else.".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_bound() {
        assert_eq!(pause_after(1), Duration::from_millis(100));
        assert_eq!(pause_after(2), Duration::from_millis(200));
        assert_eq!(pause_after(1000), PAUSE_MAX);
    }
}
