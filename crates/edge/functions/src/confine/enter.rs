//! Becoming a function: everything that it must not have goes, and then this program does.

use std::fs;
use std::io;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, ExitCode};

use nix::sched::{CloneFlags, unshare};
use nix::sys::signal::SigSet;
use rustix::fs::Mode;
use rustix::mount::{MountPropagationFlags, mount_bind, mount_change};
use rustix::process::{
    Resource, Rlimit, Signal, getppid, getuid, set_parent_process_death_signal, setrlimit, setsid, umask,
};
use rustix::thread::{Gid, Uid, set_no_new_privs, set_thread_groups, set_thread_res_gid, set_thread_res_uid};

use super::{Cell, Exit, Limits, landlock, receive, seccomp, send};

const TMP: &str = "/tmp";

/// Returns only when it has failed; then the warden is told why.
pub(super) fn run() -> ExitCode {
    if let Ok(warden) = rustix::stdio::stdin().try_clone_to_owned() {
        let warden = UnixStream::from(warden);
        let exit = match become_function(&warden) {
            Ok(not_started) => Exit::NotStarted(not_started.to_string()),
            Err(error) => Exit::Refused(error.to_string()),
        };
        // A warden that has gone asks no more.
        drop(send(&warden, &exit));
    }
    ExitCode::FAILURE
}

/// Ok when only the last step has failed.
fn become_function(warden: &UnixStream) -> io::Result<io::Error> {
    let (warden_pid, cell): (i32, Cell) = receive(warden)?;
    // The copy of the socket that is left is closed when the function begins.
    let nothing = fs::File::open("/dev/null")?;
    rustix::stdio::dup2_stdin(&nothing)?;
    drop(nothing);
    setsid()?;
    // The warden does not hear some signals, a function hears all.
    SigSet::empty().thread_set_mask()?;
    umask(Mode::from_raw_mode(0o022));
    limit(cell.limits)?;
    die_first();
    let has_own_tmp = cell.own_tmp && mount_own_tmp(&cell.writable).is_ok();
    if let Some(user) = cell.user {
        change_user(user).map_err(|error| told("its user", &error))?;
    }
    set_no_new_privs(true)?;
    // After the change of user, which takes it back.
    set_parent_process_death_signal(Some(Signal::KILL))?;
    if getppid().map(|pid| pid.as_raw_nonzero().get()) != Some(warden_pid) {
        return Err(io::Error::other("the warden has gone"));
    }
    close_inherited(warden)?;
    let mut command = Command::new(&cell.program);
    command.args(&cell.arguments).env_clear().current_dir(&cell.folder);
    for (name, value) in &cell.environment {
        let value = str::from_utf8(value.0.expose()).unwrap_or_default();
        let is_temporary = has_own_tmp && Path::new(value) == cell.writable;
        command.env(name, if is_temporary { TMP } else { value });
    }
    if cell.landlock {
        landlock::restrict(&cell.readable, &cell.writable)?;
    }
    if cell.seccomp {
        seccomp::apply(cell.user.is_some())?;
    }
    Ok(command.exec())
}

fn limit(limits: Limits) -> io::Result<()> {
    for (resource, value) in [
        (Resource::Core, 0),
        (Resource::Nofile, limits.open_files),
        (Resource::Nproc, limits.processes),
        (Resource::Fsize, limits.file_bytes),
    ] {
        // What the machine's operator has limited further stays so.
        let value = rustix::process::getrlimit(resource).maximum.map_or(value, |maximum| maximum.min(value));
        setrlimit(resource, Rlimit { current: Some(value), maximum: Some(value) })?;
    }
    Ok(())
}

/// When the machine's memory is used up, functions go and not the server. A function cannot take this back: it may not
/// write there.
fn die_first() {
    // A machine that does not let itself be told has other worries.
    drop(fs::write("/proc/self/oom_score_adj", "1000"));
}

/// In a view of the machine's folders that is this process's own. Where that may not be had, such as in a container,
/// `TMPDIR` names the folder all the same.
fn mount_own_tmp(folder: &Path) -> io::Result<()> {
    unshare(CloneFlags::CLONE_NEWNS)?;
    // What is mounted here is not seen outside.
    mount_change("/", MountPropagationFlags::PRIVATE | MountPropagationFlags::REC)?;
    mount_bind(folder, TMP)?;
    Ok(())
}

/// For good: the real, the effective and the saved one. With them go all capabilities.
fn change_user(user: u32) -> io::Result<()> {
    let (uid, gid) = (Uid::from_raw(user), Gid::from_raw(user));
    set_thread_groups(&[])?;
    set_thread_res_gid(gid, gid, gid)?;
    set_thread_res_uid(uid, uid, uid)?;
    if getuid() == uid { Ok(()) } else { Err(io::ErrorKind::PermissionDenied.into()) }
}

/// Whoever started the server may have left files open in it.
fn close_inherited(warden: &UnixStream) -> io::Result<()> {
    use std::os::fd::AsRawFd;
    let open = fs::read_dir("/proc/self/fd")?.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let open: Vec<i32> = open.filter(|number| *number > 2 && *number != warden.as_raw_fd()).collect();
    for number in open {
        // The folder that was just read is among them, and is closed already.
        let _closed = nix::unistd::close(number);
    }
    Ok(())
}

fn told(what: &str, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{what}: {error}"))
}
