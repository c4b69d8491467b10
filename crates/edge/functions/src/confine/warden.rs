//! The warden of one environment.
//!
//! It is the nearest that adopts orphans ("subreaper"): whatever a function starts and detaches becomes the warden's child
//! and not init's. When the function's first process has ended, or the host closes the socket, the warden kills all that
//! is below it, and ends when nothing is.

use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, ExitCode, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::signal::{SigSet, Signal};
use rustix::process::{
    DumpableBehavior, Pid, WaitOptions, WaitStatus, getpid, set_child_subreaper, set_dumpable_behavior, wait,
};

use super::{Cell, ENTER, Ended, Exit, receive, send};
use crate::CONFINE_COMMAND;
use crate::process_tree::{descendants, kill_descendants};

/// A process that does not die of SIGKILL is stuck in the kernel, and nobody can do more for it.
const KILLING_TIMEOUT: Duration = Duration::from_secs(10);

pub(super) fn run() -> ExitCode {
    match watch_over() {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn watch_over() -> io::Result<()> {
    // It ends when the host says so, and not when a service manager tells everybody to.
    let mut signals = SigSet::empty();
    for signal in [Signal::SIGTERM, Signal::SIGINT, Signal::SIGHUP, Signal::SIGQUIT] {
        signals.add(signal);
    }
    signals.thread_block()?;
    set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    set_child_subreaper(Some(getpid()))?;
    let host = UnixStream::from(rustix::stdio::stdin().try_clone_to_owned()?);
    let cell: Cell = receive(&host)?;
    let exit = match start(&cell) {
        Ok(child) => {
            let ended = host.try_clone()?;
            thread::spawn(move || kill_when_closed(ended));
            let exit = wait_for(&child);
            kill_all();
            exit
        }
        Err(exit) => exit,
    };
    // Of all that was reaped.
    let peak_kib = getrusage(UsageWho::RUSAGE_CHILDREN).map_or(0, |usage| usage.max_rss());
    send(&host, &Ended { exit, peak_bytes: u64::try_from(peak_kib).unwrap_or_default().saturating_mul(1024) })
}

/// The function's first process, once it has become the function.
fn start(cell: &Cell) -> Result<Child, Exit> {
    let (ours, mut child) = launch().map_err(|error| Exit::Refused(error.to_string()))?;
    let sent = send(&ours, &(getpid().as_raw_nonzero().get(), cell));
    // The end comes when the process has become another program, or has died.
    let complaint = receive(&ours);
    match (sent, complaint) {
        (Ok(()), Err(error)) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(child),
        (sent, complaint) => {
            drop(child.kill());
            drop(child.wait());
            Err(complaint.unwrap_or_else(|error: io::Error| Exit::Refused(sent.err().unwrap_or(error).to_string())))
        }
    }
}

fn launch() -> io::Result<(UnixStream, Child)> {
    let (ours, theirs) = UnixStream::pair()?;
    let mut command = Command::new("/proc/self/exe");
    command.args([CONFINE_COMMAND, ENTER]).env_clear().stdin(Stdio::from(OwnedFd::from(theirs)));
    // The command holds the other end, and is dropped with it.
    let child = command.spawn()?;
    Ok((ours, child))
}

fn kill_when_closed(mut host: UnixStream) {
    // The host sends nothing more: whatever comes is the end.
    drop(host.read(&mut [0]));
    // The other thread reaps them, sees the first one end, and ends this process.
    loop {
        kill_descendants(getpid());
        thread::sleep(Duration::from_millis(20));
    }
}

/// Reaps whatever ends until the first process does.
fn wait_for(child: &Child) -> Exit {
    let first = Pid::from_child(child);
    loop {
        match wait(WaitOptions::empty()) {
            Ok(Some((pid, status))) if pid == first => return exit_of(status),
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Exit::Refused(error.to_string()),
        }
    }
}

fn exit_of(status: WaitStatus) -> Exit {
    match (status.exit_status(), status.terminating_signal()) {
        (Some(status), _) => Exit::Status(status),
        (None, Some(signal)) => Exit::Signal(signal),
        (None, None) => Exit::Refused("it ended in no known way".to_owned()),
    }
}

fn kill_all() {
    let deadline = Instant::now() + KILLING_TIMEOUT;
    while !descendants(getpid()).is_empty() && Instant::now() < deadline {
        kill_descendants(getpid());
        while let Ok(Some(_)) = wait(WaitOptions::NOHANG) {}
        thread::sleep(Duration::from_millis(1));
    }
}
