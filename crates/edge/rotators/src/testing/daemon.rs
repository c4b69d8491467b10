//! A server's process: in a folder of its own, as a user who is not root, and gone when nobody needs it any more.

use std::{
    fs,
    io::Write,
    net::{Ipv4Addr, TcpListener, TcpStream},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;

pub(crate) struct Daemon {
    pub(crate) folder: TempDir,
    pub(crate) port: u16,
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
        if let Some(ids) = ids(user) {
            std::os::unix::fs::chown(folder.path(), Some(ids.user), Some(ids.group)).unwrap();
        }
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
        Self { folder, port, process: None }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, user: &str, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        let mut file = fs::File::create(&path).unwrap();
        file.write_all(text.as_bytes()).unwrap();
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        if let Some(ids) = ids(user) {
            std::os::unix::fs::chown(&path, Some(ids.user), Some(ids.group)).unwrap();
        }
        path
    }

    /// To its end, which must be a good one.
    pub(crate) fn run(&self, user: &str, program: &Path, arguments: &[&str]) {
        let output = self.command(user, program, arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    pub(crate) fn start(&mut self, user: &str, program: &Path, arguments: &[&str]) {
        let log = fs::File::create(self.path("log")).unwrap();
        let mut command = self.command(user, program, arguments);
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

    fn command(&self, user: &str, program: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(self.folder.path()).env("LC_ALL", "C");
        if let Some(ids) = ids(user) {
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
