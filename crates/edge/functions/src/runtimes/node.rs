//! `nodejs*`: any Node.js that is new enough stands for the one that was asked for.

use std::iter;
use std::path::{Path, PathBuf};

use super::find::{Found, Probe, Question, candidates};
use super::{Launch, RuntimeDescription, joined};
use crate::settings::Settings;
use crate::wire::FunctionMessage;

const MAJOR_MIN: u32 = 18;

const ASK: &str = "\
const path = require('node:path'), fs = require('node:fs');\
const program = fs.realpathSync(process.execPath), folder = path.dirname(program);\
const root = path.basename(folder) === 'bin' ? path.dirname(folder) : folder;\
console.log(JSON.stringify({ version: process.versions.node, program, roots: [root] }))";

pub(super) async fn find(probe: &Probe, settings: &Settings, runtime: &str) -> Result<Found, String> {
    let candidates = match &settings.node.path {
        Some(path) => vec![path.clone()],
        None => candidates(&settings.search_path, &["node".to_owned(), "nodejs".to_owned()]),
    };
    let mut reasons = Vec::new();
    for program in candidates {
        let name = program.display().to_string();
        let question = Question { program, arguments: vec!["-e".to_owned(), ASK.to_owned()], environment: Vec::new() };
        match probe.ask(question).await {
            Ok(found) if major(&found) >= MAJOR_MIN => return Ok(found),
            Ok(found) => reasons.push(format!("{name} is Node.js {}, which is too old", found.version)),
            Err(reason) => reasons.push(reason),
        }
    }
    let reasons = if reasons.is_empty() { "there is none in the search path".to_owned() } else { reasons.join("; ") };
    Err(format!(
        "No Node.js {MAJOR_MIN} or newer was found for {runtime}: {reasons}. Install one (Debian: nodejs), or name it: \
         `interpreter` in [functions.runtimes.nodejs]."
    ))
}

fn major(found: &Found) -> u32 {
    found.version.split('.').next().and_then(|major| major.parse().ok()).unwrap_or_default()
}

pub(super) fn launch(
    settings: &Settings,
    found: &Found,
    client: &Path,
    function: &FunctionMessage,
    code: &Path,
) -> Launch {
    let modules: PathBuf = code.join("node_modules");
    let paths = iter::once(&*modules).chain(settings.node.libraries.iter().map(|folder| &**folder));
    let mut readable = found.roots.clone();
    readable.extend(settings.node.libraries.iter().cloned());
    // As at AWS, the heap is kept within the memory, so that the runtime can say itself that it is used up.
    let heap_mib = u64::from(function.memory_mib) * 9 / 10;
    Launch {
        program: found.program.clone(),
        arguments: vec![format!("--max-old-space-size={heap_mib}"), client.to_string_lossy().into_owned()],
        environment: vec![("NODE_PATH", joined(paths))],
        readable,
        is_the_functions_own: false,
        version: format!("Node.js {} ({}) with keepwell's client", found.version, found.program.display()),
    }
}

pub(super) async fn describe(probe: &Probe, settings: &Settings) -> RuntimeDescription {
    let found = find(probe, settings, "nodejs").await;
    RuntimeDescription {
        runtimes: "nodejs*".to_owned(),
        is_served: found.is_ok(),
        advice: found.as_ref().err().cloned().into_iter().collect(),
        interpreter: found.as_ref().ok().map(|found| found.program.clone()),
        version: found.ok().map(|found| found.version),
        sdk: None,
    }
}
