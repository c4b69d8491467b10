//! What a function's process may have, and how it ended.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::wire::SecretText;

/// Everything that makes a process a function.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Cell {
    pub(crate) program: PathBuf,
    pub(crate) arguments: Vec<String>,
    pub(crate) environment: Vec<(String, SecretText)>,
    /// Where it starts.
    pub(crate) folder: PathBuf,
    /// Whom it runs as, when the host is root.
    pub(crate) user: Option<u32>,
    /// Folders and files that it may read and execute. Those that are not there are left out.
    pub(crate) readable: Vec<PathBuf>,
    /// Its temporary folder.
    pub(crate) writable: PathBuf,
    /// It sees its temporary folder as `/tmp` as well, where that can be had.
    pub(crate) own_tmp: bool,
    pub(crate) limits: Limits,
    pub(crate) landlock: bool,
    pub(crate) seccomp: bool,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Limits {
    pub(crate) open_files: u64,
    /// Processes and threads of the user, who may have others in this machine.
    pub(crate) processes: u64,
    pub(crate) file_bytes: u64,
}

/// What a warden says at the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ended {
    pub(crate) exit: Exit,
    /// The most that one of the processes ever had in memory.
    pub(crate) peak_bytes: u64,
}

/// How a function's first process ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Exit {
    Status(i32),
    Signal(i32),
    /// It was not started, because it could not be confined.
    Refused(String),
    /// Its program could not be started.
    NotStarted(String),
}
