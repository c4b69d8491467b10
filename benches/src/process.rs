//! A server started for the bench: what it costs, and its end.

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};

pub struct Process {
    child: Child,
}

/// Linux reports times to user space in hundredths of a second, on every architecture we support.
const TICKS_PER_SECOND: u32 = 100;
const STOP_PATIENCE: Duration = Duration::from_secs(60);

impl Process {
    /// What it says goes to `log`.
    pub fn start(command: &mut Command, log: &Path) -> Result<Self> {
        let output = File::create(log)?;
        let child = command
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .spawn()
            .with_context(|| format!("starting {}", command.get_program().display()))?;
        Ok(Self { child })
    }

    /// User and system time of all its threads.
    pub fn cpu(&self) -> Result<Duration> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        cpu_of(&stat).context("an unreadable /proc/<pid>/stat")
    }

    pub fn memory(&self) -> Result<Memory> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        memory_of(&status).context("an unreadable /proc/<pid>/status")
    }

    pub fn has_ended(&mut self) -> Result<bool> {
        Ok(self.child.try_wait()?.is_some())
    }

    /// Asks it to stop, and waits until it has.
    pub fn stop(mut self) -> Result<()> {
        self.end()
    }

    fn end(&mut self) -> Result<()> {
        if self.has_ended()? {
            return Ok(());
        }
        if let Some(pid) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            kill_process(pid, Signal::TERM)?;
        }
        let asked_at = Instant::now();
        while !self.has_ended()? {
            if asked_at.elapsed() > STOP_PATIENCE {
                bail!("the server did not stop within {} seconds", STOP_PATIENCE.as_secs());
            }
            thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }
}

/// No server outlives the bench. It may end in order first, because its data folder may be wanted again.
impl Drop for Process {
    fn drop(&mut self) {
        if self.end().is_err() {
            let _gone_already = self.child.kill();
            let _gone_already = self.child.wait();
        }
    }
}

/// Resident memory, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory {
    pub resident: u64,
    /// Without mapped files, which the system may drop at any time.
    pub anonymous: u64,
}

/// A port that was free a moment ago.
pub fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}

/// The command's name may contain anything, so fields count from its closing parenthesis: state is the first.
fn cpu_of(stat: &str) -> Option<Duration> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut times = fields.split_ascii_whitespace().skip(11);
    let user: u32 = times.next()?.parse().ok()?;
    let system: u32 = times.next()?.parse().ok()?;
    Some(Duration::from_secs(1) * (user + system) / TICKS_PER_SECOND)
}

fn memory_of(status: &str) -> Option<Memory> {
    let bytes_of = |field: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(field))?;
        let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
        Some(kilobytes * 1024)
    };
    Some(Memory { resident: bytes_of("VmRSS:")?, anonymous: bytes_of("RssAnon:")? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processor_time_is_user_plus_system_whatever_the_command_is_called() {
        let stat = "42 (a ) b) S 1 42 42 0 -1 4194560 1000 0 0 0 150 50 7 7 20 0 3 0 100 1000 200";
        assert_eq!(cpu_of(stat), Some(Duration::from_secs(2)));
    }

    #[test]
    fn memory_is_read_in_bytes() {
        let status = "Name:\tx\nVmRSS:\t   20480 kB\nRssAnon:\t    8192 kB\nRssFile:\t 12288 kB\n";
        assert_eq!(memory_of(status), Some(Memory { resident: 20 << 20, anonymous: 8 << 20 }));
    }
}
