//! F1 and F2: an empty Python function, called while its process waits for it and called for the first time, against
//! starting the bare interpreter. Each round visits all three.

use std::io::{Cursor, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::exchange::Exchange;
use crate::histogram::Histogram;
use crate::progress;
use crate::requests::Caller;
use crate::server::{self, Server, Settings};
use crate::session;
use crate::sign::Post;

/// The interpreter of both sides.
const PYTHON: &str = "/usr/bin/python3";
const WARM_CALLS: usize = 300;
const COLD_CALLS: usize = 5;
const BARE_STARTS: usize = 15;
const HANDLER: &str = "def handler(event, context):\n    return None\n";

/// Ratios, one for each round.
#[derive(Default)]
pub struct FunctionCalls {
    pub warm_p50: Vec<f64>,
    pub warm_p99: Vec<f64>,
    pub cold: Vec<f64>,
    /// Microseconds, to be read beside them.
    pub told: Vec<Told>,
}

pub struct Told {
    pub bare_us: f64,
    pub warm_p50_us: f64,
    pub warm_p99_us: f64,
    pub cold_us: f64,
}

pub fn measure(keepwell: &Path, work_dir: &Path, rounds: usize) -> Result<FunctionCalls> {
    let python = Path::new(PYTHON);
    ensure!(python.exists(), "{PYTHON} is missing");
    let folder = work_dir.join("functions");
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    let server = server::start_keepwell(keepwell, &folder, Settings { python: Some(python), ..Settings::default() })?;
    let mut customer = Customer::begin(&server)?;
    customer.create("warm")?;
    customer.invoke("warm")?;

    let mut calls = FunctionCalls::default();
    for round in 1..=rounds {
        progress(&format!("functions, round {round} of {rounds}"));
        let bare = times(BARE_STARTS, |_| start_bare(python))?;
        let warm = times(WARM_CALLS, |_| customer.invoke("warm"))?;
        let mut cold = Histogram::default();
        for call in 0..COLD_CALLS {
            let name = format!("cold-{round}-{call}");
            customer.create(&name)?;
            cold.record(timed(|| customer.invoke(&name))?);
        }
        let of = |histogram: &Histogram, share| histogram.quantile_us(share).context("nothing was measured");
        let told = Told {
            bare_us: of(&bare, 0.5)?,
            warm_p50_us: of(&warm, 0.5)?,
            warm_p99_us: of(&warm, 0.99)?,
            cold_us: of(&cold, 0.5)?,
        };
        calls.warm_p50.push(told.warm_p50_us / told.bare_us);
        calls.warm_p99.push(told.warm_p99_us / told.bare_us);
        calls.cold.push(told.cold_us / told.bare_us);
        calls.told.push(told);
    }
    server.process.stop()?;
    Ok(calls)
}

fn times(count: usize, mut what: impl FnMut(usize) -> Result<()>) -> Result<Histogram> {
    let mut histogram = Histogram::default();
    for turn in 0..count {
        histogram.record(timed(|| what(turn))?);
    }
    Ok(histogram)
}

fn timed(what: impl FnOnce() -> Result<()>) -> Result<Duration> {
    let started = Instant::now();
    what()?;
    Ok(started.elapsed())
}

fn start_bare(python: &Path) -> Result<()> {
    let mut command = Command::new(python);
    command.args(["-c", "pass"]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    ensure!(command.status()?.success(), "the bare interpreter failed");
    Ok(())
}

/// Root, with a role that functions may have.
struct Customer {
    exchange: Exchange,
    caller: Caller,
    role: String,
    code: String,
}

impl Customer {
    fn begin(server: &Server) -> Result<Self> {
        let role = session::role_for_functions(server)?;
        Ok(Self { exchange: Exchange::open(&server.target)?, caller: server.caller(), role, code: archive()? })
    }

    fn create(&mut self, name: &str) -> Result<()> {
        let body = json!({
            "FunctionName": name,
            "Role": self.role,
            "Runtime": "python3.12",
            "Handler": "app.handler",
            "Code": { "ZipFile": self.code },
        });
        self.post("/2015-03-31/functions", &body.to_string(), 201).map(drop)
    }

    fn invoke(&mut self, name: &str) -> Result<()> {
        let answer = self.post(&format!("/2015-03-31/functions/{name}/invocations"), "{}", 200)?;
        ensure!(answer == "null", "the function answered {answer}");
        Ok(())
    }

    fn post(&mut self, path: &str, body: &str, expected: u16) -> Result<String> {
        let mut request = Vec::new();
        let post = Post { host: &self.caller.host, path, target: None, body: body.as_bytes(), close: false };
        self.caller.signer_for("lambda").append_post(&mut request, &post);
        let answer = self.exchange.ask(&request)?;
        let told = String::from_utf8(answer.body)?;
        if answer.status == expected { Ok(told) } else { bail!("{path} answered {}: {told}", answer.status) }
    }
}

fn archive() -> Result<String> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file("app.py", SimpleFileOptions::default())?;
    writer.write_all(HANDLER.as_bytes())?;
    Ok(STANDARD.encode(writer.finish()?.into_inner()))
}
