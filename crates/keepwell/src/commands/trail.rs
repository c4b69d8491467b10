//! `keepwell trail verify`: was anything on the trail changed, removed or moved?

use std::fmt::Write;
use std::process::ExitCode;

use anyhow::Context;
use custody::{secret_from_descriptor, secret_from_terminal};
use terms::SecretBytes;

use crate::client::lines_of;
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
    /// Where the root key is kept in shares: read them from an inherited file descriptor, one a line, instead of asking for
    /// them on the terminal.
    #[arg(long, value_name = "NUMBER")]
    shares_fd: Option<u32>,

    #[command(flatten)]
    config: ConfigFlags,
}

impl Verify {
    /// Gives the shares one by one.
    fn shares(&self) -> anyhow::Result<impl FnMut(u8) -> anyhow::Result<SecretBytes> + use<>> {
        let given = self.shares_fd.map(secret_from_descriptor).transpose()?;
        let mut given = given.map(|given| lines_of(&given).into_iter());
        Ok(move |missing| match &mut given {
            Some(given) => given.next().with_context(|| format!("{missing} more shares are needed")),
            None => Ok(secret_from_terminal(&format!("Share of the root key ({missing} more): "))?),
        })
    }
}

impl Trail {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let Command::Verify(verify) = self.command;
        process::forbid_core_dumps()?;
        let shares = verify.shares()?;
        let config = verify.config.load()?.config;
        let report = house::verify_trail(&config, shares)?;
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
