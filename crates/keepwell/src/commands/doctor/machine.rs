//! What the machine offers.

use std::path::Path;

use rustix::fs::statvfs;
use rustix::process::{Resource, getrlimit};
use seal::KeyMaterial;

use super::Finding;
use crate::system::SystemEntropy;

const MIB: u64 = 1024 * 1024;
/// The store and the trail grow by preallocated pieces; with less than this the next one may not fit.
const DISK_MIB_MIN: u64 = 128;
const DISK_MIB_COMFORTABLE: u64 = 1024;

pub(super) fn disk(data_dir: &Path) -> Finding {
    const SUBJECT: &str = "disk";
    // The folder may be yet to come: what matters is the file system it will lie on.
    let absolute = std::path::absolute(data_dir).unwrap_or_else(|_| data_dir.to_owned());
    let Some(space) = absolute.ancestors().find_map(|folder| statvfs(folder).ok()) else {
        return Finding::doubtful(SUBJECT, "the free space cannot be seen", "Look at it with `df`.");
    };
    judge_disk(space.f_bavail.saturating_mul(space.f_frsize) / MIB)
}

fn judge_disk(free_mib: u64) -> Finding {
    const SUBJECT: &str = "disk";
    let told = format!("{free_mib} MiB are free beside the data");
    let advice = "Make room: when the disk is full, writes are refused, and reads once the trail cannot record them.";
    match free_mib {
        0..DISK_MIB_MIN => Finding::broken(SUBJECT, told, advice),
        DISK_MIB_MIN..DISK_MIB_COMFORTABLE => Finding::doubtful(SUBJECT, told, advice),
        _ => Finding::fine(SUBJECT, told),
    }
}

/// Files that are open besides connections.
const OWN_FILES: u64 = 128;

pub(super) fn open_files(connections: u32) -> Finding {
    // `serve` raises the soft limit to the hard one by itself.
    judge_open_files(getrlimit(Resource::Nofile).maximum, connections)
}

fn judge_open_files(granted: Option<u64>, connections: u32) -> Finding {
    const SUBJECT: &str = "open files";
    let wanted = u64::from(connections) + OWN_FILES;
    match granted {
        Some(granted) if granted < wanted => Finding::doubtful(
            SUBJECT,
            format!("{granted} are granted, and {connections} connections need {wanted}"),
            "Raise LimitNOFILE= in the service's unit (`ulimit -Hn` in a shell), or lower limit.connections.",
        ),
        Some(granted) => Finding::fine(SUBJECT, format!("{granted} are granted")),
        None => Finding::fine(SUBJECT, "as many as wanted"),
    }
}

/// Tries it with a key of its own: what is granted depends on the user, the limits and the container.
pub(super) fn key_memory() -> Finding {
    let _key = KeyMaterial::generate(&SystemEntropy);
    judge_key_memory(seal::memory_is_locked(), getrlimit(Resource::Memlock).current)
}

fn judge_key_memory(is_locked: Option<bool>, granted: Option<u64>) -> Finding {
    const SUBJECT: &str = "key memory";
    let limit = match granted {
        Some(bytes) => format!("{} KiB", bytes / 1024),
        None => "as much as wanted".to_owned(),
    };
    if is_locked == Some(true) {
        return Finding::fine(SUBJECT, format!("keys can be locked into memory ({limit})"));
    }
    Finding::doubtful(
        SUBJECT,
        format!("keys cannot be locked into memory ({limit} may be), and could be written to swap"),
        "Raise LimitMEMLOCK= in the service's unit (`ulimit -l` in a shell), or use encrypted swap or none.",
    )
}

pub(super) fn cryptography() -> Finding {
    judge_cryptography(cfg!(feature = "fips"), aws_lc_rs::try_fips_mode().is_ok())
}

fn judge_cryptography(is_fips_build: bool, is_fips_mode: bool) -> Finding {
    const SUBJECT: &str = "cryptography";
    match (is_fips_build, is_fips_mode) {
        (_, true) => Finding::fine(SUBJECT, "AWS-LC, and its FIPS module is active"),
        (false, false) => Finding::fine(SUBJECT, "AWS-LC, and not its FIPS module"),
        (true, false) => Finding::broken(
            SUBJECT,
            "this program was built with AWS-LC's FIPS module, and the module is not active",
            "Do not use this build where FIPS 140 is asked for. RELEASING.md tells how one is made.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Verdict;
    use super::*;

    #[test]
    fn a_disk_that_runs_full_is_told_in_time() {
        for (free_mib, verdict) in [
            (0, Verdict::Broken),
            (127, Verdict::Broken),
            (128, Verdict::Doubtful),
            (1023, Verdict::Doubtful),
            (1024, Verdict::Fine),
        ] {
            assert_eq!(judge_disk(free_mib).verdict, verdict, "{free_mib}");
        }
    }

    #[test]
    fn keys_want_locked_memory() {
        assert_eq!(judge_key_memory(Some(true), Some(8_388_608)).told, "keys can be locked into memory (8192 KiB)");
        assert_eq!(judge_key_memory(Some(true), None).verdict, Verdict::Fine);
        for refused in [Some(false), None] {
            assert_eq!(judge_key_memory(refused, Some(0)).verdict, Verdict::Doubtful);
        }
        assert_ne!(key_memory().verdict, Verdict::Broken);
        assert!(seal::memory_is_locked().is_some(), "it was tried");
    }

    #[test]
    fn a_fips_build_without_its_module_is_broken() {
        assert_eq!(judge_cryptography(true, true).verdict, Verdict::Fine);
        assert_eq!(judge_cryptography(true, false).verdict, Verdict::Broken);
        assert_eq!(judge_cryptography(false, false).verdict, Verdict::Fine);
        assert_eq!(cryptography().verdict, Verdict::Fine);
    }

    #[test]
    fn connections_need_open_files() {
        assert_eq!(judge_open_files(Some(1_024), 10_000).verdict, Verdict::Doubtful);
        assert_eq!(judge_open_files(Some(1_048_576), 10_000).verdict, Verdict::Fine);
        assert_eq!(judge_open_files(None, 10_000).verdict, Verdict::Fine);
    }
}
