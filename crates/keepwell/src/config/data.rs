//! Where things are kept, and how much of them in memory.

use std::path::PathBuf;

use super::quantity::Bytes;
use super::setting::settings;

settings! {
    pub struct Data {
        /// The folder of the store and the trail. Under systemd the default is its state directory.
        "data_dir" => data_dir: PathBuf = PathBuf::from("./keepwell-data"),
        /// Memory for the secrets read most recently. They stay sealed in it.
        "cache_bytes" => cache_bytes: Bytes = Bytes::mib(256),
    }
}
