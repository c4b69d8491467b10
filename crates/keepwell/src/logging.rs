//! Logs, written to standard error for a named reader: the operator, whoever watches security, or whoever follows a
//! request. Names of secrets may appear in them, values and keys never.

use std::io::IsTerminal;

use anyhow::Context;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::{Log, LogFormat};

/// What the person who runs the server should know: starts, stops, things that need a hand.
pub const OPERATOR: &str = "keepwell::operator";
/// What someone who watches for misuse should know: refused callers, keys made, policies bypassed.
pub const SECURITY: &str = "keepwell::security";
/// What became of one request.
pub const REQUEST: &str = "keepwell::request";

/// Starts logging for the whole process. A program that has its own subscriber keeps it.
pub(crate) fn start(log: &Log) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(log.level.as_str()).context("log.level")?;
    let is_terminal = std::io::stderr().is_terminal();
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let is_text = match log.format {
        LogFormat::Auto => is_terminal,
        LogFormat::Text => true,
        LogFormat::Json => false,
    };
    let started = if is_text {
        let wants_colour = is_terminal && std::env::var_os("NO_COLOR").is_none_or(|wish| wish.is_empty());
        builder.with_ansi(wants_colour).finish().try_init()
    } else {
        builder.json().flatten_event(true).with_current_span(false).with_span_list(false).finish().try_init()
    };
    // Only a second start fails, which leaves the first one's log as it is.
    drop(started);
    Ok(())
}
