//! The engine against the naive evaluator, on invented cases.
//!
//! `CASES` says how many (100000), `SEED` which: a campaign prints both, and a difference prints its whole case.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::case::{Case, Layer, Reasons};
use crate::chance::Chance;
use crate::engine::{Compiled, Outcome};
use crate::naive::{self, Answer, Tally};
use crate::shrink;
use crate::world::World;

/// Shards run side by side.
const SHARDS: u64 = 4;
const CASES: u64 = 100_000;
const SEED: u64 = 20_120_617;

/// Below this many cases a share says nothing.
const SHARES_FROM: u64 = 10_000;

#[derive(Default)]
struct Counts {
    cases: u64,
    allowed: u64,
    explicit: BTreeMap<Layer, u64>,
    implicit: BTreeMap<Layer, u64>,
}

#[test]
fn both_evaluators_decide_alike_on_the_first_quarter_of_invented_cases() {
    compare(0);
}

#[test]
fn both_evaluators_decide_alike_on_the_second_quarter_of_invented_cases() {
    compare(1);
}

#[test]
fn both_evaluators_decide_alike_on_the_third_quarter_of_invented_cases() {
    compare(2);
}

#[test]
fn both_evaluators_decide_alike_on_the_last_quarter_of_invented_cases() {
    compare(3);
}

fn compare(shard: u64) {
    let cases = from_environment("CASES").unwrap_or(CASES) / SHARDS;
    let seed = from_environment("SEED").unwrap_or(SEED);
    let mut counts = Counts::default();
    let tally = RefCell::new(Tally::new());
    let mut world_number = 0;
    while counts.cases < cases {
        let mut chance = Chance::new(seed, world_number * SHARDS + shard);
        world_number += 1;
        let world = World::invent(&mut chance);
        let engine = Compiled::new(&world.documents);
        for request in &world.requests {
            let case = world.case(request);
            let answer = naive::evaluate(&case, &tally);
            if let Some(difference) = difference(&answer, engine.ask(request)) {
                report(&case, &difference, seed);
            }
            counts.add(&answer);
        }
    }
    counts.print(shard, seed, &tally.borrow());
    if counts.cases >= SHARES_FROM {
        counts.check(&tally.borrow());
    }
}

fn from_environment(name: &str) -> Option<u64> {
    Some(std::env::var(name).ok()?.parse().unwrap_or_else(|_| panic!("{name} is not a number")))
}

/// What the documentation does not allow the engine to have answered.
pub(crate) fn difference(answer: &Answer, engine: Result<(Outcome, Reasons), String>) -> Option<String> {
    let (engine, reasons) = match engine {
        Ok(answered) => answered,
        Err(inconsistent) => return Some(inconsistent),
    };
    let is_right = match engine {
        Outcome::Allowed => answer.is_allowed,
        Outcome::Denied { layer, is_explicit: true } => answer.denying.contains(&layer),
        Outcome::Denied { layer, is_explicit: false } => answer.lacking.contains(&layer),
    };
    if !is_right {
        return Some(format!("the engine says {engine:?}, the naive evaluator {answer:?}"));
    }
    if !explains(&answer.reasons, &reasons) {
        return Some(format!("the engine gives the reasons {reasons:?}, the naive evaluator {:?}", answer.reasons));
    }
    None
}

/// The same statements, and of those that narrowly failed only conditions that did fail.
fn explains(all: &Reasons, given: &Reasons) -> bool {
    all.matched == given.matched
        && all.near_misses.keys().eq(given.near_misses.keys())
        && given.near_misses.iter().all(|(place, failed)| failed.is_subset(&all.near_misses[place]))
}

/// The same question to both, from the beginning.
pub(crate) fn ask_both(case: &Case) -> Option<String> {
    let answer = naive::evaluate(case, &RefCell::default());
    difference(&answer, Compiled::new(&case.documents).ask(&case.request))
}

fn report(case: &Case, difference: &str, seed: u64) -> ! {
    let smallest = shrink::shrink(case, &|smaller| ask_both(smaller).is_some());
    let of_smallest = ask_both(&smallest).unwrap_or_default();
    panic!(
        "SEED={seed}: {difference}\nthe case: {:#}\nthe smallest like it: {:#}\n{of_smallest}",
        case.to_json(),
        smallest.to_json()
    );
}

impl Counts {
    fn add(&mut self, answer: &Answer) {
        self.cases += 1;
        self.allowed += u64::from(answer.is_allowed);
        for layer in &answer.denying {
            *self.explicit.entry(*layer).or_default() += 1;
        }
        for layer in &answer.lacking {
            *self.implicit.entry(*layer).or_default() += 1;
        }
    }

    fn print(&self, shard: u64, seed: u64, tally: &Tally) {
        let mut lines = vec![format!(
            "shard {shard} of seed {seed}: {} cases, {} allowed ({} %)",
            self.cases,
            self.allowed,
            self.allowed * 100 / self.cases.max(1)
        )];
        for layer in Layer::ALL {
            let of = |counts: &BTreeMap<Layer, u64>| counts.get(&layer).copied().unwrap_or_default();
            lines.push(format!(
                "  {:<17}{:>9} denials{:>9} missing",
                layer.name(),
                of(&self.explicit),
                of(&self.implicit)
            ));
        }
        for (operator, [failed, held]) in tally {
            lines.push(format!("  {operator:<42}{held:>9} held{failed:>9} failed"));
        }
        println!("{}", lines.join("\n"));
    }

    /// The campaign proves little if everything is refused, or some rule is never asked.
    fn check(&self, tally: &Tally) {
        let percent = self.allowed * 100 / self.cases;
        assert!((10..=60).contains(&percent), "{percent} % of the cases are allowed");
        for layer in Layer::ALL {
            assert!(self.explicit.contains_key(&layer), "{layer:?} never denies");
            assert!(self.implicit.contains_key(&layer), "{layer:?} is never missing an Allow");
        }
        for operator in OPERATORS {
            for form in ["{}", "{}IfExists", "ForAllValues:{}", "ForAnyValue:{}"] {
                let name = form.replace("{}", operator);
                let [failed, held] = tally.get(&name).copied().unwrap_or_default();
                assert!(failed > 0 && held > 0, "{name} held {held} times and failed {failed} times");
            }
        }
        let [failed, held] = tally["Null"];
        assert!(failed > 0 && held > 0, "Null");
    }
}

const OPERATORS: &[&str] = &[
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "StringLike",
    "StringNotLike",
    "NumericEquals",
    "NumericNotEquals",
    "NumericLessThan",
    "NumericLessThanEquals",
    "NumericGreaterThan",
    "NumericGreaterThanEquals",
    "DateEquals",
    "DateNotEquals",
    "DateLessThan",
    "DateLessThanEquals",
    "DateGreaterThan",
    "DateGreaterThanEquals",
    "Bool",
    "BinaryEquals",
    "IpAddress",
    "NotIpAddress",
    "ArnEquals",
    "ArnLike",
    "ArnNotEquals",
    "ArnNotLike",
];
