//! A visit is a short time spent loading one subject in one way. A round makes every visit once, in the order of the
//! table and the next time backwards, so that what is compared stands close together and neither always comes first.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use anyhow::{Result, bail};

use crate::figures::Round;
use crate::group_commit::GroupCommit;
use crate::listing;
use crate::load::{Load, Outcome, Pace, Requests, Reuse};
use crate::progress;
use crate::requests::{Puts, SignedReads};
use crate::secrets;
use crate::server::Server;
use crate::stage::Stage;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Visit {
    pub subject: Subject,
    pub work: Work,
}

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    Bare,
    BareTls,
    RawCommit,
    Moto,
    /// Built without a trail, for the rows that leave it out.
    TrailOff,
    /// As shipped: the trail is handed to the system before the answer.
    Shipped,
    ShippedTls,
    /// As shipped, its secrets under a customer managed key.
    CustomerKey,
    Strict,
    /// As shipped, kept apart because its writes would trouble the reads.
    Writes,
    /// As shipped, on folders of different size.
    Few,
    Tenth,
    Most,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Work {
    Read {
        connections: usize,
    },
    PacedRead {
        connections: usize,
    },
    ReadOnFreshConnections {
        connections: usize,
    },
    /// Reads drawn from all secrets there are.
    ReadWide {
        connections: usize,
    },
    /// Reads drawn from the first 1,000.
    ReadHot {
        connections: usize,
    },
    Put {
        writers: usize,
    },
    Commit {
        writers: usize,
    },
    ListByDate,
    ListByPrefix,
}

/// What one visit found.
#[derive(Clone, Debug, Default)]
pub struct Sample {
    pub rate: f64,
    pub cpu_us_per_request: Option<f64>,
    pub p50_us: Option<f64>,
    pub p99_us: Option<f64>,
    /// How late the generator itself was, at its 99th percentile.
    pub lateness_p99_us: Option<f64>,
    pub wrong: u64,
    pub first_wrong: Option<String>,
}

pub struct Plan {
    pub rounds: usize,
    pub visit: Duration,
    pub paced_per_second: u64,
}

/// The rounds, and the visits that could not be made, with the reason.
pub struct Visited {
    pub rounds: Vec<Round>,
    pub failures: BTreeMap<Visit, String>,
}

/// Secrets of the rows that do not ask for a number: one for each connection.
pub const READ_SECRETS: u64 = 64;
pub const HOT_SECRETS: u64 = 1000;
/// Different signed requests of a visit that spreads its reads.
const SPREAD: u64 = 50_000;
/// Caches, branch predictors and connections settle before the visit counts.
const WARM_UP: Duration = Duration::from_millis(300);
/// Lets the last subject's background work end.
const SETTLE: Duration = Duration::from_millis(150);

pub fn visit_all(visits: &[Visit], stage: &Stage<'_>, plan: &Plan) -> Visited {
    let mut visited = Visited { rounds: Vec::new(), failures: BTreeMap::new() };
    let mut counters = Counters { token: 1 << 40, draw: 0 };
    for round_number in 1..=plan.rounds {
        let mut round = Round::new();
        let mut order = in_order_of_first_mention(visits);
        if round_number % 2 == 0 {
            order.reverse();
        }
        for visit in order {
            if visited.failures.contains_key(&visit) {
                continue;
            }
            progress(&format!("round {round_number} of {}: {}", plan.rounds, visit.describe()));
            std::thread::sleep(SETTLE);
            match make(visit, stage, plan, &mut counters) {
                Ok(sample) => {
                    round.insert(visit, sample);
                }
                Err(error) => {
                    visited.failures.insert(visit, format!("{error:#}"));
                }
            }
        }
        visited.rounds.push(round);
    }
    visited
}

/// What must not repeat from visit to visit.
struct Counters {
    token: u64,
    draw: u64,
}

fn in_order_of_first_mention(visits: &[Visit]) -> Vec<Visit> {
    let mut seen = BTreeSet::new();
    visits.iter().copied().filter(|visit| seen.insert(*visit)).collect()
}

