//! The speed table: what is owed, what is meant, and how a figure is judged. Everything here is a pure function of what
//! was measured.

use std::collections::BTreeMap;

use crate::visits::{Sample, Subject, Visit, Work};

/// One line of the table that compares visits of the same round.
pub struct Figure {
    pub row: &'static str,
    pub what: &'static str,
    pub by: Metric,
    pub measured: Visit,
    /// The least of these is what `measured` is divided by.
    pub against: &'static [Visit],
    pub goal: Goal,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric {
    Rate,
    CpuPerRequest,
    P50,
    P99,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Goal {
    AtLeast { pass: f64, stretch: f64 },
    AtMost { pass: f64, stretch: f64 },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Stretch,
    Pass,
    Miss,
}

/// One round visits every subject once.
pub type Round = BTreeMap<Visit, Sample>;

impl Figure {
    /// The ratio within each round that has all it takes.
    pub fn ratios(&self, rounds: &[Round]) -> Vec<f64> {
        rounds.iter().filter_map(|round| self.ratio(round)).collect()
    }

    fn ratio(&self, round: &Round) -> Option<f64> {
        let measured = self.by.of(round.get(&self.measured)?)?;
        let mut least = f64::INFINITY;
        for visit in self.against {
            least = least.min(self.by.of(round.get(visit)?)?);
        }
        (least > 0.0).then_some(measured / least)
    }

    pub fn visits(&self) -> impl Iterator<Item = Visit> {
        std::iter::once(self.measured).chain(self.against.iter().copied())
    }
}

impl Metric {
    fn of(self, sample: &Sample) -> Option<f64> {
        match self {
            Self::Rate => Some(sample.rate),
            Self::CpuPerRequest => sample.cpu_us_per_request,
            Self::P50 => sample.p50_us,
            Self::P99 => sample.p99_us,
        }
    }
}

impl Goal {
    pub fn judge(self, measured: f64) -> Verdict {
        let reaches = |bar: f64| match self {
            Self::AtLeast { .. } => measured >= bar,
            Self::AtMost { .. } => measured <= bar,
        };
        let (Self::AtLeast { pass, stretch } | Self::AtMost { pass, stretch }) = self;
        if reaches(stretch) {
            Verdict::Stretch
        } else if reaches(pass) {
            Verdict::Pass
        } else {
            Verdict::Miss
        }
    }
}

pub fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let below_middle = sorted.get(sorted.len().saturating_sub(1) / 2)?;
    let above_middle = sorted.get(sorted.len() / 2)?;
    Some(f64::midpoint(*below_middle, *above_middle))
}

/// The lowest and the highest.
pub fn range(values: &[f64]) -> Option<(f64, f64)> {
    let low = values.iter().copied().min_by(f64::total_cmp)?;
    let high = values.iter().copied().max_by(f64::total_cmp)?;
    Some((low, high))
}

const fn reads(subject: Subject, connections: usize) -> Visit {
    Visit { subject, work: Work::Read { connections } }
}

const fn paced(subject: Subject) -> Visit {
    Visit { subject, work: Work::PacedRead { connections: 16 } }
}

const fn handshakes(subject: Subject) -> Visit {
    Visit { subject, work: Work::ReadOnFreshConnections { connections: 16 } }
}

const fn raw(writers: usize) -> Visit {
    Visit { subject: Subject::RawCommit, work: Work::Commit { writers } }
}

const fn puts(writers: usize) -> Visit {
    Visit { subject: Subject::Writes, work: Work::Put { writers } }
}

const fn spread(subject: Subject, work: Work) -> Visit {
    Visit { subject, work }
}

const fn at_least(pass: f64, stretch: f64) -> Goal {
    Goal::AtLeast { pass, stretch }
}

const fn at_most(pass: f64, stretch: f64) -> Goal {
    Goal::AtMost { pass, stretch }
}

const WIDE: Work = Work::ReadWide { connections: 64 };
const HOT: Work = Work::ReadHot { connections: 64 };

/// What the controls do by themselves: rows nobody owes, asked for with `--rows controls`.
pub const CONTROLS: &[Visit] = &[
    reads(Subject::Bare, 16),
    reads(Subject::Bare, 64),
    paced(Subject::Bare),
    reads(Subject::BareTls, 16),
    reads(Subject::BareTls, 64),
    handshakes(Subject::BareTls),
    raw(1),
    raw(16),
    raw(64),
    reads(Subject::Moto, 16),
];

/// In the order in which a round visits them: what is compared stands close together, because disk and neighbours change
/// from minute to minute.
pub const FIGURES: &[Figure] = &[
    Figure {
        row: "P1",
        what: "reads, 64 connections, trail off: rate against bare hyper",
        by: Metric::Rate,
        measured: reads(Subject::TrailOff, 64),
        against: &[reads(Subject::Bare, 64)],
        goal: at_least(0.40, 0.55),
    },
    Figure {
        row: "P2",
        what: "the same: server CPU per request against bare hyper",
        by: Metric::CpuPerRequest,
        measured: reads(Subject::TrailOff, 64),
        against: &[reads(Subject::Bare, 64)],
        goal: at_most(3.0, 2.1),
    },
    Figure {
        row: "P3",
        what: "reads, 64 connections, trail as shipped: rate against bare hyper",
        by: Metric::Rate,
        measured: reads(Subject::Shipped, 64),
        against: &[reads(Subject::Bare, 64)],
        goal: at_least(0.30, 0.45),
    },
    Figure {
        row: "P4",
        what: "reads, 64 connections, trail strict: rate against the lesser of shipped and raw group commit",
        by: Metric::Rate,
        measured: reads(Subject::Strict, 64),
        against: &[reads(Subject::Shipped, 64), raw(64)],
        goal: at_least(0.50, 0.75),
    },
    Figure {
        row: "P10",
        what: "durable PutSecretValue, 64 writers: rate against raw group commit",
        by: Metric::Rate,
        measured: puts(64),
        against: &[raw(64)],
        goal: at_least(0.12, 0.20),
    },
    Figure {
        row: "P11",
        what: "durable PutSecretValue, 16 writers: rate against raw group commit",
        by: Metric::Rate,
        measured: puts(16),
        against: &[raw(16)],
        goal: at_least(0.18, 0.30),
    },
    Figure {
        row: "P5",
        what: "reads, 16 connections, trail strict: rate against the lesser of shipped and raw group commit",
        by: Metric::Rate,
        measured: reads(Subject::Strict, 16),
        against: &[reads(Subject::Shipped, 16), raw(16)],
        goal: at_least(0.35, 0.55),
    },
    Figure {
        row: "P6",
        what: "TLS 1.3 keep-alive, 16 connections: rate against our own plain HTTP",
        by: Metric::Rate,
        measured: reads(Subject::ShippedTls, 16),
        against: &[reads(Subject::Shipped, 16)],
        goal: at_least(0.75, 0.85),
    },
    Figure {
        row: "P6",
        what: "TLS 1.3 keep-alive, 64 connections: likewise",
        by: Metric::Rate,
        measured: reads(Subject::ShippedTls, 64),
        against: &[reads(Subject::Shipped, 64)],
        goal: at_least(0.75, 0.85),
    },
    Figure {
        row: "P7",
        what: "a new TLS connection for each request, 16 at a time: rate against bare handshakes",
        by: Metric::Rate,
        measured: handshakes(Subject::ShippedTls),
        against: &[handshakes(Subject::BareTls)],
        goal: at_least(0.85, 0.95),
    },
    Figure {
        row: "P8",
        what: "paced reads, 16 connections: p99 against bare hyper",
        by: Metric::P99,
        measured: paced(Subject::Shipped),
        against: &[paced(Subject::Bare)],
        goal: at_most(4.0, 2.0),
    },
    Figure {
        row: "P8",
        what: "the same: p50",
        by: Metric::P50,
        measured: paced(Subject::Shipped),
        against: &[paced(Subject::Bare)],
        goal: at_most(2.5, 1.5),
    },
    Figure {
        row: "P9",
        what: "paced reads, trail strict: p99 against p99 of raw group commit with 16 writers",
        by: Metric::P99,
        measured: paced(Subject::Strict),
        against: &[raw(16)],
        goal: at_most(3.0, 1.5),
    },
    Figure {
        row: "K1",
        what: "reads, 64 connections, under a customer key: server CPU per request against the default key",
        by: Metric::CpuPerRequest,
        measured: reads(Subject::CustomerKey, 64),
        against: &[reads(Subject::Shipped, 64)],
        goal: at_most(1.25, 1.1),
    },
    Figure {
        row: "P16",
        what: "reads, 16 connections: rate against moto_server",
        by: Metric::Rate,
        measured: reads(Subject::Shipped, 16),
        against: &[reads(Subject::Moto, 16)],
        goal: at_least(60.0, 100.0),
    },
    Figure {
        row: "P12",
        what: "reads spread over all of the most secrets: rate against 1,000 secrets",
        by: Metric::Rate,
        measured: spread(Subject::Most, WIDE),
        against: &[spread(Subject::Few, WIDE)],
        goal: at_least(0.80, 0.90),
    },
    Figure {
        row: "P12",
        what: "reads of 1,000 among the most secrets: rate against 1,000 secrets",
        by: Metric::Rate,
        measured: spread(Subject::Most, HOT),
        against: &[spread(Subject::Few, WIDE)],
        goal: at_least(0.90, 0.95),
    },
    Figure {
        row: "P13",
        what: "ListSecrets page of 100 by date: p50, most secrets against a tenth of them",
        by: Metric::P50,
        measured: spread(Subject::Most, Work::ListByDate),
        against: &[spread(Subject::Tenth, Work::ListByDate)],
        goal: at_most(3.0, 2.2),
    },
    Figure {
        row: "P13",
        what: "ListSecrets page of 100 by name prefix: likewise",
        by: Metric::P50,
        measured: spread(Subject::Most, Work::ListByPrefix),
        against: &[spread(Subject::Tenth, Work::ListByPrefix)],
        goal: at_most(3.0, 2.2),
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(rate: f64) -> Sample {
        Sample { rate, ..Sample::default() }
    }

    #[test]
    fn a_figure_is_the_median_of_the_ratios_and_not_the_ratio_of_the_medians() {
        let (ours, bare) = (reads(Subject::TrailOff, 64), reads(Subject::Bare, 64));
        let rounds: Vec<Round> = [(10.0, 100.0), (60.0, 120.0), (50.0, 50.0)]
            .map(|(mine, floor)| Round::from([(ours, sample(mine)), (bare, sample(floor))]))
            .into();
        let ratios = FIGURES[0].ratios(&rounds);
        assert_eq!(median(&ratios), Some(0.5));
        assert_eq!(range(&ratios), Some((0.1, 1.0)));
    }

    #[test]
    fn the_lesser_control_is_the_one_that_counts() {
        let p4 = FIGURES.iter().find(|figure| figure.row == "P4").unwrap();
        let round = Round::from([
            (reads(Subject::Strict, 64), sample(30.0)),
            (reads(Subject::Shipped, 64), sample(50.0)),
            (raw(64), sample(40.0)),
        ]);
        assert_eq!(p4.ratios(&[round]), [0.75]);
    }

    #[test]
    fn a_round_in_which_a_control_failed_gives_no_ratio() {
        let round = Round::from([(reads(Subject::TrailOff, 64), sample(30.0))]);
        assert!(FIGURES[0].ratios(&[round]).is_empty());
    }

    #[test]
    fn a_goal_is_reached_from_its_own_side() {
        assert_eq!(at_least(0.40, 0.55).judge(0.55), Verdict::Stretch);
        assert_eq!(at_least(0.40, 0.55).judge(0.54), Verdict::Pass);
        assert_eq!(at_least(0.40, 0.55).judge(0.39), Verdict::Miss);
        assert_eq!(at_most(3.0, 2.1).judge(2.1), Verdict::Stretch);
        assert_eq!(at_most(3.0, 2.1).judge(2.9), Verdict::Pass);
        assert_eq!(at_most(3.0, 2.1).judge(3.1), Verdict::Miss);
    }

    #[test]
    fn the_median_of_two_lies_between_them_and_that_of_nothing_is_nothing() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[4.0, 1.0]), Some(2.5));
    }
}
