//! MariaDB of Debian's packages, one for all tests that run at the same time.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use mysql_async::{Conn, OptsBuilder, prelude::Queryable};
use serde_json::json;

use super::daemon::{Daemon, Shared};
use crate::document::SecretDocument;

const USER: &str = "mysql";
pub(crate) const SUPERUSER: &str = "chief";
pub(crate) const SUPERUSER_PASSWORD: &str = "superuser-of-the-tests";

pub(crate) struct MariaDbServer {
    daemon: Daemon,
    pub(crate) ca: PathBuf,
}

static RUNNING: Shared<MariaDbServer> = Shared::new();

impl MariaDbServer {
    /// Logs every statement, and has TLS.
    pub(crate) fn running() -> Arc<Self> {
        RUNNING.running(Self::start)
    }

    fn start() -> Self {
        let mut daemon = Daemon::prepare(USER);
        let ca = daemon.certify();
        let folder = daemon.folder.path().display().to_string();
        let data = format!("--datadir={folder}/data");
        let install = Path::new("/usr/bin/mariadb-install-db");
        daemon.run(install, &["--no-defaults", &data, "--skip-test-db", "--auth-root-authentication-method=socket"]);
        let account = format!(
            "CREATE USER {SUPERUSER}@'%' IDENTIFIED BY '{SUPERUSER_PASSWORD}';\n\
             GRANT ALL ON *.* TO {SUPERUSER}@'%' WITH GRANT OPTION;\nINSTALL SONAME 'auth_ed25519';\n"
        );
        daemon.write("init.sql", &account);
        let options = [
            "--no-defaults".to_owned(),
            data,
            format!("--port={}", daemon.port),
            "--bind-address=127.0.0.1".to_owned(),
            format!("--socket={folder}/socket"),
            format!("--pid-file={folder}/pid"),
            format!("--init-file={folder}/init.sql"),
            "--general-log=1".to_owned(),
            format!("--general-log-file={folder}/general.log"),
            "--innodb-flush-log-at-trx-commit=0".to_owned(),
            "--innodb-buffer-pool-size=16M".to_owned(),
            format!("--ssl-ca={folder}/ca.pem"),
            format!("--ssl-cert={folder}/server.pem"),
            format!("--ssl-key={folder}/server.key"),
        ];
        let arguments: Vec<&str> = options.iter().map(String::as_str).collect();
        daemon.start(Path::new("/usr/sbin/mariadbd"), &arguments);
        Self { daemon, ca }
    }

    /// Every statement that it was sent, as it logs them.
    pub(crate) fn log(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(self.daemon.path("general.log")).unwrap()).into_owned()
    }

    pub(crate) fn secret(&self, engine: &str, user: &str, password: &str) -> SecretDocument {
        super::document(&json!({
            "engine": engine, "host": "localhost", "port": self.daemon.port,
            "username": user, "password": password, "masterarn": "master",
        }))
    }

    /// As the superuser.
    pub(crate) async fn run(&self, statements: &[&str]) {
        for statement in statements {
            self.query(SUPERUSER, SUPERUSER_PASSWORD, statement).await.unwrap();
        }
    }

    pub(crate) async fn logs_in(&self, user: &str, password: &str) -> bool {
        // The driver spoils one of 256 logins with ed25519.
        self.query(user, password, "SELECT 1").await.is_ok() || self.query(user, password, "SELECT 1").await.is_ok()
    }

    /// The first column of what comes back.
    pub(crate) async fn query(
        &self,
        user: &str,
        password: &str,
        statement: &str,
    ) -> Result<Vec<String>, mysql_async::Error> {
        let options = OptsBuilder::default()
            .ip_or_hostname("127.0.0.1")
            .tcp_port(self.daemon.port)
            .user(Some(user))
            .pass(Some(password))
            .prefer_socket(false);
        let mut connection = loop {
            match Conn::new(options.clone()).await {
                // It listens before the first user is made.
                Err(_) if user == SUPERUSER => tokio::time::sleep(Duration::from_millis(50)).await,
                connected => break connected?,
            }
        };
        connection.query(statement).await
    }
}
