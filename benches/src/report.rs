//! The tables as they are printed.

use std::collections::BTreeMap;

use crate::figures::{Figure, Goal, Round, Verdict, median, range};
use crate::visits::{Sample, Visit, Visited};

/// One line of the speed table.
pub struct Line {
    pub row: &'static str,
    pub what: String,
    pub goal: Goal,
    pub unit: &'static str,
    /// One value for each round, or why there is none.
    pub found: Result<Vec<f64>, String>,
    pub wrong: u64,
}

impl Line {
    pub fn of(figure: &Figure, visited: &Visited) -> Self {
        let failure = figure.visits().find_map(|visit| visited.failures.get(&visit));
        let ratios = figure.ratios(&visited.rounds);
        let found = match failure {
            Some(reason) => Err(reason.clone()),
            None if ratios.is_empty() => Err("no round had all it takes".to_owned()),
            None => Ok(ratios),
        };
        let wrong = figure.visits().map(|visit| wrong_of(visit, &visited.rounds)).sum();
        Self { row: figure.row, what: figure.what.to_owned(), goal: figure.goal, unit: "", found, wrong }
    }

    /// A measured miss or a wrong answer; what was not run is not judged.
    pub fn is_bad(&self) -> bool {
        self.wrong > 0 || self.measured().is_some_and(|value| self.goal.judge(value) == Verdict::Miss)
    }

    fn measured(&self) -> Option<f64> {
        median(self.found.as_ref().ok()?)
    }

    fn cells(&self) -> Vec<String> {
        let (sign, pass, stretch) = match self.goal {
            Goal::AtLeast { pass, stretch } => (">=", pass, stretch),
            Goal::AtMost { pass, stretch } => ("<=", pass, stretch),
        };
        let (measured, spread, verdict) = match (&self.found, self.measured()) {
            (Ok(values), Some(middle)) => {
                let (low, high) = range(values).unwrap_or((middle, middle));
                (figure_text(middle), format!("{}-{}", figure_text(low), figure_text(high)), self.verdict(middle))
            }
            (Err(reason), _) => ("-".to_owned(), "-".to_owned(), format!("not run: {reason}")),
            (Ok(_), None) => ("-".to_owned(), "-".to_owned(), "not run: nothing was measured".to_owned()),
        };
        vec![
            self.row.to_owned(),
            self.what.clone(),
            with_unit(&measured, self.unit),
            spread,
            with_unit(&format!("{sign} {pass}"), self.unit),
            with_unit(&format!("{sign} {stretch}"), self.unit),
            verdict,
        ]
    }

    fn verdict(&self, measured: f64) -> String {
        if self.wrong > 0 {
            return format!("WRONG: {} wrong answers", self.wrong);
        }
        match self.goal.judge(measured) {
            Verdict::Stretch => "stretch".to_owned(),
            Verdict::Pass => "pass".to_owned(),
            Verdict::Miss => "MISS".to_owned(),
        }
    }
}

pub fn speed_table(lines: &[Line]) -> String {
    let head = ["row", "figure", "measured", "range", "pass", "stretch", "verdict"];
    let mut sorted: Vec<&Line> = lines.iter().collect();
    sorted.sort_by_key(|line| line.row.trim_start_matches('P').parse::<u32>().unwrap_or(u32::MAX));
    table(&head, sorted.into_iter().map(Line::cells))
}

/// What each visit found by itself: medians over the rounds, with the range of the rate.
pub fn visit_table(visited: &Visited) -> String {
    let head = ["visit", "a second", "range", "p50 us", "p99 us", "late p99 us", "CPU us", "wrong"];
    let mut samples: BTreeMap<Visit, Vec<&Sample>> = BTreeMap::new();
    for (visit, sample) in visited.rounds.iter().flatten() {
        samples.entry(*visit).or_default().push(sample);
    }
    let rows = samples.iter().map(|(visit, samples)| {
        let rates: Vec<f64> = samples.iter().map(|sample| sample.rate).collect();
        let (low, high) = range(&rates).unwrap_or_default();
        let middle = |of: fn(&Sample) -> Option<f64>| {
            let values: Vec<f64> = samples.iter().filter_map(|sample| of(sample)).collect();
            median(&values).map_or("-".to_owned(), figure_text)
        };
        vec![
            visit.describe(),
            middle(|sample| Some(sample.rate)),
            format!("{}-{}", figure_text(low), figure_text(high)),
            middle(|sample| sample.p50_us),
            middle(|sample| sample.p99_us),
            middle(|sample| sample.lateness_p99_us),
            middle(|sample| sample.cpu_us_per_request),
            samples.iter().map(|sample| sample.wrong).sum::<u64>().to_string(),
        ]
    });
    table(&head, rows)
}

