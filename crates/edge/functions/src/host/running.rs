//! The processes of one environment while they run, and what the host has to do with them.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream as StdUnixStream;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use rustix::process::{Pid, getuid};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::net::unix::pipe::Receiver;
use tokio::process::{Child, Command};
use tokio::sync::{Notify, oneshot, watch};
use tokio::task::AbortHandle;
use zeroize::Zeroizing;

use super::confinement::{shown, system};
use super::environment::Plan;
use super::output::LineSink;
use super::peer::Residents;
use super::runtime_api::RuntimeApi;
use super::temporary::TemporaryFolder;
use super::variables::{Surroundings, variables};
use super::vitals::{Bounds, Watched};
use crate::CONFINE_COMMAND;
use crate::confine::{Cell, Ended, Exit, Limits, WARDEN, message};
use crate::process_tree::{kill_orphans, tasks_of};
use crate::wire::Failure;

/// As at AWS.
const OPEN_FILES: u64 = 1024;
const PROCESSES: u64 = 1024;
/// The warden gives itself ten seconds.
const END_TIMEOUT: Duration = Duration::from_secs(12);

pub(super) struct Running {
    pub(super) api: RuntimeApi,
    sink: Arc<LineSink>,
    output: Arc<Receiver>,
    pump: AbortHandle,
    vitals: Watched,
    kill: Arc<Notify>,
    ended: watch::Receiver<Option<Ended>>,
    warden: Child,
    /// None once it has been given up.
    temporary: Option<TemporaryFolder>,
}

impl Running {
    pub(super) async fn start(plan: &Plan, sink: Arc<LineSink>) -> Result<Self, Failure> {
        Self::try_start(plan, sink)
            .await
            .map_err(|error| Failure::Internal(format!("A function cannot be started: {error}")))?
    }

    async fn try_start(plan: &Plan, sink: Arc<LineSink>) -> io::Result<Result<Self, Failure>> {
        let user = plan.user.as_ref().map(|user| user.id);
        let temporary = TemporaryFolder::make(&plan.surface.environments_folder, user)?;
        let (let_in, residents) = oneshot::channel();
        let api = RuntimeApi::listen(residents).await?;
        let cell = cell(plan, &api, temporary.path());
        if let Some(shown) = shown(&cell.readable, &plan.surface.settings.protected) {
            let why = format!("A function would see {}, which none may. Functions are not run.", shown.display());
            return Ok(Err(Failure::Unserved(why)));
        }
        let (reader, writer) = io::pipe()?;
        let output = Arc::new(Receiver::from_owned_fd(reader.into())?);
        let (ours, theirs) = StdUnixStream::pair()?;
        ours.set_nonblocking(true)?;
        let mut command = Command::new("/proc/self/exe");
        command.args([CONFINE_COMMAND, WARDEN]).env_clear().current_dir("/");
        command.stdin(OwnedFd::from(theirs)).stdout(writer.try_clone()?).stderr(Stdio::from(writer));
        let warden = command.spawn()?;
        // The command holds the other ends.
        drop(command);
        let pid = warden.id().and_then(|pid| Pid::from_raw(pid.cast_signed())).ok_or(io::ErrorKind::NotFound)?;
        // Who listens has not gone: it is in `api`.
        let _sent = let_in.send(user.map_or(Residents::Below(pid), Residents::User));

        let kill = Arc::new(Notify::new());
        let (tell, ended) = watch::channel(None);
        tokio::spawn(converse(UnixStream::from_std(ours)?, message(&cell)?, Arc::clone(&kill), tell));
        let pump = tokio::spawn(pump(Arc::clone(&output), Arc::clone(&sink))).abort_handle();
        let bounds = Bounds {
            memory_mib: plan.function.memory_mib,
            storage_mib: plan.function.ephemeral_storage_mib,
            processes: PROCESSES,
        };
        let vitals = Watched::begin(pid, temporary.path().to_owned(), bounds, Arc::clone(&kill), Arc::clone(&sink));
        Ok(Ok(Self { api, sink, output, pump, vitals, kill, ended, warden, temporary: Some(temporary) }))
    }

    pub(super) fn exit(&self) -> Option<Exit> {
        self.ended.borrow().as_ref().map(|ended| ended.exit.clone())
    }

    /// When the function's first process has ended.
    pub(super) async fn exited(&self) -> Exit {
        let mut ended = self.ended.clone();
        let known = ended.wait_for(Option::is_some).await.map(|ended| ended.clone());
        known.ok().flatten().map_or(Exit::Signal(9), |ended| ended.exit)
    }

