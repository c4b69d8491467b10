//! How the servers are started: every flag and variable the bench relies on is here and nowhere else.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::certificate::ServerCertificate;
use crate::connection::Target;
use crate::exchange;
use crate::process::{Process, free_address};
use crate::requests::Caller;
use crate::sign::AccessKey;

pub const REGION: &str = "us-east-1";
const ACCESS_KEY_ID: &str = "AKIABENCHBENCHBENCHB";
const SECRET_ACCESS_KEY: &str = "bench/only/bench/only/bench/only/bench/o";
const READY_PATIENCE: Duration = Duration::from_secs(60);

/// A server that answers.
pub struct Server {
    pub process: Process,
    pub target: Target,
    /// Who reads, where it is not the root user.
    pub reader: Option<AccessKey>,
}

impl Server {
    /// The account's root user.
    pub fn caller(&self) -> Caller {
        caller(self.target.address)
    }

    /// Whoever reads: a session of a role, where one was begun.
    pub fn reader(&self) -> Caller {
        match &self.reader {
            Some(access_key) => Caller { access_key: access_key.clone(), ..self.caller() },
            None => self.caller(),
        }
    }

    fn await_ready(mut self, path: &str, log: &Path) -> Result<Self> {
        let started = Instant::now();
        while !exchange::get(&self.target, path).is_ok_and(|answer| answer.status == 200) {
            if self.process.has_ended()? {
                bail!("it ended at once: {}", last_line_of(log));
            }
            if started.elapsed() > READY_PATIENCE {
                bail!("it was not ready within {} seconds: {}", READY_PATIENCE.as_secs(), last_line_of(log));
            }
            thread::sleep(Duration::from_millis(10));
        }
        Ok(self)
    }
}

pub fn caller(address: SocketAddr) -> Caller {
    Caller {
        access_key: AccessKey {
            id: ACCESS_KEY_ID.to_owned(),
            secret: SECRET_ACCESS_KEY.to_owned(),
            session_token: None,
        },
        region: REGION.to_owned(),
        host: address.to_string(),
    }
}

/// What differs between the keepwells of one run.
#[derive(Clone, Copy, Default)]
pub struct Settings<'a> {
    /// The trail is synced before the answer, not soon after it.
    pub strict_trail: bool,
    pub cache_bytes: Option<u64>,
    pub tls: Option<&'a ServerCertificate>,
    /// The interpreter of Python functions.
    pub python: Option<&'a Path>,
}

/// Starts a keepwell on `folder/data`, without waiting.
pub fn launch_keepwell(binary: &Path, folder: &Path, settings: Settings<'_>) -> Result<(Server, PathBuf)> {
    let address = free_address()?;
    let mut command = Command::new(binary);
    without_settings_of_this_shell(&mut command);
    command
        .current_dir(folder)
        .arg("serve")
        .arg("--data-dir")
        .arg(folder.join("data"))
        .args(["--listen", &address.to_string(), "--region", REGION])
        .env("KEEPWELL_ROOT_ACCESS_KEY_ID", ACCESS_KEY_ID)
        .env("KEEPWELL_ROOT_SECRET_ACCESS_KEY", SECRET_ACCESS_KEY)
        .env("KEEPWELL_QUOTA_SECRETS_PER_REGION", "2000000");
    if settings.strict_trail {
        command.env("KEEPWELL_TRAIL_DURABILITY", "strict");
    }
    if let Some(bytes) = settings.cache_bytes {
        command.env("KEEPWELL_CACHE_BYTES", bytes.to_string());
    }
    if let Some(python) = settings.python {
        command.env("KEEPWELL_FUNCTIONS_RUNTIMES_PYTHON_INTERPRETER", python);
    }
    if let Some(tls) = settings.tls {
        command.arg("--tls-certificate").arg(&tls.certificate).arg("--tls-key").arg(&tls.key);
    }
    let log = folder.join("server.log");
    let target = Target { address, tls: settings.tls.map(|tls| tls.client.clone()) };
    Ok((Server { process: Process::start(&mut command, &log)?, target, reader: None }, log))
}

/// Else a variable or a `keepwell.toml` that happens to lie about would be measured with it.
fn without_settings_of_this_shell(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("KEEPWELL_") {
            command.env_remove(name);
        }
    }
}

pub fn start_keepwell(binary: &Path, folder: &Path, settings: Settings<'_>) -> Result<Server> {
    std::fs::create_dir_all(folder)?;
    let (server, log) = launch_keepwell(binary, folder, settings)?;
    server.await_ready("/ready", &log)
}

pub fn start_bare_hyper(
    binary: &Path,
    folder: &Path,
    answer: &Path,
    tls: Option<&ServerCertificate>,
) -> Result<Server> {
    let address = free_address()?;
    let mut command = Command::new(binary);
    command.args(["--listen", &address.to_string(), "--answer"]).arg(answer);
    if let Some(tls) = tls {
        command.arg("--tls-certificate").arg(&tls.certificate).arg("--tls-key").arg(&tls.key);
    }
    let log = folder.join(if tls.is_some() { "bare-hyper-tls.log" } else { "bare-hyper.log" });
    let target = Target { address, tls: tls.map(|tls| tls.client.clone()) };
    Server { process: Process::start(&mut command, &log)?, target, reader: None }.await_ready("/", &log)
}

pub fn start_moto(binary: &Path, folder: &Path) -> Result<Server> {
    let address = free_address()?;
    let mut command = Command::new(binary);
    command.args(["-H", &address.ip().to_string(), "-p", &address.port().to_string()]);
    let log = folder.join("moto-server.log");
    let target = Target { address, tls: None };
    Server { process: Process::start(&mut command, &log)?, target, reader: None }
        .await_ready("/moto-api/data.json", &log)
}

/// Why a server did not come up is usually the last thing it said.
fn last_line_of(log: &Path) -> String {
    let text = std::fs::read_to_string(log).context("no log").unwrap_or_default();
    text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it said nothing").to_owned()
}
