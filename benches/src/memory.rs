//! P14: what a secret costs in memory, over the server that has none.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::datasets::{self, Datasets};
use crate::load::{Load, Pace, Reuse};
use crate::process::Memory;
use crate::progress;
use crate::requests::{SignedReads, once};
use crate::server::{self, Server, Settings};
use crate::stage::{Sizes, read_all};
use crate::visits::READ_SECRETS;

pub struct Footprint {
    /// Just started, on an empty folder.
    pub empty: Memory,
    /// Warm, with next to no secrets: what the following are counted from.
    pub baseline: Memory,
    pub all_cached: Memory,
    /// With the value cache held to `SMALL_CACHE_BYTES`.
    pub index_only: Memory,
    pub secrets: u64,
}

const LARGE_CACHE_BYTES: u64 = 1 << 30;
pub const SMALL_CACHE_BYTES: u64 = 1 << 20;
const REST: Duration = Duration::from_secs(1);

pub fn measure(keepwell: &Path, work_dir: &Path, sizes: Sizes) -> Result<Footprint> {
    let folder = work_dir.join("empty");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    progress("memory of the empty server");
    let server = server::start_keepwell(keepwell, &folder, Settings::default())?;
    let empty = at_rest(&server)?;
    datasets::create(&server, 0..READ_SECRETS)?;
    // As many reads as the full folders get, so that buffers and allocator have seen the same traffic.
    read_some(&server, sizes.tenth)?;
    let baseline = at_rest(&server)?;
    server.process.stop()?;

    let datasets = Datasets { keepwell, work_dir };
    let folder = datasets.folder(sizes.tenth, &sizes.all())?;
    let with_cache = |bytes: u64| -> Result<Memory> {
        progress(&format!("memory with {} secrets and {bytes} bytes of cache", sizes.tenth));
        let settings = Settings { cache_bytes: Some(bytes), ..Settings::default() };
        let server = server::start_keepwell(keepwell, &folder, settings)?;
        read_all(&server, sizes.tenth)?;
        let memory = at_rest(&server)?;
        server.process.stop()?;
        Ok(memory)
    };
    let all_cached = with_cache(LARGE_CACHE_BYTES)?;
    let index_only = with_cache(SMALL_CACHE_BYTES)?;
    Ok(Footprint { empty, baseline, all_cached, index_only, secrets: sizes.tenth })
}

impl Footprint {
    pub fn empty_mib(&self) -> f64 {
        self.empty.resident as f64 / (1 << 20) as f64
    }

    pub fn all_cached_mb_per_100k(&self) -> f64 {
        self.mb_per_100k(self.all_cached.resident.saturating_sub(self.baseline.resident))
    }

    pub fn index_only_mb_per_100k(&self) -> f64 {
        self.mb_per_100k(self.index_only.resident.saturating_sub(self.baseline.resident + SMALL_CACHE_BYTES))
    }

    fn mb_per_100k(&self, bytes: u64) -> f64 {
        bytes as f64 / 1e6 * 100_000.0 / self.secrets as f64
    }

    /// Mapped files count as resident although the system may drop them, so both are told.
    pub fn note(&self) -> String {
        let told = |memory: Memory| {
            format!(
                "{:.0} MiB ({:.0} anonymous)",
                memory.resident as f64 / 1048576.0,
                memory.anonymous as f64 / 1048576.0
            )
        };
        format!(
            "resident memory: empty {}, warm {}, {} secrets all cached {}, index only {}",
            told(self.empty),
            told(self.baseline),
            self.secrets,
            told(self.all_cached),
            told(self.index_only)
        )
    }
}

fn read_some(server: &Server, reads: u64) -> Result<()> {
    let mut signed = SignedReads::of(0..READ_SECRETS, &server.reader(), false);
    let mut load = Load::open(&server.target, 64, Reuse::KeepAlive)?;
    let outcome = load.run(&mut once(&mut signed, reads), Pace::Closed, Duration::from_secs(120))?;
    match outcome.first_wrong {
        Some(wrong) => bail!("{} wrong answers, the first: {wrong}", outcome.wrong),
        None => Ok(()),
    }
}

fn at_rest(server: &Server) -> Result<Memory> {
    thread::sleep(REST);
    server.process.memory()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_counted_over_the_warm_server_and_without_the_cache_it_was_given() {
        let memory = |megabytes: u64| Memory { resident: megabytes * 1_000_000, anonymous: 0 };
        let footprint = Footprint {
            empty: memory(20),
            baseline: memory(40),
            all_cached: memory(50),
            index_only: Memory { resident: 42_000_000 + SMALL_CACHE_BYTES, anonymous: 0 },
            secrets: 10_000,
        };
        assert!((footprint.all_cached_mb_per_100k() - 100.0).abs() < 1e-9);
        assert!((footprint.index_only_mb_per_100k() - 20.0).abs() < 1e-9);
    }
}