    /// What was printed so far becomes lines now.
    pub(super) fn drain(&self) {
        self.sink.drain(&self.output);
    }

    pub(super) fn set_busy(&self, is_busy: bool) {
        self.vitals.set_busy(is_busy);
    }

    pub(super) fn peak_bytes(&self) -> u64 {
        let at_the_end = self.ended.borrow().as_ref().map_or(0, |ended| ended.peak_bytes);
        self.vitals.peak_bytes().max(at_the_end)
    }

    /// Kills whatever runs, and returns when nothing does.
    pub(super) async fn kill(&mut self) {
        self.kill.notify_one();
        match tokio::time::timeout(END_TIMEOUT, self.warden.wait()).await {
            Ok(Ok(status)) if status.success() => return,
            Ok(_) => tracing::error!("the warden of a function did not end by itself"),
            Err(_) => {
                tracing::error!("processes of a function do not die");
                drop(self.warden.kill().await);
            }
        }
        // What it stood over has become the host's.
        if tokio::task::spawn_blocking(kill_orphans).await.is_err() {
            tracing::error!("processes of a function may be left");
        }
    }

    pub(super) async fn end(mut self) {
        self.kill().await;
        self.drain();
        self.pump.abort();
        let temporary = self.temporary.take();
        // The user is given back after the folder is gone.
        if tokio::task::spawn_blocking(move || drop(temporary)).await.is_err() {
            tracing::warn!("a temporary folder of a function stays");
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill.notify_one();
        self.pump.abort();
    }
}

async fn pump(output: Arc<Receiver>, sink: Arc<LineSink>) {
    while output.readable().await.is_ok() && sink.drain(&output) {}
}

/// Gives the warden its cell, and hears how the function's process ended. Closing the socket kills.
async fn converse(
    mut warden: UnixStream,
    cell: Zeroizing<Vec<u8>>,
    kill: Arc<Notify>,
    ended: watch::Sender<Option<Ended>>,
) {
    let told = async {
        let (mut from, mut to) = warden.split();
        to.write_all(&cell).await?;
        let mut length = [0; 4];
        tokio::select! {
            read = from.read_exact(&mut length) => read?,
            () = kill.notified() => {
                to.shutdown().await?;
                from.read_exact(&mut length).await?
            }
        };
        let mut json = vec![0; usize::try_from(u32::from_be_bytes(length)).unwrap_or_default().min(65_536)];
        from.read_exact(&mut json).await?;
        Ok::<Ended, io::Error>(serde_json::from_slice(&json)?)
    };
    // A warden that was killed says nothing.
    ended.send_replace(Some(told.await.unwrap_or(Ended { exit: Exit::Signal(9), peak_bytes: 0 })));
}

fn cell(plan: &Plan, api: &RuntimeApi, temporary: &Path) -> Cell {
    let Plan { function, surface, code, launch, .. } = plan;
    let user = plan.user.as_ref().map(|user| user.id);
    let environment = variables(&Surroundings {
        function,
        credentials: &plan.credentials,
        log_stream: &plan.log_stream,
        api: api.address.to_string(),
        code: &code.folder,
        runtime_folder: &surface.runtime_folder,
        temporary,
        endpoint_url: surface.settings.endpoint_url.as_deref(),
        ca_bundle: surface.ca_bundle.as_deref(),
        own: &launch.environment,
    });
    let mut readable: Vec<PathBuf> = system().collect();
    readable.extend([code.folder.clone(), surface.runtime_folder.clone()]);
    readable.extend(launch.readable.iter().cloned());
    // What lies in the machine's own /tmp would be hidden, also from the function that needs it.
    let own_tmp = user.is_some() && !readable.iter().any(|path| path.starts_with("/tmp"));
    Cell {
        program: launch.program.clone(),
        arguments: launch.arguments.clone(),
        environment,
        folder: code.folder.clone(),
        user,
        readable,
        writable: temporary.to_owned(),
        own_tmp,
        limits: Limits {
            open_files: OPEN_FILES,
            // The limit counts all that its user has.
            processes: if user.is_some() { PROCESSES } else { PROCESSES.saturating_add(tasks_of(getuid())) },
            file_bytes: u64::from(function.ephemeral_storage_mib).saturating_mul(1024 * 1024),
        },
        landlock: surface.confinement.landlock_abi > 0,
        seccomp: surface.confinement.seccomp,
    }
}
