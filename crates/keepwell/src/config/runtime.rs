//! How the process uses the machine.

use std::num::NonZeroUsize;

use super::setting::settings;

settings! {
    pub struct Runtime {
        /// Threads that answer requests. One for each processor unless said otherwise.
        "worker_threads" => worker_threads: Option<NonZeroUsize> = None,
    }
}
