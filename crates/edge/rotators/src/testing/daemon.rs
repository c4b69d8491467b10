//! A server's process: in a folder of its own, as a user who is not root, and gone when nobody needs it any more.

use std::{
    fs,
    io::Write,
    net::{Ipv4Addr, TcpListener, TcpStream},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, Weak},
    time::{Duration, Instant},
};

use tempfile::TempDir;

pub(crate) struct Daemon {
    pub(crate) folder: TempDir,
    pub(crate) port: u16,
    /// None if the tests do not run as root.
    ids: Option<Ids>,
    process: Option<Child>,
}

/// Who a server runs as when the tests run as root: most refuse root.
#[derive(Clone, Copy)]
struct Ids {
    user: u32,
    group: u32,
}

impl Daemon {
    /// A folder that belongs to the user, and a port that was free a moment ago.
    pub(crate) fn prepare(user: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
        let daemon = Self { folder, port, ids: ids(user), process: None };
        daemon.hand_over(daemon.folder.path());
        daemon
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        let mut file = fs::File::create(&path).unwrap();
        file.write_all(text.as_bytes()).unwrap();
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        self.hand_over(&path);
        path
    }

    /// Puts `server.pem` and `server.key` there, which are good for `localhost`; returns `ca.pem`, which vouches for them.
    pub(crate) fn certify(&self) -> PathBuf {
        let Certified { ca, certificate, key } = Certified::for_localhost();
        self.write("server.pem", &certificate);
        self.write("server.key", &key);
        self.write("ca.pem", &ca)
    }

    fn hand_over(&self, path: &Path) {
        if let Some(ids) = self.ids {
            std::os::unix::fs::chown(path, Some(ids.user), Some(ids.group)).unwrap();
        }
    }

    /// To its end, which must be a good one.
    pub(crate) fn run(&self, program: &Path, arguments: &[&str]) {
        let output = self.command(program, arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    pub(crate) fn start(&mut self, program: &Path, arguments: &[&str]) {
        let log = fs::File::create(self.path("log")).unwrap();
        let mut command = self.command(program, arguments);
        command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
        self.process = Some(command.spawn().unwrap());
        let deadline = Instant::now() + Duration::from_secs(60);
        while TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_err() {
            assert!(Instant::now() < deadline, "{} did not start: {}", program.display(), self.log());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// As a crash would.
    pub(crate) fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().ok();
            process.wait().ok();
        }
    }

    /// What it has written so far.
    pub(crate) fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(self.path("log")).unwrap_or_default()).into_owned()
    }

    fn command(&self, program: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(self.folder.path()).env("LC_ALL", "C");
        if let Some(ids) = self.ids {
            command.uid(ids.user).gid(ids.group);
        }
        command
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        self.stop();
    }
}

fn ids(user: &str) -> Option<Ids> {
    let number = |flag: &str, of: &[&str]| -> u32 {
        let output = Command::new("id").arg(flag).args(of).output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim().parse().unwrap()
    };
    (number("-u", &[]) == 0).then(|| Ids { user: number("-u", &[user]), group: number("-g", &[user]) })
}

/// One server for all tests that run at the same time; it ends with the last of them.
pub(crate) struct Shared<S>(Mutex<Weak<S>>);

impl<S> Shared<S> {
    pub(crate) const fn new() -> Self {
        Self(Mutex::new(Weak::new()))
    }

    pub(crate) fn running(&self, start: impl FnOnce() -> S) -> Arc<S> {
        let mut running = self.0.lock().unwrap();
        running.upgrade().unwrap_or_else(|| {
            let server = Arc::new(start());
            *running = Arc::downgrade(&server);
            server
        })
    }
}

/// A certificate for `localhost`, its key, and the authority that has signed it.
pub(crate) struct Certified {
    pub(crate) ca: String,
    pub(crate) certificate: String,
    pub(crate) key: String,
}

impl Certified {
    pub(crate) fn for_localhost() -> Self {
        let ca_key = rcgen::KeyPair::generate().unwrap();
        let mut ca = rcgen::CertificateParams::new(Vec::new()).unwrap();
        ca.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let ca_certificate = ca.self_signed(&ca_key).unwrap();
        let key = rcgen::KeyPair::generate().unwrap();
        let issuer = rcgen::Issuer::new(ca, ca_key);
        let own = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        let certificate = own.signed_by(&key, &issuer).unwrap();
        Self { ca: ca_certificate.pem(), certificate: certificate.pem(), key: key.serialize_pem() }
    }
}
