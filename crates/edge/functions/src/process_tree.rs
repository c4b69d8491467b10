//! Processes and what they have started, as /proc tells of them.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rustix::process::{Pid, Signal, Uid, WaitOptions, getpid, kill_process, waitpid};

/// What was started below this process, as far as it can be seen at one look. The process itself is not in it.
pub(crate) fn descendants(of: Pid) -> Vec<Pid> {
    let mut found = Vec::new();
    let mut seen = HashSet::from([of]);
    let mut to_visit = vec![of];
    let all = (!lists_children(of)).then(standings);
    while let Some(parent) = to_visit.pop() {
        let children = match &all {
            Some(all) => children_among(all, parent),
            None => children(parent),
        };
        for child in children.into_iter().filter_map(Pid::from_raw) {
            if seen.insert(child) {
                found.push(child);
                to_visit.push(child);
            }
        }
    }
    found
}

/// Stops every descendant until none runs any more, and only then kills: a stopped process starts no other, and holds
/// its place among the processes that its user may have.
pub(crate) fn kill_descendants(of: Pid) {
    let mut stopped = HashSet::new();
    // Each round ends with fewer that could start another, since all rounds count against the limit of processes.
    for _ in 0..1000 {
        let news: Vec<Pid> = descendants(of).into_iter().filter(|pid| stopped.insert(*pid)).collect();
        if news.is_empty() {
            break;
        }
        send(&news, Signal::STOP);
    }
    send(&descendants(of), Signal::KILL);
}

/// Kills what a warden has left behind when it was killed itself: children of this process that it did not start, which
/// are those in sessions of their own.
pub(crate) fn kill_orphans() {
    let me = getpid();
    let Some(my_session) = Standing::of(me.as_raw_nonzero().get()).map(|standing| standing.session) else { return };
    let children = standings().into_iter().filter(|one| one.parent == me.as_raw_nonzero().get());
    for orphan in children.filter(|one| one.session != my_session).filter_map(|one| Pid::from_raw(one.pid)) {
        kill_descendants(orphan);
        send(&[orphan], Signal::KILL);
        // Nobody else will reap it.
        let _reaped = waitpid(Some(orphan), WaitOptions::empty());
    }
}

/// How many processes and threads a user has.
pub(crate) fn tasks_of(user: Uid) -> u64 {
    let Ok(all) = fs::read_dir("/proc") else { return 0 };
    let users = all.flatten().filter(|entry| entry.metadata().is_ok_and(|metadata| metadata.uid() == user.as_raw()));
    users.map(|entry| fs::read_dir(entry.path().join("task")).map_or(0, |tasks| tasks.count() as u64)).sum()
}

fn send(to: &[Pid], signal: Signal) {
    for pid in to {
        // One that has gone meanwhile needs no signal.
        let _sent = kill_process(*pid, signal);
    }
}

/// Is the kernel built to list the children of a thread?
fn lists_children(pid: Pid) -> bool {
    Path::new(&format!("/proc/{pid}/task/{pid}/children")).exists()
}

fn children(of: Pid) -> Vec<i32> {
    let Ok(threads) = fs::read_dir(format!("/proc/{of}/task")) else { return Vec::new() };
    let lists = threads.flatten().filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    lists.flat_map(|list| list.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<_>>()).collect()
}

/// Where a process stands among the others.
struct Standing {
    pid: i32,
    parent: i32,
    /// 0 where its leader is outside of this PID namespace, which is why this is read and not asked of getsid: rustix
    /// takes what getsid answers for a process id that is never 0.
    session: i32,
}

impl Standing {
    fn of(pid: i32) -> Option<Self> {
        Self::read(pid, &fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
    }

    fn read(pid: i32, stat: &str) -> Option<Self> {
        // The name of a program may hold anything, also brackets.
        let (_, after_name) = stat.rsplit_once(')')?;
        // State, parent, process group, session.
        let mut fields = after_name.split_whitespace().skip(1);
        Some(Self { pid, parent: fields.next()?.parse().ok()?, session: fields.nth(1)?.parse().ok()? })
    }
}

fn standings() -> Vec<Standing> {
    let Ok(all) = fs::read_dir("/proc") else { return Vec::new() };
    let pids = all.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter_map(Standing::of).collect()
}

fn children_among(all: &[Standing], of: Pid) -> Vec<i32> {
    all.iter().filter(|one| one.parent == of.as_raw_nonzero().get()).map(|one| one.pid).collect()
}

/// What processes hold in memory.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Memory {
    /// All of their resident pages; a page that two of them share counts twice.
    pub(crate) resident_bytes: u64,
    /// What the largest of them ever had.
    pub(crate) peak_bytes: u64,
}

