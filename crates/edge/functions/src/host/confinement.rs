//! What keeps functions away from each other and from the server, as this machine has it.

use std::path::{Path, PathBuf};

use rustix::process::geteuid;
use serde::{Deserialize, Serialize};

use crate::confine::{landlock_abi, seccomp_is_to_be_had};
use crate::settings::{Settings, UserIds};

/// From this version on Landlock also keeps signals inside, which a user of its own does as well.
const ABI_WITH_SCOPES: i32 = 6;

/// What every function may read, and execute where it is a program.
const SYSTEM: &[&str] = &[
    "/usr",
    "/bin",
    "/lib",
    "/lib32",
    "/lib64",
    "/libx32",
    "/etc/alternatives",
    "/etc/ca-certificates",
    "/etc/ca-certificates.conf",
    "/etc/gai.conf",
    "/etc/group",
    "/etc/host.conf",
    "/etc/hostname",
    "/etc/hosts",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/ld.so.preload",
    "/etc/localtime",
    "/etc/mime.types",
    "/etc/nsswitch.conf",
    "/etc/os-release",
    "/etc/passwd",
    "/etc/pki/tls",
    "/etc/protocols",
    "/etc/resolv.conf",
    "/etc/services",
    "/etc/ssl/cert.pem",
    "/etc/ssl/certs",
    "/etc/ssl/openssl.cnf",
    "/etc/timezone",
    "/dev/random",
    "/dev/urandom",
    // Its own, and nobody else's.
    "/proc/self",
    "/proc/cpuinfo",
    "/proc/filesystems",
    "/proc/loadavg",
    "/proc/meminfo",
    "/proc/stat",
    "/proc/sys/kernel",
    "/proc/sys/vm/overcommit_memory",
    "/proc/uptime",
    "/proc/version",
    "/sys/devices/system/cpu",
    "/sys/kernel/mm/transparent_hugepage",
];

/// As `keepwell doctor` tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confinement {
    /// Each environment has a user id of its own; otherwise all have the server's.
    pub own_users: bool,
    /// The version of Landlock, 0 for none.
    pub landlock_abi: i32,
    pub seccomp: bool,
    /// Why functions are not run, or would not be without `unconfined_allowed`.
    pub shortcoming: Option<String>,
    pub unconfined_allowed: bool,
}

impl Confinement {
    pub(super) fn of_this_machine(settings: &Settings) -> Self {
        let own_users = geteuid().is_root();
        let landlock_abi = landlock_abi();
        Self {
            own_users,
            landlock_abi,
            seccomp: seccomp_is_to_be_had(),
            shortcoming: shortcoming(own_users, landlock_abi),
            unconfined_allowed: settings.unconfined_allowed,
        }
    }

    /// May functions run?
    pub(super) fn verdict(&self) -> Result<(), String> {
        match &self.shortcoming {
            Some(shortcoming) if !self.unconfined_allowed => Err(format!(
                "Functions are not run: {shortcoming} To run them all the same, set `functions.allow_unconfined`."
            )),
            _ => Ok(()),
        }
    }

    pub(super) fn users(&self, settings: &Settings) -> Option<UserIds> {
        self.own_users.then_some(settings.user_ids)
    }
}

fn shortcoming(own_users: bool, landlock_abi: i32) -> Option<String> {
    let shortcoming = if landlock_abi == 0 {
        "the kernel has no Landlock (Linux 5.13 or newer, with landlock among the modules of `lsm=`), so that a function \
         would see the server's files."
    } else if !own_users && landlock_abi < ABI_WITH_SCOPES {
        "the server is not root and the kernel is older than Linux 6.12, so that a function could end the server."
    } else {
        return None;
    };
    Some(shortcoming.to_owned())
}

/// What a function may read beyond its own code.
pub(super) fn system() -> impl Iterator<Item = PathBuf> {
    SYSTEM.iter().map(PathBuf::from)
}

/// Would one of these show something that no function may see?
pub(super) fn shown<'a>(readable: &[PathBuf], protected: &'a [PathBuf]) -> Option<&'a Path> {
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let readable: Vec<PathBuf> = readable.iter().map(|path| real(path)).collect();
    let is_shown = |path: &&PathBuf| {
        let path = real(path);
        readable.iter().any(|readable| path.starts_with(readable) || readable.starts_with(&path))
    };
    protected.iter().find(is_shown).map(PathBuf::as_path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_landlock_or_with_neither_users_nor_scopes_nothing_runs() {
        assert!(shortcoming(true, 0).is_some() && shortcoming(false, 0).is_some());
        assert!(shortcoming(false, 5).is_some());
        assert!(shortcoming(true, 1).is_none() && shortcoming(false, 6).is_none());

        let mut confinement = Confinement {
            own_users: false,
            landlock_abi: 2,
            seccomp: true,
            shortcoming: shortcoming(false, 2),
            unconfined_allowed: false,
        };
        assert!(confinement.verdict().unwrap_err().contains("functions.allow_unconfined"));
        confinement.unconfined_allowed = true;
        assert!(confinement.verdict().is_ok());
    }

    #[test]
    fn what_is_protected_is_neither_within_nor_around_what_is_readable() {
        let protected = ["/usr/share/data".into(), "/srv/data".into()];
        assert_eq!(shown(&["/usr".into()], &protected), Some(Path::new("/usr/share/data")));
        assert_eq!(shown(&["/srv/data/libraries".into()], &protected), Some(Path::new("/srv/data")));
        assert_eq!(shown(&["/srv/dat".into(), "/opt".into()], &protected), None);
        assert_eq!(shown(&[PathBuf::from("/")], &protected), Some(Path::new("/usr/share/data")));
    }
}
