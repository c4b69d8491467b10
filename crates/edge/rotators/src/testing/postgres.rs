//! PostgreSQL of Debian's packages, one for all tests that run at the same time.

use std::{fs, path::PathBuf, sync::Arc};

use serde_json::json;
use tokio_postgres::{Config, NoTls, SimpleQueryMessage};

use super::daemon::{Daemon, Shared};
use crate::document::SecretDocument;

const USER: &str = "postgres";
pub(crate) const SUPERUSER_PASSWORD: &str = "superuser-of-the-tests";

pub(crate) struct PostgresServer {
    daemon: Daemon,
    pub(crate) ca: PathBuf,
}

static RUNNING: Shared<PostgresServer> = Shared::new();

impl PostgresServer {
    /// Logs every statement, and has TLS.
    pub(crate) fn running() -> Arc<Self> {
        RUNNING.running(Self::start)
    }

    fn start() -> Self {
        let mut daemon = Daemon::prepare(USER);
        let ca = daemon.certify();
        daemon.write("password", SUPERUSER_PASSWORD);
        let bin = bin();
        let init = ["-D", "data", "-U", USER, "--pwfile=password", "-A", "scram-sha-256", "-E", "UTF8", "--no-sync"];
        daemon.run(&bin.join("initdb"), &init);
        // This user comes with TLS or not at all. To those with SCRAM's verifier "md5" means SCRAM.
        let rules = "hostssl all tls_user 127.0.0.1/32 scram-sha-256\nhost all tls_user all reject\n\
                     host all all 127.0.0.1/32 md5\n";
        daemon.write("hba.conf", rules);
        let port = daemon.port.to_string();
        let folder = daemon.folder.path().display().to_string();
        let rules = daemon.path("hba.conf").display().to_string();
        let options = [
            format!("port={port}"),
            "listen_addresses=127.0.0.1".to_owned(),
            format!("unix_socket_directories={folder}"),
            format!("hba_file={rules}"),
            "fsync=off".to_owned(),
            "log_statement=all".to_owned(),
            "log_connections=on".to_owned(),
            "ssl=on".to_owned(),
            format!("ssl_cert_file={folder}/server.pem"),
            format!("ssl_key_file={folder}/server.key"),
        ];
        let mut arguments = vec!["-D", "data"];
        arguments.extend(options.iter().flat_map(|option| ["-c", option]));
        daemon.start(&bin.join("postgres"), &arguments);
        Self { daemon, ca }
    }

    pub(crate) fn port(&self) -> u16 {
        self.daemon.port
    }

    pub(crate) fn log(&self) -> String {
        self.daemon.log()
    }

    pub(crate) fn secret(&self, engine: &str, user: &str, password: &str) -> SecretDocument {
        super::document(&json!({
            "engine": engine, "host": "localhost", "port": self.port(), "dbname": "postgres",
            "username": user, "password": password,
        }))
    }

    pub(crate) fn superuser(&self, engine: &str) -> SecretDocument {
        self.secret(engine, USER, SUPERUSER_PASSWORD)
    }

    /// As the superuser.
    pub(crate) async fn run(&self, statements: &str) -> Vec<String> {
        self.query(USER, SUPERUSER_PASSWORD, statements).await.unwrap()
    }

    pub(crate) async fn logs_in(&self, user: &str, password: &str) -> bool {
        self.query(user, password, "SELECT 1").await.is_ok()
    }

    /// The first column of what comes back.
    pub(crate) async fn query(
        &self,
        user: &str,
        password: &str,
        statements: &str,
    ) -> Result<Vec<String>, tokio_postgres::Error> {
        let mut config = Config::new();
        config.host("127.0.0.1").port(self.port()).user(user).password(password).dbname("postgres");
        // It listens a little before it answers.
        let (client, connection) = loop {
            match config.connect(NoTls).await {
                Err(error) if error.code() == Some(&tokio_postgres::error::SqlState::CANNOT_CONNECT_NOW) => {
                    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                }
                connected => break connected?,
            }
        };
        tokio::spawn(connection);
        let messages = client.simple_query(statements).await?;
        let rows = messages.iter().filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => Some(row.get(0).unwrap_or_default().to_owned()),
            _ => None,
        });
        Ok(rows.collect())
    }
}

/// The newest that is installed.
fn bin() -> PathBuf {
    let mut versions: Vec<_> = fs::read_dir("/usr/lib/postgresql")
        .expect("PostgreSQL of Debian's package postgresql")
        .map(|entry| entry.unwrap().path())
        .collect();
    versions.sort();
    versions.pop().unwrap().join("bin")
}
