//! What an operator decides about functions.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How functions run on this machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// Where code is unpacked and functions have their temporary folders. A fresh private folder when there is none.
    pub work_dir: Option<PathBuf>,
    /// Environments that may be there at once, busy and idle.
    pub environments_max: usize,
    pub environments_per_function_max: usize,
    /// How long an environment is kept for the next call.
    pub idle_timeout: Duration,
    /// How much unpacked code is kept, apart from what is in use.
    pub code_cache_bytes: u64,
    /// Folders in which interpreters are looked for, as in PATH.
    pub search_path: String,
    pub python: Interpreter,
    pub python_client: OfficialClient,
    pub node: Interpreter,
    /// Where functions reach this server: their `AWS_ENDPOINT_URL`.
    pub endpoint_url: Option<String>,
    /// A file with the certificates that functions trust, when the server's is not from a public authority.
    pub ca_bundle: Option<PathBuf>,
    /// One for each environment, when the server runs as root.
    pub user_ids: UserIds,
    /// Whether functions run although they cannot be kept away from each other and from the server.
    pub unconfined_allowed: bool,
    /// Folders and files that no function may ever see, such as the data folder. The host refuses to run anything if it
    /// would have to show them.
    pub protected: Vec<PathBuf>,
}

/// Of one family of runtimes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interpreter {
    /// Looked for when it is not given.
    pub path: Option<PathBuf>,
    /// Folders of packages, after the function's own.
    pub libraries: Vec<PathBuf>,
}

/// Whether AWS's own client of the Runtime API runs a function rather than ours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum OfficialClient {
    /// When the interpreter has it.
    #[default]
    Auto,
    Always,
    Never,
}

/// User ids that belong to nobody else. The group of a user has the same number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserIds {
    pub first: u32,
    pub count: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            work_dir: None,
            environments_max: 64,
            environments_per_function_max: 16,
            idle_timeout: Duration::from_mins(1),
            code_cache_bytes: 2 * 1024 * 1024 * 1024,
            search_path: "/usr/local/bin:/usr/bin:/bin".to_owned(),
            python: Interpreter::default(),
            python_client: OfficialClient::Auto,
            node: Interpreter::default(),
            endpoint_url: None,
            ca_bundle: None,
            user_ids: UserIds::default(),
            unconfined_allowed: false,
            protected: Vec::new(),
        }
    }
}

impl Default for UserIds {
    /// Above what systems give to people and below what they give to services for a while.
    fn default() -> Self {
        Self { first: 59_000, count: 500 }
    }
}
