//! `keepwell functions-host` and `keepwell functions-confine`: what the server starts to run functions, and nobody else.

use std::process::ExitCode;
use std::sync::Arc;

use crate::config::Log;
use crate::logging;
use crate::system::SystemClock;

/// Keep functions running for a server, which is at the other end of standard input.
#[derive(Debug, clap::Args)]
pub(super) struct Host {}

/// Stand over a function, or become one.
#[derive(Debug, clap::Args)]
pub(super) struct Confine {
    role: String,
}

impl Host {
    pub(super) fn run(self) -> ExitCode {
        // Without a log it runs as well.
        drop(logging::start(&Log::default()));
        functions::host::run(Arc::new(SystemClock))
    }
}

impl Confine {
    pub(super) fn run(self) -> ExitCode {
        functions::confine::run(&self.role)
    }
}
