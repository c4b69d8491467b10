//! A PostgreSQL of Debian's packages, for as long as the bench needs it.

use std::fs;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use tokio_postgres::{Client, Config, NoTls};

use crate::process::{Process, free_address};

const PATIENCE: Duration = Duration::from_secs(30);
pub(super) const SUPERUSER: &str = "keeper";
pub(super) const SUPERUSER_PASSWORD: &str = "kept-for-the-bench";

pub(super) struct Postgres {
    _process: Process,
    folder: PathBuf,
    pub(super) port: u16,
}

impl Postgres {
    /// Passwords are checked by SCRAM over TCP, as in production.
    pub(super) async fn start() -> Result<Self> {
        let programs = programs()?;
        let folder = std::env::temp_dir().join(format!("keepwell-bench-postgres-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        let owner = owner()?;
        if let Some(Owner { user, group }) = owner {
            chown(&folder, Some(user), Some(group))?;
        }
        let (data, password) = (folder.join("data"), folder.join("password"));
        fs::write(&password, SUPERUSER_PASSWORD)?;
        let mut initdb = Command::new(programs.join("initdb"));
        initdb.arg("--pgdata").arg(&data).args(["--username", SUPERUSER, "--auth", "scram-sha-256", "--no-sync"]);
        initdb.arg("--pwfile").arg(&password).stdout(Stdio::null());
        let made = as_owner(&mut initdb, owner).current_dir(&folder).status().context("initdb")?;
        ensure!(made.success(), "initdb ended with {made}");
        let port = free_address()?.port();
        let mut postgres = Command::new(programs.join("postgres"));
        postgres.arg("-D").arg(&data).args(["-p", &port.to_string(), "-c", "listen_addresses=127.0.0.1"]);
        postgres.args(["-c", "max_connections=200", "-c"]);
        postgres.arg(format!("unix_socket_directories={}", folder.display()));
        let process = Process::start(as_owner(&mut postgres, owner).current_dir(&folder), &folder.join("log"))?;
        let postgres = Self { _process: process, folder, port };
        let began = Instant::now();
        while let Err(error) = postgres.connect(SUPERUSER, SUPERUSER_PASSWORD).await {
            if began.elapsed() > PATIENCE {
                return Err(error).context("PostgreSQL does not answer");
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(postgres)
    }

    pub(super) async fn connect(&self, user: &str, password: &str) -> Result<Client, tokio_postgres::Error> {
        let mut config = Config::new();
        config.host("127.0.0.1").port(self.port).dbname("postgres").user(user).password(password);
        let (client, connection) = config.connect(NoTls).await?;
        tokio::spawn(async move { drop(connection.await) });
        Ok(client)
    }

    /// Did the password let somebody in?
    pub(super) async fn lets_in(&self, user: &str, password: &str) -> bool {
        self.connect(user, password).await.is_ok()
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let _is_temporary = fs::remove_dir_all(&self.folder);
    }
}

#[derive(Clone, Copy)]
struct Owner {
    user: u32,
    group: u32,
}

/// PostgreSQL does not run as root: then the user that its package made does.
fn owner() -> Result<Option<Owner>> {
    if !rustix::process::geteuid().is_root() {
        return Ok(None);
    }
    let users = fs::read_to_string("/etc/passwd")?;
    let line = users.lines().find(|line| line.starts_with("postgres:")).context("there is no user `postgres`")?;
    let mut ids = line.split(':').skip(2);
    let mut id = || ids.next().and_then(|id| id.parse().ok()).context("/etc/passwd cannot be read");
    Ok(Some(Owner { user: id()?, group: id()? }))
}

fn as_owner(command: &mut Command, owner: Option<Owner>) -> &mut Command {
    match owner {
        Some(Owner { user, group }) => command.gid(group).uid(user),
        None => command,
    }
}

fn programs() -> Result<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").map(|entries| entries.flatten().collect::<Vec<_>>());
    let mut versions = versions.unwrap_or_default();
    versions.sort_by_key(|entry| entry.file_name());
    match versions.last().map(|entry| entry.path().join("bin")) {
        Some(programs) if Path::new(&programs.join("initdb")).exists() => Ok(programs),
        _ => bail!("PostgreSQL is missing: install the package `postgresql`"),
    }
}
