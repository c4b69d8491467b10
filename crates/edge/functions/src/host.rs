//! The host process: unpacks code, keeps environments, and answers the server.

mod code_store;
mod confinement;
mod environment;
mod output;
mod peer;
mod pool;
mod report;
mod running;
mod runtime_api;
mod surface;
mod temporary;
mod unpack;
mod users;
mod variables;
mod vitals;
mod work;

use std::collections::HashMap;
use std::fs;
use std::io;
use std::os::unix::net::UnixStream as StdUnixStream;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use parking_lot::Mutex;
use rustix::process::{DumpableBehavior, getpid, set_child_subreaper, set_dumpable_behavior};
use serde::{Deserialize, Serialize};
use terms::Clock;
use tokio::net::UnixStream;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinSet;

use self::code_store::{Code, CodeStore};
pub use self::confinement::Confinement;
use self::environment::{Ended, Environment, Plan};
use self::output::LineSink;
use self::pool::{Place, Pool, Taken};
use self::surface::Surface;
use self::users::Users;
use self::work::WorkFolder;
use crate::protocol::{self, Frame, FromHost, ToHost};
pub use crate::runtimes::RuntimeDescription;
use crate::runtimes::{Runtimes, write_readable};
use crate::settings::Settings;
use crate::wire::{CallMessage, Digest, Failure};

const SWEEP_INTERVAL: Duration = Duration::from_secs(1);
const THREADS: usize = 2;

/// What can run here, and how well it is confined.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Description {
    pub confinement: Confinement,
    pub runtimes: Vec<RuntimeDescription>,
    /// Why nothing is run.
    pub refusal: Option<String>,
}

/// What the program does when it is started with [`crate::HOST_COMMAND`], which only the server does: standard input is a
/// socket to it. Returns when the server has gone or says so, after every function has ended.
pub fn run(clock: Arc<dyn Clock>) -> ExitCode {
    let served = prepare().and_then(|server| {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(THREADS).enable_all().build()?;
        runtime.block_on(serve(server, clock))
    });
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "the host of functions ends");
            ExitCode::FAILURE
        }
    }
}

/// Takes the socket away from standard input, where a child could find it.
fn prepare() -> io::Result<StdUnixStream> {
    set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    // For what a warden leaves behind that was killed.
    set_child_subreaper(Some(getpid()))?;
    let server = StdUnixStream::from(rustix::stdio::stdin().try_clone_to_owned()?);
    rustix::stdio::dup2_stdin(fs::File::open("/dev/null")?)?;
    server.set_nonblocking(true)?;
    Ok(server)
}

async fn serve(server: StdUnixStream, clock: Arc<dyn Clock>) -> io::Result<()> {
    // Service managers tell every process to end. This one ends after the server, which may still need it.
    let mut ignored = Vec::new();
    for kind in [SignalKind::terminate(), SignalKind::interrupt(), SignalKind::hangup()] {
        ignored.push(signal(kind)?);
    }
    let (mut reader, mut writer) = UnixStream::from_std(server)?.into_split();
    let Some((ToHost::Settings(settings), _)) = protocol::read(&mut reader).await? else {
        return Ok(());
    };
    let (to_server, mut frames) = mpsc::unbounded_channel::<Frame>();
    let writing = tokio::spawn(async move {
        while let Some(frame) = frames.recv().await {
            if protocol::write(&mut writer, &frame).await.is_err() {
                return;
            }
        }
    });
    let host = Arc::new(Host::new(*settings, clock, to_server)?);
    // Apart, since a message that was read in part must be read to its end.
    let (hear, mut messages) = mpsc::channel(1);
    let reading = tokio::spawn(async move {
        while let Some(message) = protocol::read::<ToHost>(&mut reader).await.transpose() {
            let is_over = message.is_err();
            if hear.send(message).await.is_err() || is_over {
                return;
            }
        }
    });
    let mut calls = JoinSet::new();
    let mut sweep = tokio::time::interval(SWEEP_INTERVAL);
    let ended = loop {
        tokio::select! {
            message = messages.recv() => match message {
                Some(Ok((message, body))) => host.take(message, body, &mut calls),
                Some(Err(error)) => break Err(error),
                None => break Ok(()),
            },
            _ = sweep.tick() => {
                calls.spawn(end_all(host.pool.stale()));
                while calls.try_join_next().is_some() {}
            }
        }
    };
    host.ending.send_replace(true);
    while calls.join_next().await.is_some() {}
    end_all(host.pool.all_idle()).await;
    reading.abort();
    writing.abort();
    ended
}

