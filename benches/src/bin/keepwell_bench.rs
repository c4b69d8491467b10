//! What `make bench` runs: starts servers and controls, visits them in turn, prints the speed table.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{PathBuf, absolute};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use clap::Parser;

use keepwell_benches::figures::{CONTROLS, FIGURES, Figure, Goal};
use keepwell_benches::report::{self, Line};
use keepwell_benches::stage::{Binaries, Sizes, Stage, require};
use keepwell_benches::visits::{Plan, Subject, Visit, visit_all};
use keepwell_benches::{cold_start, decision, functions, memory, rotation};

/// Prints the speed table. Ends with 1 when a row missed its goal or an answer was wrong.
#[derive(Parser)]
struct Arguments {
    /// Rows to run, such as P1,P2; `controls` for the controls by themselves; `all`.
    #[arg(long, value_delimiter = ',', default_value = "all")]
    rows: Vec<String>,
    /// How often each subject is visited. Fewer than five are not to be quoted.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// How long a visit lasts.
    #[arg(long, default_value_t = 2.0)]
    seconds: f64,
    /// Shrinks the rows of scale: 0.1 means 100,000 secrets in place of 1,000,000.
    #[arg(long, default_value_t = 1.0)]
    scale: f64,
    /// Requests a second of the paced rows.
    #[arg(long, default_value_t = 8000)]
    rate: u64,
    /// Fills the folders of the rows of scale anew.
    #[arg(long)]
    fresh: bool,
    /// The server as shipped, a release build.
    #[arg(long)]
    keepwell: PathBuf,
    /// The same, built with the feature `bench-null-trail`.
    #[arg(long)]
    keepwell_trail_off: PathBuf,
    /// The control for reads; by default the one that was built with this program.
    #[arg(long)]
    bare_hyper: Option<PathBuf>,
    #[arg(long)]
    moto_server: PathBuf,
    /// Where data folders and logs go; on the disk that durable rows are to be measured on.
    #[arg(long)]
    work_dir: PathBuf,
}

/// These need folders of many secrets and run apart, when the other servers have gone.
const ROWS_OF_SCALE: [&str; 2] = ["P12", "P13"];
const ROWS_OF_THEIR_OWN: [&str; 7] = ["D1", "F1", "F2", "P14", "P15", "P18", "R1"];