/// The first wrong answer of each visit that had one.
pub fn complaints(visited: &Visited) -> Vec<String> {
    let mut complaints = BTreeMap::new();
    for (visit, sample) in visited.rounds.iter().flatten() {
        if let Some(first) = &sample.first_wrong {
            complaints.entry(*visit).or_insert(first);
        }
    }
    let wrong = complaints.iter().map(|(visit, first)| format!("wrong answer, {}: {first}", visit.describe()));
    let failed = visited.failures.iter().map(|(visit, reason)| format!("failed, {}: {reason}", visit.describe()));
    wrong.chain(failed).collect()
}

fn wrong_of(visit: Visit, rounds: &[Round]) -> u64 {
    rounds.iter().filter_map(|round| round.get(&visit)).map(|sample| sample.wrong).sum()
}

fn with_unit(text: &str, unit: &str) -> String {
    if unit.is_empty() { text.to_owned() } else { format!("{text} {unit}") }
}

/// Three figures that mean something, and no more.
fn figure_text(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        size if size >= 0.1 => format!("{value:.2}"),
        _ => format!("{value:.4}"),
    }
}

/// A Markdown table, padded so that it can be read as it stands.
fn table(head: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut lines: Vec<Vec<String>> = vec![head.iter().map(|name| (*name).to_owned()).collect()];
    lines.extend(rows);
    let widths: Vec<usize> = (0..head.len())
        .map(|column| lines.iter().filter_map(|line| line.get(column)).map(|cell| cell.chars().count()).max())
        .map(Option::unwrap_or_default)
        .collect();
    lines.insert(1, widths.iter().map(|width| "-".repeat(*width)).collect());

    let mut text = String::new();
    for line in &lines {
        for (cell, width) in line.iter().zip(&widths) {
            text.push_str(&format!("| {cell:width$} "));
        }
        text.push_str("|\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(found: Result<Vec<f64>, String>, wrong: u64) -> Line {
        let goal = Goal::AtLeast { pass: 0.4, stretch: 0.55 };
        Line { row: "P1", what: "reads".to_owned(), goal, unit: "", found, wrong }
    }

    #[test]
    fn a_line_shows_median_range_and_verdict() {
        let text = speed_table(&[line(Ok(vec![0.5, 0.45, 0.61]), 0)]);
        assert!(text.contains("| 0.50     | 0.45-0.61 | >= 0.4 | >= 0.55 | pass"), "{text}");
    }

    #[test]
    fn wrong_answers_outweigh_any_speed() {
        let fast_and_wrong = line(Ok(vec![0.9]), 3);
        assert!(fast_and_wrong.is_bad());
        assert!(speed_table(&[fast_and_wrong]).contains("WRONG: 3 wrong answers"));
    }

    #[test]
    fn what_was_not_run_shows_why_and_no_figure() {
        let missing = line(Err("no server".to_owned()), 0);
        assert!(!missing.is_bad());
        assert!(speed_table(&[missing]).contains("| -        | -     | >= 0.4 | >= 0.55 | not run: no server"));
    }

    #[test]
    fn a_failed_visit_leaves_its_reason_on_the_line() {
        let figure = crate::figures::FIGURES.first().unwrap();
        let failures = BTreeMap::from([(figure.measured, "it ended at once".to_owned())]);
        let line = Line::of(figure, &Visited { rounds: Vec::new(), failures });
        assert_eq!(line.found, Err("it ended at once".to_owned()));
    }

    #[test]
    fn rows_come_in_the_order_of_their_numbers() {
        let ninth = Line { row: "P9", ..line(Ok(vec![1.0]), 0) };
        let tenth = Line { row: "P10", ..line(Ok(vec![1.0]), 0) };
        let text = speed_table(&[tenth, ninth]);
        assert!(text.find("P9").unwrap() < text.find("P10").unwrap(), "{text}");
    }
}
