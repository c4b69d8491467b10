//! `keepwell trail verify`: was anything on the trail changed, removed or moved?

use std::fmt::Write;
use std::process::ExitCode;

use crate::config::ConfigFlags;
use crate::{house, process};

/// Check the trail.
#[derive(Debug, clap::Args)]
pub(super) struct Trail {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Verify(Verify),
}

/// Verify every record of the trail.
///
/// Reads the files of the data folder with the root key, while the server is stopped. Finds every record that was edited,
/// removed or moved, a log that was cut, and every change of a secret that has no record. Exits with 1 if anything is wrong.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Example:\n  keepwell trail verify --data-dir /srv/keepwell")]
struct Verify {
    #[command(flatten)]
    config: ConfigFlags,
}

impl Trail {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let Command::Verify(verify) = self.command;
        process::forbid_core_dumps()?;
        let config = verify.config.load()?.config;
        let report = house::verify_trail(&config)?;
        let mut text = String::new();
        for finding in &report.findings {
            writeln!(text, "WRONG  {finding}")?;
        }
        let log = &report.log;
        writeln!(
            text,
            "{} records in {} segments, {} changes of secrets; {} secrets have a record of every change",
            log.records, log.segments, report.changes, report.secrets
        )?;
        let is_sound = report.findings.is_empty();
        writeln!(text, "{}", if is_sound { "The trail is sound." } else { "The trail is NOT sound." })?;
        super::answer(&text)?;
        Ok(if is_sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}
