//! `python3.x`: any Python that is new enough stands for the one that was asked for.

use std::iter;
use std::path::Path;

use super::find::{Found, Probe, Question, candidates};
use super::{Launch, RuntimeDescription, joined};
use crate::settings::{OfficialClient, Settings};
use crate::wire::FunctionMessage;

const MINOR_MIN: u32 = 9;
const MINORS: std::ops::RangeInclusive<u32> = MINOR_MIN..=19;

const ASK: &str = "\
import importlib.util, json, os, sys
print(json.dumps({
    'version': '%d.%d.%d' % sys.version_info[:3],
    'minor': sys.version_info[1] if sys.version_info[0] == 3 else 0,
    'program': sys.executable,
    'roots': [sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix],
    'client': importlib.util.find_spec('awslambdaric') is not None,
}))";

const ASK_FOR_SDK: &str = "\
import json, sys, boto3
print(json.dumps({'version': boto3.__version__, 'program': sys.executable, 'roots': []}))";

pub(super) async fn find(probe: &Probe, settings: &Settings, runtime: &str) -> Result<Found, String> {
    let candidates = match &settings.python.path {
        Some(path) => vec![path.clone()],
        None => {
            let newest_first = MINORS.rev().map(|minor| format!("python3.{minor}"));
            let names: Vec<String> =
                iter::once(runtime.to_owned()).chain(iter::once("python3".to_owned())).chain(newest_first).collect();
            candidates(&settings.search_path, &names)
        }
    };
    let mut reasons = Vec::new();
    for program in candidates {
        let question = Question {
            program,
            arguments: vec!["-c".to_owned(), ASK.to_owned()],
            environment: vec![("PYTHONPATH", libraries(settings))],
        };
        let name = question.program.display().to_string();
        match probe.ask(question).await {
            Ok(found) if minor(&found) >= MINOR_MIN => return Ok(found),
            Ok(found) => reasons.push(format!("{name} is Python {}, which is too old", found.version)),
            Err(reason) => reasons.push(reason),
        }
    }
    let reasons = if reasons.is_empty() { "there is none in the search path".to_owned() } else { reasons.join("; ") };
    Err(format!(
        "No Python 3.{MINOR_MIN} or newer was found for {runtime}: {reasons}. Install one (Debian: python3), or name it: \
         `interpreter` in [functions.runtimes.python]."
    ))
}

fn minor(found: &Found) -> u32 {
    found.told.get("minor").and_then(serde_json::Value::as_u64).and_then(|minor| u32::try_from(minor).ok()).unwrap_or(0)
}

fn has_official_client(found: &Found) -> bool {
    found.told.get("client").and_then(serde_json::Value::as_bool).unwrap_or_default()
}

fn libraries(settings: &Settings) -> String {
    joined(settings.python.libraries.iter().map(|folder| &**folder))
}

pub(super) fn launch(
    settings: &Settings,
    found: &Found,
    client: &Path,
    function: &FunctionMessage,
    code: &Path,
) -> Result<Launch, String> {
    let is_official = match settings.python_client {
        OfficialClient::Never => false,
        OfficialClient::Auto => has_official_client(found),
        OfficialClient::Always if has_official_client(found) => true,
        OfficialClient::Always => {
            return Err(format!("{} has no awslambdaric, which the configuration asks for.", found.program.display()));
        }
    };
    let arguments = if is_official {
        vec!["-m".to_owned(), "awslambdaric".to_owned(), function.handler.clone()]
    } else {
        vec![client.to_string_lossy().into_owned()]
    };
    let paths = iter::once(code).chain(settings.python.libraries.iter().map(|folder| &**folder));
    let mut readable = found.roots.clone();
    readable.extend(settings.python.libraries.iter().cloned());
    let client = if is_official { "awslambdaric" } else { "keepwell's client" };
    Ok(Launch {
        program: found.program.clone(),
        arguments,
        environment: vec![("PYTHONPATH", joined(paths))],
        readable,
        is_the_functions_own: false,
        version: format!("Python {} ({}) with {client}", found.version, found.program.display()),
    })
}

pub(super) async fn describe(probe: &Probe, settings: &Settings) -> RuntimeDescription {
    let mut described = RuntimeDescription {
        runtimes: "python3.x".to_owned(),
        interpreter: None,
        version: None,
        sdk: None,
        advice: Vec::new(),
        is_served: false,
    };
    match find(probe, settings, "python3").await {
        Err(reason) => described.advice.push(reason),
        Ok(found) => {
            described.sdk = sdk(probe, settings, &found).await;
            if described.sdk.is_none() {
                described.advice.push(format!(
                    "{} cannot import boto3, which functions find at AWS. Install it (Debian: python3-boto3), or name a \
                     folder that has it: `libraries` in [functions.runtimes.python].",
                    found.program.display()
                ));
            }
            if settings.python_client == OfficialClient::Always && !has_official_client(&found) {
                described.advice.push(format!("{} cannot import awslambdaric.", found.program.display()));
            } else {
                described.is_served = true;
            }
            described.interpreter = Some(found.program);
            described.version = Some(found.version);
        }
    }
    described
}

async fn sdk(probe: &Probe, settings: &Settings, found: &Found) -> Option<String> {
    let question = Question {
        program: found.program.clone(),
        arguments: vec!["-c".to_owned(), ASK_FOR_SDK.to_owned()],
        environment: vec![("PYTHONPATH", libraries(settings))],
    };
    probe.ask(question).await.ok().map(|answer| answer.version)
}
