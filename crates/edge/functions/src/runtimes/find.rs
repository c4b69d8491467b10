//! Looking for interpreters, by asking each candidate what it is.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tokio::process::Command;
use tokio::sync::Mutex;

const TIMEOUT: Duration = Duration::from_secs(20);

/// An interpreter that answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// The program itself, past any script that chooses one.
    pub(super) program: PathBuf,
    pub(super) version: String,
    /// Folders in which it is installed.
    pub(super) roots: Vec<PathBuf>,
    /// What else it was asked.
    pub(super) told: Value,
}

/// Asks interpreters what they are, each once.
pub(super) struct Probe {
    /// A function's user: what it cannot start is of no use.
    user: Option<u32>,
    known: Mutex<HashMap<Question, Result<Found, String>>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Question {
    pub(super) program: PathBuf,
    pub(super) arguments: Vec<String>,
    pub(super) environment: Vec<(&'static str, String)>,
}

impl Probe {
    pub(super) fn new(user: Option<u32>) -> Self {
        Self { user, known: Mutex::default() }
    }

    /// The answer is an object with `version`, `program` and `roots`.
    pub(super) async fn ask(&self, question: Question) -> Result<Found, String> {
        let mut known = self.known.lock().await;
        if let Some(Ok(found)) = known.get(&question) {
            // An operator may have removed it meanwhile, or put another in its place under the same name.
            if found.program.exists() {
                return Ok(found.clone());
            }
        }
        let answer = self.try_ask(&question).await;
        known.insert(question, answer.clone());
        answer
    }

    async fn try_ask(&self, question: &Question) -> Result<Found, String> {
        let name = question.program.display();
        let mut command = Command::new(&question.program);
        command.args(&question.arguments).env_clear().envs(question.environment.iter().cloned()).current_dir("/");
        command.env("PATH", "/usr/local/bin:/usr/bin:/bin").env("HOME", "/nonexistent");
        command.stdin(Stdio::null()).stderr(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true);
        if let Some(user) = self.user {
            command.uid(user).gid(user);
        }
        let whom = self.user.map_or(String::new(), |user| format!(" as user {user}, as functions have"));
        let child = command.spawn().map_err(|error| format!("{name} cannot be started{whom}: {error}"))?;
        let output = tokio::time::timeout(TIMEOUT, child.wait_with_output()).await;
        let output = output.map_err(|_| format!("{name} does not answer"))?.map_err(|error| error.to_string())?;
        if !output.status.success() {
            return Err(format!("{name} fails{whom}: {}", output.status));
        }
        let found = understood(&output.stdout).ok_or_else(|| format!("{name} is no interpreter that is known"))?;
        match found.roots.iter().find(|root| is_home(root)) {
            None => Ok(found),
            Some(home) => Err(format!(
                "{name} is installed in {}, which is somebody's home: functions would see all of it",
                home.display()
            )),
        }
    }
}

/// What a function may read of an interpreter is the folder that it is installed in.
fn is_home(root: &Path) -> bool {
    let is_named_so = root == Path::new("/root") || root.parent() == Some(Path::new("/home"));
    is_named_so || MARKS_OF_A_HOME.iter().any(|name| root.join(name).exists())
}

const MARKS_OF_A_HOME: [&str; 5] = [".ssh", ".aws", ".gnupg", ".bash_history", ".profile"];

fn understood(answer: &[u8]) -> Option<Found> {
    let told: Value = serde_json::from_slice(answer).ok()?;
    let mut roots: Vec<PathBuf> = Vec::new();
    for root in told.get("roots")?.as_array()? {
        let root = Path::new(root.as_str()?);
        // Installed at the very top is installed in /bin and /lib, which every function sees.
        for root in [Some(root.to_owned()), root.canonicalize().ok()].into_iter().flatten() {
            if root.components().count() > 1 && !roots.contains(&root) {
                roots.push(root);
            }
        }
    }
    let program = PathBuf::from(told.get("program")?.as_str()?);
    Some(Found { program, version: told.get("version")?.as_str()?.to_owned(), roots, told })
}

/// Where programs of these names may be, the first name first.
pub(super) fn candidates(search_path: &str, names: &[String]) -> Vec<PathBuf> {
    let folders = || search_path.split(':').filter(|folder| folder.starts_with('/')).map(Path::new);
    let all = names.iter().flat_map(|name| folders().map(move |folder| folder.join(name)));
    let mut candidates: Vec<PathBuf> = Vec::new();
    for candidate in all.filter(|candidate| candidate.is_file()) {
        if !candidates.contains(&candidate) {
            candidates.push(candidate);
        }
    }
    candidates
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_home_is_no_place_that_functions_may_see() {
        for home in ["/root", "/home/ada"] {
            assert!(is_home(Path::new(home)), "{home}");
        }
        for place in ["/usr", "/usr/local", "/opt/python", "/home/ada/.pyenv/versions/3.12.1", "/home"] {
            assert!(!is_home(Path::new(place)), "{place}");
        }
        let folder = tempfile::tempdir().unwrap();
        assert!(!is_home(folder.path()));
        std::fs::create_dir(folder.path().join(".ssh")).unwrap();
        assert!(is_home(folder.path()));
    }
}