/// At the same time, and until all are gone.
async fn end_all(environments: Vec<Environment>) {
    let mut ending: JoinSet<()> = environments.into_iter().map(Environment::end).collect();
    while ending.join_next().await.is_some() {}
}

struct Host {
    surface: Arc<Surface>,
    codes: CodeStore,
    runtimes: Runtimes,
    pool: Pool,
    users: Option<Users>,
    /// Calls that wait for their code.
    without_code: Mutex<HashMap<u64, oneshot::Sender<Result<Bytes, Failure>>>>,
    ending: watch::Sender<bool>,
    _work: WorkFolder,
}

impl Host {
    fn new(settings: Settings, clock: Arc<dyn Clock>, to_server: mpsc::UnboundedSender<Frame>) -> io::Result<Self> {
        let confinement = Confinement::of_this_machine(&settings);
        if let Err(refusal) = confinement.verdict() {
            tracing::warn!("{refusal}");
        } else if let Some(shortcoming) = &confinement.shortcoming {
            tracing::warn!("functions run without being kept from the server: {shortcoming}");
        }
        let work = WorkFolder::make(&settings.work_dir.clone().unwrap_or_else(|| default_work_dir(&confinement)))?;
        let users = confinement.users(&settings);
        let ca_bundle = settings.ca_bundle.as_deref().map(|file| copy_readable(file, &work.runtime())).transpose()?;
        Ok(Self {
            codes: CodeStore::new(work.code(), settings.code_cache_bytes),
            runtimes: Runtimes::new(&settings, work.runtime(), users.map(|users| users.first))?,
            pool: Pool::new(settings.environments_max, settings.environments_per_function_max, settings.idle_timeout),
            users: users.map(Users::new),
            without_code: Mutex::default(),
            ending: watch::Sender::new(false),
            surface: Arc::new(Surface {
                settings,
                confinement,
                clock,
                runtime_folder: work.runtime(),
                environments_folder: work.environments(),
                ca_bundle,
                to_server,
            }),
            _work: work,
        })
    }

    fn take(self: &Arc<Self>, message: ToHost, body: Bytes, calls: &mut JoinSet<()>) {
        let host = Arc::clone(self);
        match message {
            // Comes once, before everything else.
            ToHost::Settings(_) => {}
            ToHost::Install { call, digest } => drop(calls.spawn(async move {
                let installed = host.code(call, digest).await;
                host.reply(
                    call,
                    installed.map(|code| FromHost::Installed { call, unpacked_bytes: code.unpacked_bytes }),
                );
            })),
            ToHost::Invoke { call, invocation } => drop(calls.spawn(async move {
                host.invoke(call, &invocation, body).await;
            })),
            ToHost::Code { call } => self.take_code(call, Ok(body)),
            ToHost::NoCode { call, failure } => self.take_code(call, Err(failure)),
            ToHost::Retire { function_arn } => drop(calls.spawn(end_all(self.pool.retire(&function_arn)))),
            ToHost::Describe { call } => drop(calls.spawn(async move {
                let description = Box::new(host.describe().await);
                host.reply(call, Ok(FromHost::Described { call, description }));
            })),
        }
    }

    fn take_code(&self, call: u64, code: Result<Bytes, Failure>) {
        let waiting = self.without_code.lock().remove(&call);
        if let Some(waiting) = waiting {
            // A call that was given up wants none.
            drop(waiting.send(code));
        }
    }

    fn reply(&self, call: u64, reply: Result<FromHost, Failure>) {
        self.send(&reply.unwrap_or_else(|failure| FromHost::Failed { call, failure }), Bytes::new());
    }

