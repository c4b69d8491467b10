//! Runtimes: which program runs a function, and what it needs to see.

mod find;
mod node;
mod python;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::settings::Settings;
use crate::wire::FunctionMessage;
use find::Probe;

/// How a function's process is started.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Launch {
    pub(crate) program: PathBuf,
    pub(crate) arguments: Vec<String>,
    /// Beyond what every function has.
    pub(crate) environment: Vec<(&'static str, String)>,
    /// Folders and files beyond the function's own and the system's.
    pub(crate) readable: Vec<PathBuf>,
    /// Not the operator's.
    pub(crate) is_the_functions_own: bool,
    /// For the log: what really runs.
    pub(crate) version: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    Python,
    Node,
    Provided,
}

impl Family {
    pub(crate) fn of(runtime: &str) -> Option<Self> {
        [("python", Self::Python), ("nodejs", Self::Node), ("provided", Self::Provided)]
            .into_iter()
            .find_map(|(prefix, family)| runtime.starts_with(prefix).then_some(family))
    }
}

/// What this machine has of a family of runtimes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuntimeDescription {
    /// Such as `python3.x`.
    pub runtimes: String,
    /// None when nothing was found, or none is needed.
    pub interpreter: Option<PathBuf>,
    pub version: Option<String>,
    /// AWS's SDK, for those that bring it at AWS: its version.
    pub sdk: Option<String>,
    /// What a person should know or do.
    pub advice: Vec<String>,
    pub is_served: bool,
}

/// The runtimes of one host.
pub(crate) struct Runtimes {
    probe: Probe,
    settings: Settings,
    clients: PathBuf,
}

const PYTHON_CLIENT: (&str, &str) = ("bootstrap.py", include_str!("runtimes/bootstrap.py"));
const NODE_CLIENT: (&str, &str) = ("bootstrap.cjs", include_str!("runtimes/bootstrap.cjs"));

impl Runtimes {
    /// Puts our own clients of the Runtime API into the folder, where functions may read them. `user` is one that
    /// functions may have, if they have their own.
    pub(crate) fn new(settings: &Settings, clients: PathBuf, user: Option<u32>) -> io::Result<Self> {
        for (name, text) in [PYTHON_CLIENT, NODE_CLIENT] {
            write_readable(&clients.join(name), text.as_bytes())?;
        }
        Ok(Self { probe: Probe::new(user), settings: settings.clone(), clients })
    }

    /// Or what is missing.
    pub(crate) async fn launch(&self, function: &FunctionMessage, code: &Path) -> Result<Launch, String> {
        match Family::of(&function.runtime) {
            Some(Family::Python) => {
                let found = python::find(&self.probe, &self.settings, &function.runtime).await?;
                python::launch(&self.settings, &found, &self.clients.join(PYTHON_CLIENT.0), function, code)
            }
            Some(Family::Node) => {
                let found = node::find(&self.probe, &self.settings, &function.runtime).await?;
                Ok(node::launch(&self.settings, &found, &self.clients.join(NODE_CLIENT.0), function, code))
            }
            Some(Family::Provided) => Ok(provided(code)),
            None => Err(format!("This server has nothing that runs functions of the runtime {}.", function.runtime)),
        }
    }

    pub(crate) async fn describe(&self) -> Vec<RuntimeDescription> {
        let provided = RuntimeDescription {
            runtimes: "provided.*".to_owned(),
            interpreter: None,
            version: None,
            sdk: None,
            advice: Vec::new(),
            is_served: true,
        };
        vec![
            python::describe(&self.probe, &self.settings).await,
            node::describe(&self.probe, &self.settings).await,
            provided,
        ]
    }
}

/// The function brings its own program.
fn provided(code: &Path) -> Launch {
    Launch {
        program: code.join("bootstrap"),
        is_the_functions_own: true,
        version: "the function's own bootstrap".to_owned(),
        ..Launch::default()
    }
}

pub(crate) fn write_readable(path: &Path, text: &[u8]) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::write(path, text)?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o644))
}

/// Several folders as one variable.
fn joined<'a>(folders: impl Iterator<Item = &'a Path>) -> String {
    folders.map(|folder| folder.to_string_lossy().into_owned()).collect::<Vec<_>>().join(":")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runtimes_belong_to_families() {
        assert_eq!(Family::of("python3.12"), Some(Family::Python));
        assert_eq!(Family::of("nodejs22.x"), Some(Family::Node));
        assert_eq!(Family::of("provided.al2023"), Some(Family::Provided));
        assert_eq!(Family::of("java21"), None);
    }
}