fn main() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    arguments.check()?;
    let bench = Bench::prepare(arguments)?;

    let mut lines = Vec::new();
    let (of_scale, quick): (Vec<&Figure>, Vec<&Figure>) =
        FIGURES.iter().filter(|figure| bench.wants(figure.row)).partition(|figure| ROWS_OF_SCALE.contains(&figure.row));
    lines.extend(bench.visit("Servers and controls", &quick, bench.wanted_controls())?);
    lines.extend(bench.visit("Many secrets", &of_scale, &[])?);
    lines.extend(bench.decision());
    lines.extend(bench.memory()?);
    lines.extend(bench.cold_start()?);
    lines.extend(bench.functions()?);
    lines.extend(bench.rotation()?);

    bench.print_speed_table(&lines)?;
    Ok(if lines.iter().any(Line::is_bad) { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

impl Arguments {
    fn check(&self) -> Result<()> {
        let known = |row: &String| {
            row == "all"
                || row == "controls"
                || ROWS_OF_THEIR_OWN.contains(&row.as_str())
                || FIGURES.iter().any(|figure| figure.row == row)
        };
        if let Some(row) = self.rows.iter().find(|row| !known(row)) {
            anyhow::bail!("`{row}` is no row; there are P1 to P16, P18, D1, F1, F2, K1, R1, `controls` and `all`");
        }
        ensure!(self.rounds > 0, "at least one round");
        ensure!(self.seconds > 0.0 && self.seconds <= 60.0, "a visit lasts up to 60 seconds");
        // Fewer secrets would not fill the pages that P13 turns.
        ensure!((0.1..=1.0).contains(&self.scale), "the scale is 0.1 to 1");
        ensure!((1..=1_000_000).contains(&self.rate), "the rate is 1 to 1,000,000 requests a second");
        Ok(())
    }
}

struct Bench {
    arguments: Arguments,
    binaries: Binaries,
    sizes: Sizes,
    plan: Plan,
}

impl Bench {
    fn prepare(arguments: Arguments) -> Result<Self> {
        fs::create_dir_all(&arguments.work_dir)?;
        let work_dir = arguments.work_dir.canonicalize()?;
        let sizes = Sizes::scaled(arguments.scale);
        if arguments.fresh {
            for entry in fs::read_dir(&work_dir)? {
                let entry = entry?;
                if entry.file_name().to_string_lossy().starts_with("secrets-") {
                    fs::remove_dir_all(entry.path())?;
                }
            }
        }
        let beside_this = std::env::current_exe()?.with_file_name("bare-hyper");
        let binaries = Binaries {
            keepwell: absolute(&arguments.keepwell)?,
            keepwell_trail_off: absolute(&arguments.keepwell_trail_off)?,
            bare_hyper: absolute(arguments.bare_hyper.as_deref().unwrap_or(&beside_this))?,
            moto_server: absolute(&arguments.moto_server)?,
        };
        let plan = Plan {
            rounds: arguments.rounds,
            visit: Duration::from_secs_f64(arguments.seconds),
            paced_per_second: arguments.rate,
        };
        Ok(Self { arguments: Arguments { work_dir, ..arguments }, binaries, sizes, plan })
    }

    fn wants(&self, row: &str) -> bool {
        self.arguments.rows.iter().any(|wanted| wanted == "all" || wanted == row)
    }

    fn wanted_controls(&self) -> &'static [Visit] {
        if self.arguments.rows.iter().any(|wanted| wanted == "controls") { CONTROLS } else { &[] }
    }

    /// Visits all that these figures compare, prints what was found, and judges.
    fn visit(&self, title: &str, figures: &[&Figure], more: &[Visit]) -> Result<Vec<Line>> {
        let visits: Vec<Visit> =
            figures.iter().flat_map(|figure| figure.visits()).chain(more.iter().copied()).collect();
        if visits.is_empty() {
            return Ok(Vec::new());
        }
        let subjects: BTreeSet<Subject> = visits.iter().map(|visit| visit.subject).collect();
        let stage = Stage::set(&subjects, &self.binaries, &self.arguments.work_dir, self.sizes)?;
        let visited = visit_all(&visits, &stage, &self.plan);

        let mut out = std::io::stdout().lock();
        writeln!(out, "\n{title}: medians of {} rounds of {} s\n", self.plan.rounds, self.arguments.seconds)?;
        writeln!(out, "{}", report::visit_table(&visited))?;
        for complaint in report::complaints(&visited) {
            writeln!(out, "{complaint}")?;
        }
        Ok(figures.iter().map(|figure| Line::of(figure, &visited)).collect())
    }

    fn decision(&self) -> Option<Line> {
        self.wants("D1").then(|| Line {
            row: "D1",
            what: "a decision on ten statements, processor time".to_owned(),
            goal: Goal::AtMost { pass: 1.5, stretch: 1.0 },
            unit: "us",
            found: decision::measure(self.plan.rounds).map_err(|error| format!("{error:#}")),
            wrong: 0,
        })
    }

    fn memory(&self) -> Result<Vec<Line>> {
        if !self.wants("P14") {
            return Ok(Vec::new());
        }
        let footprint = require(&self.binaries.keepwell)
            .and_then(|keepwell| memory::measure(keepwell, &self.arguments.work_dir, self.sizes));
        if let Ok(footprint) = &footprint {
            writeln!(std::io::stdout(), "\n{}", footprint.note())?;
        }
        let line = |what: &str, unit, pass, stretch, value: fn(&memory::Footprint) -> f64| Line {
            row: "P14",
            what: what.to_owned(),
            goal: Goal::AtMost { pass, stretch },
            unit,
            found: footprint.as_ref().map(|found| vec![value(found)]).map_err(|error| format!("{error:#}")),
            wrong: 0,
        };
        Ok(vec![
            line("resident memory of the empty server", "MiB", 30.0, 30.0, memory::Footprint::empty_mib),
            line("for each 100,000 secrets, all cached", "MB", 150.0, 80.0, memory::Footprint::all_cached_mb_per_100k),
            line("the same, index only", "MB", 40.0, 25.0, memory::Footprint::index_only_mb_per_100k),
        ])
    }

    fn cold_start(&self) -> Result<Vec<Line>> {
        if !self.wants("P15") {
            return Ok(Vec::new());
        }
        let starts = require(&self.binaries.keepwell)
            .and_then(|keepwell| cold_start::measure(keepwell, &self.arguments.work_dir, self.sizes, self.plan.rounds));
        if let Ok(starts) = &starts {
            writeln!(
                std::io::stdout(),
                "\nthe very first start, making the folder: {:.3} s",
                starts.first_ever_seconds
            )?;
        }
        let line = |what: String, pass, stretch, values: fn(&cold_start::ColdStarts) -> &Vec<f64>| Line {
            row: "P15",
            what,
            goal: Goal::AtMost { pass, stretch },
            unit: "s",
            found: starts.as_ref().map(|found| values(found).clone()).map_err(|error| format!("{error:#}")),
            wrong: 0,
        };
        let half = format!("process start to first right answer, {} secrets", self.sizes.half);
        Ok(vec![
            line(half, 0.5, 0.1, |starts| &starts.half_seconds),
            line("the same, none".to_owned(), 0.1, 0.05, |starts| &starts.empty_seconds),
        ])
    }

    fn functions(&self) -> Result<Vec<Line>> {
        if !(self.wants("F1") || self.wants("F2")) {
            return Ok(Vec::new());
        }
        let calls = require(&self.binaries.keepwell)
            .and_then(|keepwell| functions::measure(keepwell, &self.arguments.work_dir, self.plan.rounds));
        if let Ok(calls) = &calls {
            let mut out = std::io::stdout().lock();
            writeln!(out, "\nAn empty Python function, microseconds\n")?;
            writeln!(out, "| bare interpreter | warm p50 | warm p99 | cold p50 |\n| --- | --- | --- | --- |")?;
            for functions::Told { bare_us, warm_p50_us, warm_p99_us, cold_us } in &calls.told {
                writeln!(out, "| {bare_us:.0} | {warm_p50_us:.0} | {warm_p99_us:.0} | {cold_us:.0} |")?;
            }
        }
        let line = |row, what: &str, pass, stretch, values: fn(&functions::FunctionCalls) -> &Vec<f64>| Line {
            row,
            what: what.to_owned(),
            goal: Goal::AtMost { pass, stretch },
            unit: "",
            found: calls.as_ref().map(|found| values(found).clone()).map_err(|error| format!("{error:#}")),
            wrong: 0,
        };
        Ok(vec![
            line(
                "F1",
                "warm call of an empty Python function: p50 against starting the bare interpreter",
                0.25,
                0.1,
                |calls| &calls.warm_p50,
            ),
            line("F1", "the same: p99", 1.0, 0.5, |calls| &calls.warm_p99),
            line("F2", "its first call: p50 against starting the bare interpreter", 8.0, 4.0, |calls| &calls.cold),
        ])
    }

    fn rotation(&self) -> Result<Vec<Line>> {
        if !(self.wants("P18") || self.wants("R1")) {
            return Ok(Vec::new());
        }
        let rotations = require(&self.binaries.keepwell)
            .and_then(|keepwell| rotation::measure(keepwell, &self.arguments.work_dir, self.plan.rounds));
        if let Ok(rotations) = &rotations {
            let logins = rotations.logins;
            writeln!(
                std::io::stdout(),
                "\nA client of alternating users logged in {logins} times while they rotated."
            )?;
        }
        let line = |row, what: &str, unit, (pass, stretch), values: fn(&rotation::Rotations) -> Vec<f64>| Line {
            row,
            what: what.to_owned(),
            goal: Goal::AtMost { pass, stretch },
            unit,
            found: rotations.as_ref().map(values).map_err(|error| format!("{error:#}")),
            wrong: 0,
        };
        Ok(vec![
            line("P18", "rotation of a PostgreSQL user, with what the database takes", "s", (1.0, 0.3), |found| {
                found.whole_s.clone()
            }),
            line(
                "P18",
                "alternating users: failed logins of a client that always uses AWSCURRENT",
                "",
                (0.0, 0.0),
                |found| vec![found.failed_logins as f64],
            ),
            line(
                "P18",
                "single user: from the last login with the old password to the new AWSCURRENT",
                "ms",
                (100.0, 20.0),
                |found| found.window_ms.clone(),
            ),
            line("R1", "1,000 due rotations of one PostgreSQL: until all are done", "s", (120.0, 60.0), |found| {
                vec![found.drain.seconds]
            }),
            line("R1", "the same: resident memory above what it was", "MiB", (100.0, 50.0), |found| {
                vec![found.drain.grown_mib]
            }),
            line("R1", "the same: by how many places one was overtaken, of all", "", (0.1, 0.05), |found| {
                vec![found.drain.overtaken]
            }),
        ])
    }

    fn print_speed_table(&self, lines: &[Line]) -> Result<()> {
        let mut out = std::io::stdout().lock();
        if !lines.is_empty() {
            writeln!(out, "\nThe speed table\n\n{}", report::speed_table(lines))?;
        }
        if self.arguments.scale < 1.0 {
            let Sizes { few, tenth, half, most } = self.sizes;
            writeln!(
                out,
                "AT SCALE {}: the rows of scale used {few}, {tenth}, {half} and {most} secrets, \
                 not 1,000, 100,000, 500,000 and 1,000,000.",
                self.arguments.scale
            )?;
        }
        if self.plan.rounds < 5 {
            writeln!(out, "Fewer than five rounds: look, but do not quote.")?;
        }
        out.flush().context("printing")
    }
}
