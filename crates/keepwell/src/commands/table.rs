//! Tables for people.

use std::fmt;

use serde_json::Value;

/// Columns as wide as what stands in them, two spaces apart.
pub(super) struct Table<const COLUMNS: usize> {
    rows: Vec<[String; COLUMNS]>,
}

impl<const COLUMNS: usize> Table<COLUMNS> {
    pub(super) fn new(heading: [&str; COLUMNS]) -> Self {
        Self { rows: vec![heading.map(str::to_owned)] }
    }

    pub(super) fn row(&mut self, cells: [&str; COLUMNS]) {
        self.rows.push(cells.map(printable));
    }
}

/// What a server tells is somebody's input: it must not steer the terminal.
pub(super) fn printable(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { '\u{fffd}' } else { letter }).collect()
}

/// Seconds, as answers tell time, in words.
pub(super) fn time(seconds: &Value) -> String {
    let millis = seconds.as_f64().map(|seconds| (seconds * 1000.0).round());
    #[expect(clippy::cast_possible_truncation, reason = "a time that does not fit is none, and jiff refuses it")]
    let at = millis.and_then(|millis| jiff::Timestamp::from_millisecond(millis as i64).ok());
    at.map(|at| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()).unwrap_or_default()
}

impl<const COLUMNS: usize> fmt::Display for Table<COLUMNS> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width_of = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or_default()
        };
        let widths: [usize; COLUMNS] = std::array::from_fn(width_of);
        for row in &self.rows {
            let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
            writeln!(f, "{}", cells.collect::<Vec<_>>().join("  ").trim_end())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_under_their_headings() {
        let mut table = Table::new(["A", "LONG"]);
        table.row(["wide", "x"]);
        table.row(["ü", "\u{1b}[31m"]);
        assert_eq!(table.to_string(), "A     LONG\nwide  x\nü     \u{fffd}[31m\n");
    }

    #[test]
    fn time_is_told_to_the_second() {
        assert_eq!(time(&Value::from(1_772_438_400.123)), "2026-03-02T08:00:00Z");
        assert_eq!(time(&Value::Null), "");
    }
}
