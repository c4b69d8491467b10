//! What the server asks of the operating system for its own process.

use std::io;

use rustix::process::{DumpableBehavior, Resource, Rlimit, getrlimit, set_dumpable_behavior, setrlimit};

/// Keeps the memory of this process, which will hold keys, out of core dumps and out of the sight of debuggers and of
/// other processes of the same user. Call it before any secret is read.
pub(crate) fn forbid_core_dumps() -> io::Result<()> {
    setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })?;
    Ok(set_dumpable_behavior(DumpableBehavior::NotDumpable)?)
}

/// Allows as many open files as the system grants at all: each connection is one. The soft limit of 1,024 that most
/// systems begin with is for programs that still call select().
pub(crate) fn raise_open_files_limit() -> io::Result<()> {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    Ok(setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum })?)
}
