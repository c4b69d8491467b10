//! What the machine offers.

use std::path::Path;

use rustix::fs::statvfs;
use rustix::process::{Resource, getrlimit};

use super::Finding;

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
    fn connections_need_open_files() {
        assert_eq!(judge_open_files(Some(1_024), 10_000).verdict, Verdict::Doubtful);
        assert_eq!(judge_open_files(Some(1_048_576), 10_000).verdict, Verdict::Fine);
        assert_eq!(judge_open_files(None, 10_000).verdict, Verdict::Fine);
    }
}