pub(crate) fn memory(of: &[Pid]) -> Memory {
    let mut memory = Memory::default();
    for status in of.iter().filter_map(|pid| fs::read_to_string(format!("/proc/{pid}/status")).ok()) {
        memory.resident_bytes = memory.resident_bytes.saturating_add(kib(&status, "VmRSS:"));
        memory.peak_bytes = memory.peak_bytes.max(kib(&status, "VmHWM:"));
    }
    memory
}

/// Like the resident bytes, with each shared page divided among those that share it. Slower to find out.
pub(crate) fn proportional_bytes(of: &[Pid]) -> u64 {
    let each = of.iter().map(|pid| {
        // Who may not look takes the other count, which is never less.
        let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
        if rollup.contains("\nPss:") { kib(&rollup, "Pss:") } else { memory(&[*pid]).resident_bytes }
    });
    each.fold(0, u64::saturating_add)
}

/// What files take that they have open and that have no name any more, or never had one: memory, or room on a disk, that
/// nobody else sees.
pub(crate) fn nameless_bytes(of: &[Pid]) -> u64 {
    let open = of.iter().filter_map(|pid| fs::read_dir(format!("/proc/{pid}/fd")).ok()).flat_map(Iterator::flatten);
    let files = open.filter_map(|entry| fs::metadata(entry.path()).ok());
    let nameless = files.filter(|file| file.is_file() && file.nlink() == 0);
    let each: HashMap<(u64, u64), u64> = nameless.map(|file| ((file.dev(), file.ino()), file.blocks())).collect();
    each.into_values().fold(0, u64::saturating_add).saturating_mul(512)
}

fn kib(text: &str, name: &str) -> u64 {
    let value = text.lines().find_map(|line| line.strip_prefix(name)?.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    value.unwrap_or_default().saturating_mul(1024)
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::process::Command;

    use super::*;

    #[test]
    fn children_of_children_are_found_either_way() {
        let mut shell = Command::new("sh").args(["-c", "sleep 60 & sleep 60 & wait"]).spawn().unwrap();
        let pid = Pid::from_child(&shell);
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
        while descendants(pid).len() < 2 && std::time::Instant::now() < deadline {
            std::thread::yield_now();
        }
        let found = descendants(pid);
        let listed = children_among(&standings(), pid);
        assert_eq!(found.len(), 2);
        assert!(found.iter().all(|pid| listed.contains(&pid.as_raw_nonzero().get())), "{found:?} {listed:?}");
        assert!(memory(&found).resident_bytes > 0 && proportional_bytes(&found) > 0);
        kill_descendants(pid);
        assert!(shell.wait().is_ok());
        assert!(descendants(pid).is_empty());
    }

    #[test]
    fn a_standing_is_read_whatever_the_program_is_called() {
        let read = Standing::read(42, "42 (a) b) S 7 42 0 34816 42").unwrap();
        assert_eq!((read.pid, read.parent, read.session), (42, 7, 0));
        assert!(Standing::read(42, "42 (sh) S 7").is_none());
        let mine = Standing::of(getpid().as_raw_nonzero().get()).unwrap();
        assert_eq!(mine.parent, i32::try_from(std::os::unix::process::parent_id()).unwrap());
    }

    #[test]
    fn files_without_a_name_are_counted_once() {
        let file = tempfile::tempfile().unwrap();
        (&file).write_all(&[7; 100_000]).unwrap();
        let _again = file.try_clone().unwrap();
        let memory = rustix::fs::memfd_create("memory", rustix::fs::MemfdFlags::empty()).unwrap();
        rustix::io::write(&memory, &[7; 200_000]).unwrap();
        let bytes = nameless_bytes(&[getpid()]);
        assert!((300_000..500_000).contains(&bytes), "{bytes}");
    }

    #[test]
    fn sizes_are_read_from_the_kernels_tables() {
        assert_eq!(kib("Name:\tx\nVmRSS:\t    12 kB\n", "VmRSS:"), 12 * 1024);
        assert_eq!(kib("Name:\tx\n", "VmRSS:"), 0);
    }
}
