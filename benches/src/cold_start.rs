//! P15: from the start of the process to its first right answer, asked without pause.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::datasets::Datasets;
use crate::exchange::{Answer, Exchange};
use crate::progress;
use crate::requests::{Caller, GET_SECRET_VALUE, LIST_SECRETS};
use crate::secrets;
use crate::server::{self, Settings};
use crate::sign::Post;
use crate::stage::Sizes;

#[derive(Default)]
pub struct ColdStarts {
    /// On a folder that exists and holds no secret.
    pub empty_seconds: Vec<f64>,
    /// The first start of all, which also makes the folder, its keys and its tables.
    pub first_ever_seconds: f64,
    pub half_seconds: Vec<f64>,
}

const PATIENCE: Duration = Duration::from_secs(60);
const BETWEEN_ATTEMPTS: Duration = Duration::from_micros(500);

pub fn measure(keepwell: &Path, work_dir: &Path, sizes: Sizes, rounds: usize) -> Result<ColdStarts> {
    let empty = work_dir.join("empty");
    if empty.exists() {
        fs::remove_dir_all(&empty)?;
    }
    fs::create_dir_all(&empty)?;
    let half = Datasets { keepwell, work_dir }.folder(sizes.half, &sizes.all())?;

    let mut starts =
        ColdStarts { first_ever_seconds: start_once(keepwell, &empty, &no_secrets())?, ..Default::default() };
    for round in 1..=rounds {
        progress(&format!("cold start {round} of {rounds}"));
        starts.empty_seconds.push(start_once(keepwell, &empty, &no_secrets())?);
        // Another secret each time, from all over the folder.
        let index = secrets::scattered(round as u64) % sizes.half;
        starts.half_seconds.push(start_once(keepwell, &half, &read_of(index))?);
    }
    Ok(starts)
}

/// A question and what its right answer contains.
struct Question {
    target: &'static str,
    body: String,
    needle: String,
}

fn no_secrets() -> Question {
    Question { target: LIST_SECRETS, body: "{}".to_owned(), needle: "\"SecretList\":[]".to_owned() }
}

fn read_of(index: u64) -> Question {
    let body = format!("{{\"SecretId\":\"{}\"}}", secrets::name(index));
    Question { target: GET_SECRET_VALUE, body, needle: secrets::password(index) }
}

fn start_once(keepwell: &Path, folder: &Path, question: &Question) -> Result<f64> {
    let started = Instant::now();
    let (mut server, _log) = server::launch_keepwell(keepwell, folder, Settings::default())?;
    let caller = server.caller();
    loop {
        let answer = Exchange::open(&server.target).and_then(|mut exchange| exchange.ask(&signed(question, &caller)));
        if answer.is_ok_and(|answer| is_right(&answer, question)) {
            break;
        }
        if server.process.has_ended()? {
            bail!("the server ended at once");
        }
        if started.elapsed() > PATIENCE {
            bail!("no right answer within {} seconds", PATIENCE.as_secs());
        }
        thread::sleep(BETWEEN_ATTEMPTS);
    }
    let seconds = started.elapsed().as_secs_f64();
    server.process.stop()?;
    Ok(seconds)
}

fn signed(question: &Question, caller: &Caller) -> Vec<u8> {
    let mut request = Vec::new();
    let post = Post {
        host: &caller.host,
        path: "/",
        target: Some(question.target),
        body: question.body.as_bytes(),
        close: false,
    };
    caller.signer().append_post(&mut request, &post);
    request
}

fn is_right(answer: &Answer, question: &Question) -> bool {
    answer.status == 200 && String::from_utf8_lossy(&answer.body).contains(&question.needle)
}