fn make(visit: Visit, stage: &Stage<'_>, plan: &Plan, counters: &mut Counters) -> Result<Sample> {
    if let Work::Commit { writers } = visit.work {
        return commit(stage.raw_commit()?, writers, plan);
    }
    let server = stage.server(visit.subject)?;
    let caller = server.caller();
    match visit.work {
        Work::Commit { .. } => bail!("only raw group commit commits"),
        Work::Read { connections } => {
            let mut reads = fixed_reads(visit.subject, server, false);
            measure(server, connections, Reuse::KeepAlive, Pace::Closed, &mut reads, plan)
        }
        Work::PacedRead { connections } => {
            let mut reads = fixed_reads(visit.subject, server, false);
            let pace = Pace::Open { requests_per_second: plan.paced_per_second };
            measure(server, connections, Reuse::KeepAlive, pace, &mut reads, plan)
        }
        Work::ReadOnFreshConnections { connections } => {
            let mut reads = fixed_reads(visit.subject, server, true);
            measure(server, connections, Reuse::Never, Pace::Closed, &mut reads, plan)
        }
        Work::ReadWide { connections } | Work::ReadHot { connections } => {
            let all = stage.secrets_of(visit.subject);
            let among = if matches!(visit.work, Work::ReadHot { .. }) { all.min(HOT_SECRETS) } else { all };
            let draws = counters.draw..counters.draw + SPREAD;
            counters.draw = draws.end;
            let indexes = draws.map(|draw| secrets::scattered(draw) % among.max(1));
            let mut reads = SignedReads::of(indexes, &server.reader(), false);
            measure(server, connections, Reuse::KeepAlive, Pace::Closed, &mut reads, plan)
        }
        Work::Put { writers } => {
            let mut puts = Puts::of(stage.secrets_of(visit.subject) / writers.max(1) as u64, counters.token, &caller);
            let sample = measure(server, writers, Reuse::KeepAlive, Pace::Closed, &mut puts, plan);
            counters.token = puts.next_token();
            sample
        }
        Work::ListByDate => listing::by_date(server, plan.visit),
        Work::ListByPrefix => listing::by_prefix(server, stage.fewest_listed(), plan.visit),
    }
}

fn fixed_reads(subject: Subject, server: &Server, close: bool) -> SignedReads {
    let reads = SignedReads::of(0..READ_SECRETS, &server.reader(), close);
    match subject {
        Subject::Bare | Subject::BareTls => reads.expecting(secrets::password(0).as_bytes()),
        _ => reads,
    }
}

fn measure(
    server: &Server,
    connections: usize,
    reuse: Reuse,
    pace: Pace,
    requests: &mut dyn Requests,
    plan: &Plan,
) -> Result<Sample> {
    let mut load = Load::open(&server.target, connections, reuse)?;
    let warm_up = load.run(requests, pace, WARM_UP)?;
    let before = server.process.cpu()?;
    let outcome = load.run(requests, pace, plan.visit)?;
    let cpu = server.process.cpu()?.saturating_sub(before);

    let mut sample = sample_of(&outcome);
    sample.cpu_us_per_request = Some(cpu.as_secs_f64() * 1e6 / outcome.answered.max(1) as f64);
    sample.wrong += warm_up.wrong;
    sample.first_wrong = sample.first_wrong.or(warm_up.first_wrong);
    Ok(sample)
}

fn sample_of(outcome: &Outcome) -> Sample {
    Sample {
        rate: outcome.answered_in_time as f64 / outcome.elapsed.as_secs_f64(),
        cpu_us_per_request: None,
        p50_us: outcome.latency.quantile_us(0.50),
        p99_us: outcome.latency.quantile_us(0.99),
        lateness_p99_us: outcome.lateness.quantile_us(0.99),
        wrong: outcome.wrong,
        first_wrong: outcome.first_wrong.clone(),
    }
}

fn commit(control: &GroupCommit, writers: usize, plan: &Plan) -> Result<Sample> {
    control.run(writers, WARM_UP)?;
    let committed = control.run(writers, plan.visit)?;
    Ok(Sample {
        rate: committed.records as f64 / committed.elapsed.as_secs_f64(),
        p50_us: committed.latency.quantile_us(0.50),
        p99_us: committed.latency.quantile_us(0.99),
        ..Sample::default()
    })
}

impl Visit {
    pub fn describe(&self) -> String {
        format!("{}, {}", self.subject.describe(), self.work.describe())
    }
}

impl Subject {
    pub fn describe(self) -> &'static str {
        match self {
            Self::Bare => "bare hyper",
            Self::BareTls => "bare hyper over TLS",
            Self::RawCommit => "raw group commit",
            Self::Moto => "moto_server",
            Self::TrailOff => "keepwell, trail off",
            Self::Shipped => "keepwell",
            Self::ShippedTls => "keepwell over TLS",
            Self::CustomerKey => "keepwell, customer key",
            Self::Strict => "keepwell, trail strict",
            Self::Writes => "keepwell (writes)",
            Self::Few => "keepwell, 1,000 secrets",
            Self::Tenth => "keepwell, a tenth of the secrets",
            Self::Most => "keepwell, the most secrets",
        }
    }
}

impl Work {
    fn describe(self) -> String {
        match self {
            Self::Read { connections } => format!("reads, {connections} connections"),
            Self::PacedRead { connections } => format!("paced reads, {connections} connections"),
            Self::ReadOnFreshConnections { connections } => {
                format!("a connection for each read, {connections} at a time")
            }
            Self::ReadWide { connections } => format!("reads of all, {connections} connections"),
            Self::ReadHot { connections } => format!("reads of 1,000, {connections} connections"),
            Self::Put { writers } => format!("puts, {writers} connections"),
            Self::Commit { writers } => format!("{writers} writers of 1 KB"),
            Self::ListByDate => "pages by date".to_owned(),
            Self::ListByPrefix => "pages by prefix".to_owned(),
        }
    }
}
