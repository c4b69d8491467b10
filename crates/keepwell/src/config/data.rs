//! Where things are kept, and how much of them in memory.

use std::path::PathBuf;

use super::quantity::Bytes;
use super::setting::settings;

settings! {
    pub struct Data {
        /// The folder of the store and the trail. Under systemd the default is its state directory.
        "data_dir" => data_dir: PathBuf = PathBuf::from("./keepwell-data"),
        /// Memory for the secrets read most recently. They stay sealed in it. The default is a quarter of the machine's
        /// memory, or of the container's, and 2 GiB at most: enough for about two million secrets.
        "cache_bytes" => cache_bytes: Bytes = a_quarter_of_memory(),
    }
}

const CACHE_MIN: Bytes = Bytes::mib(64);
const CACHE_MAX: Bytes = Bytes::mib(2048);

fn a_quarter_of_memory() -> Bytes {
    Bytes::new(memory_bytes() / 4).clamp(CACHE_MIN, CACHE_MAX)
}

/// What the machine has, or what the control group allows, whichever is less.
fn memory_bytes() -> u64 {
    let info = rustix::system::sysinfo();
    let machine = info.totalram.saturating_mul(u64::from(info.mem_unit));
    // Holds "max" where there is no limit, and is missing outside of control groups.
    let allowed = std::fs::read_to_string("/sys/fs/cgroup/memory.max").ok();
    let allowed = allowed.and_then(|text| text.trim().parse().ok()).unwrap_or(u64::MAX);
    machine.min(allowed)
}
