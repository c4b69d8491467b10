//! A Redis or Valkey server with a folder and a port of its own.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    time::Duration,
};

use crate::testing::daemon::Daemon;

/// It needs no rights at all.
const USER: &str = "nobody";

/// Where it keeps its users.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keeping {
    Nothing,
    AclFile,
    Configuration,
}

pub(super) struct Server {
    pub(super) port: u16,
    pub(super) tls_port: u16,
    program: &'static Path,
    keeping: Keeping,
    has_tls: bool,
    daemon: Daemon,
}

/// What a server shows to whoever watches all commands.
pub(super) struct Monitor(BufReader<TcpStream>);

macro_rules! server_or_pass {
    () => {
        server_or_pass!(server::Keeping::Nothing)
    };
    ($keeping:expr) => {
        server_or_pass!($keeping, false)
    };
    ($keeping:expr, $has_tls:expr) => {
        match Server::start($keeping, $has_tls) {
            Some(server) => server,
            None => {
                eprintln!("neither redis-server nor valkey-server is here: not asked");
                return;
            }
        }
    };
}
pub(super) use server_or_pass;

impl Server {
    /// None if no such program is here.
    pub(super) fn start(keeping: Keeping, has_tls: bool) -> Option<Self> {
        let programs = ["/usr/bin/redis-server", "/usr/bin/valkey-server"].map(Path::new);
        let program = programs.into_iter().find(|program| program.exists())?;
        let daemon = Daemon::prepare(USER);
        match keeping {
            Keeping::Nothing => {}
            Keeping::AclFile => drop(daemon.write("users.acl", "user default on >root ~* &* +@all\n")),
            Keeping::Configuration => drop(daemon.write("redis.conf", "requirepass root\n")),
        }
        if has_tls {
            daemon.certify();
        }
        let tls_port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
        let mut server = Self { port: daemon.port, tls_port, program, keeping, has_tls, daemon };
        server.run();
        Some(server)
    }

    /// As after a crash.
    pub(super) fn restart(&mut self) {
        self.daemon.stop();
        self.run();
    }

    fn run(&mut self) {
        let (port, tls_port) = (self.port.to_string(), self.tls_port.to_string());
        let mut arguments = Vec::new();
        if self.keeping == Keeping::Configuration {
            arguments.push("redis.conf");
        }
        arguments.extend(["--port", &port, "--bind", "127.0.0.1", "--save", ""]);
        match self.keeping {
            Keeping::AclFile => arguments.extend(["--aclfile", "users.acl"]),
            Keeping::Nothing => arguments.extend(["--requirepass", "root"]),
            Keeping::Configuration => {}
        }
        if self.has_tls {
            arguments.extend(["--tls-port", &tls_port, "--tls-auth-clients", "no"]);
            arguments.extend(["--tls-cert-file", "server.pem", "--tls-key-file", "server.key"]);
            arguments.extend(["--tls-ca-cert-file", "ca.pem"]);
        }
        self.daemon.start(self.program, &arguments);
    }

    pub(super) fn ca_bundle(&self) -> Option<PathBuf> {
        Some(self.daemon.path("ca.pem"))
    }

    /// As the superuser; an error is the test's.
    pub(super) fn ask(&self, words: &[&str]) -> String {
        let mut connection = self.connect();
        send(&mut connection, words);
        send(&mut connection, &["QUIT"]);
        let mut answer = String::new();
        connection.read_to_string(&mut answer).unwrap();
        assert!(!answer.starts_with('-'), "{words:?}: {answer}");
        answer
    }

    pub(super) fn rights_of(&self, user: &str) -> String {
        let all = self.ask(&["ACL", "LIST"]);
        let line = all.lines().find_map(|line| line.strip_prefix(&format!("user {user} "))).unwrap();
        let rules = line.split(' ').filter(|rule| !rule.starts_with('#'));
        rules.collect::<Vec<_>>().join(" ")
    }

    pub(super) fn monitor(&self) -> Monitor {
        let mut connection = self.connect();
        send(&mut connection, &["MONITOR"]);
        let mut monitor = Monitor(BufReader::new(connection));
        monitor.until_line("+OK");
        monitor
    }

    fn connect(&self) -> TcpStream {
        let mut connection = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        connection.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        send(&mut connection, &["AUTH", "default", "root"]);
        let mut answer = [0; 5];
        connection.read_exact(&mut answer).unwrap();
        assert_eq!(&answer, b"+OK\r\n");
        connection
    }
}

impl Monitor {
    pub(super) fn until(mut self, end: &str) -> String {
        self.until_line(end)
    }

    fn until_line(&mut self, end: &str) -> String {
        let mut seen = String::new();
        while !seen.lines().last().is_some_and(|line| line.contains(end)) {
            assert_ne!(self.0.read_line(&mut seen).unwrap(), 0);
        }
        seen
    }
}

fn send(connection: &mut TcpStream, words: &[&str]) {
    let mut command = format!("*{}\r\n", words.len());
    for word in words {
        command.push_str(&format!("${}\r\n{word}\r\n", word.len()));
    }
    connection.write_all(command.as_bytes()).unwrap();
}
