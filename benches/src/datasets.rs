//! Data folders with many secrets. Filling them takes minutes, so each is filled once, from the next smaller one, and
//! kept for later runs; `--fresh` makes them anew.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::load::{Load, Pace, Reuse};
use crate::progress;
use crate::requests::Creates;
use crate::server::{self, Server, Settings};

pub struct Datasets<'a> {
    pub keepwell: &'a Path,
    pub work_dir: &'a Path,
}

/// Written last: a folder without it was not finished.
const COMPLETE: &str = "complete";
const LOADING_CONNECTIONS: usize = 128;

impl Datasets<'_> {
    /// A folder that holds `data` (and its key beside it) with secrets 0 to `count`. Smaller sizes that will be wanted
    /// too are given in `also`, and are made on the way.
    pub fn folder(&self, count: u64, also: &[u64]) -> Result<PathBuf> {
        let mut sizes: Vec<u64> = also.iter().copied().filter(|size| *size < count).chain([count]).collect();
        sizes.sort_unstable();
        let mut smaller = None;
        for size in sizes {
            let folder = self.folder_of(size);
            if !folder.join(COMPLETE).exists() {
                self.fill(&folder, size, smaller)?;
            }
            smaller = Some(size);
        }
        Ok(self.folder_of(count))
    }

    fn folder_of(&self, count: u64) -> PathBuf {
        self.work_dir.join(format!("secrets-{count}"))
    }

    fn fill(&self, folder: &Path, count: u64, smaller: Option<u64>) -> Result<()> {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        if let Some(size) = smaller {
            copy(&self.folder_of(size), folder)?;
            fs::remove_file(folder.join(COMPLETE))?;
        }
        let server = server::start_keepwell(self.keepwell, folder, Settings::default())?;
        create(&server, smaller.unwrap_or(0)..count)?;
        server.process.stop()?;
        fs::write(folder.join(COMPLETE), "")?;
        Ok(())
    }
}

/// Makes the secrets of a range through the API; a wrong answer is an error.
pub fn create(server: &Server, indexes: std::ops::Range<u64>) -> Result<()> {
    let caller = server.caller();
    let (total, started) = (indexes.end - indexes.start, Instant::now());
    let mut load = Load::open(&server.target, LOADING_CONNECTIONS, Reuse::KeepAlive)?;
    let mut remaining = indexes;
    while !remaining.is_empty() {
        // A signature is valid for five minutes only, so that it is renewed with each stretch.
        let mut creates = Creates::of(remaining, &caller);
        let outcome = load.run(&mut creates, Pace::Closed, Duration::from_secs(10))?;
        if let Some(wrong) = outcome.first_wrong {
            bail!("creating secrets: {} wrong answers, the first: {wrong}", outcome.wrong);
        }
        remaining = creates.remaining();
        if started.elapsed() > Duration::from_secs(2) {
            let done = total - (remaining.end - remaining.start);
            let rate = done as f64 / started.elapsed().as_secs_f64();
            progress(&format!("created {done} of {total} secrets, {rate:.0} a second"));
        }
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    progress(&format!("copying {}", from.display()));
    let status = Command::new("cp").args(["-a", "--reflink=auto"]).args([from, to]).status().context("starting cp")?;
    if !status.success() {
        bail!("copying {} failed", from.display());
    }
    Ok(())
}