    fn send(&self, message: &FromHost, body: Bytes) {
        match Frame::new(message, body) {
            // A server that has gone wants no reply.
            Ok(frame) => drop(self.surface.to_server.send(frame)),
            Err(error) => tracing::error!(%error, "a reply to the server is lost"),
        }
    }

    async fn describe(&self) -> Description {
        Description {
            confinement: self.surface.confinement.clone(),
            runtimes: self.runtimes.describe().await,
            refusal: self.surface.confinement.verdict().err(),
        }
    }

    /// Asks the server for the archive when the code is not there.
    async fn code(&self, call: u64, digest: Digest) -> Result<Arc<Code>, Failure> {
        let archive = async {
            let (sender, archive) = oneshot::channel();
            self.without_code.lock().insert(call, sender);
            self.send(&FromHost::NeedCode { call }, Bytes::new());
            let mut ending = self.ending.subscribe();
            tokio::select! {
                archive = archive => archive.unwrap_or_else(|_| Err(ended())),
                _ = ending.wait_for(|ending| *ending) => Err(ended()),
            }
        };
        self.codes.get(digest, archive).await
    }

    async fn invoke(&self, number: u64, call: &CallMessage, payload: Bytes) {
        match self.environment(number, call).await {
            Ok((environment, place)) => self.run(number, call, payload, environment, place).await,
            Err(failure) => self.reply(number, Err(failure)),
        }
    }

    /// A warm one, or a new one.
    async fn environment(&self, number: u64, call: &CallMessage) -> Result<(Environment, Place), Failure> {
        self.surface.confinement.verdict().map_err(Failure::Unserved)?;
        let (taken, evicted) = self.pool.take(&call.function, &call.code, self.surface.clock.now());
        end_all(evicted).await;
        let place = match taken {
            Taken::Warm(environment, place) => return Ok((*environment, place)),
            Taken::Full => return Err(Failure::Busy),
            Taken::Start(place) => place,
        };
        let code = self.code(number, call.code).await?;
        let launch = self.runtimes.launch(&call.function, &code.folder).await.map_err(Failure::Unserved)?;
        let user = match &self.users {
            Some(users) => Some(users.lease().ok_or(Failure::Busy)?),
            None => None,
        };
        let function = call.function.clone();
        let surface = Arc::clone(&self.surface);
        let log_stream = report::log_stream(&function.version, &call.stream_id, surface.clock.now());
        let (arn, group, stream) = (function.arn.clone(), function.log_group.clone(), log_stream.clone());
        let sink = Arc::new(LineSink::new(Arc::clone(&surface), arn, group, stream));
        let credentials = call.credentials.clone();
        let environment =
            Environment::start(Plan { function, code, credentials, launch, log_stream, user, surface }, sink).await?;
        Ok((environment, place))
    }

    async fn run(&self, number: u64, call: &CallMessage, payload: Bytes, mut environment: Environment, place: Place) {
        let mut ending = self.ending.subscribe();
        let ended = tokio::select! {
            ended = environment.call(call, payload) => ended,
            _ = ending.wait_for(|ending| *ending) => Err(ended()),
        };
        let mut is_reusable = false;
        match ended {
            Ok(Ended { answered, body, log_tail, is_reusable: reusable }) => {
                is_reusable = reusable;
                self.send(&FromHost::Ended { call: number, answered, log_tail }, body);
            }
            Err(failure) => self.reply(number, Err(failure)),
        }
        let gone = if is_reusable { self.pool.give_back(environment, place) } else { Some(environment) };
        end_all(gone.into_iter().collect()).await;
    }
}

/// Not in /tmp where functions have a /tmp of their own, which hides it.
fn default_work_dir(confinement: &Confinement) -> PathBuf {
    let other = Path::new("/var/tmp");
    if confinement.own_users && other.is_dir() { other.to_owned() } else { std::env::temp_dir() }
}

fn ended() -> Failure {
    Failure::Internal("The functions' host is ending.".to_owned())
}

/// Functions may not come near the original.
fn copy_readable(file: &Path, into: &Path) -> io::Result<PathBuf> {
    let copy = into.join("ca.pem");
    write_readable(&copy, &fs::read(file)?)?;
    Ok(copy)
}
