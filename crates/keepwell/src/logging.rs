//! Logs, written to standard error for a named reader: the operator, whoever watches security, or whoever follows a
//! request. Names of secrets may appear in them, values and keys never.

use std::io::IsTerminal;

use anyhow::Context;
use tracing::{Level, Metadata};
use tracing_subscriber::{EnvFilter, filter::filter_fn, layer::SubscriberExt, util::SubscriberInitExt};

use crate::config::{Log, LogFormat};

/// What the person who runs the server should know: starts, stops, things that need a hand.
pub const OPERATOR: &str = "keepwell::operator";
/// What someone who watches for misuse should know: refused callers, keys made, policies bypassed.
pub const SECURITY: &str = "keepwell::security";
/// What became of one request.
pub const REQUEST: &str = "keepwell::request";

/// Libraries that tell below a warning what they send or receive: statements with what is kept of a password, whole requests.
const TELLTALES: [&str; 5] = ["tokio_postgres", "postgres_protocol", "tiberius", "ureq", "ureq_proto"];

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
        builder.with_ansi(wants_colour).finish().with(filter_fn(may_be_told)).try_init()
    } else {
        let builder = builder.json().flatten_event(true).with_current_span(false).with_span_list(false);
        builder.finish().with(filter_fn(may_be_told)).try_init()
    };
    // Only a second start fails, which leaves the first one's log as it is.
    drop(started);
    Ok(())
}

/// Whatever the operator asks for.
fn may_be_told(metadata: &Metadata<'_>) -> bool {
    let library = metadata.target().split("::").next().unwrap_or_default();
    *metadata.level() <= Level::WARN || !TELLTALES.contains(&library)
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::Arc;

    use parking_lot::Mutex;
    use tracing_subscriber::fmt::MakeWriter;

    use super::*;

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl<'a> MakeWriter<'a> for Written {
        type Writer = Self;

        fn make_writer(&'a self) -> Self {
            self.clone()
        }
    }

    #[test]
    fn no_level_makes_a_driver_tell_what_it_sends() {
        for level in ["trace", "tokio_postgres=trace", "tokio_postgres::simple_query=debug,ureq_proto::util=trace"] {
            let written = Written::default();
            let builder = tracing_subscriber::fmt().with_env_filter(level).with_writer(written.clone());
            tracing::subscriber::with_default(builder.finish().with(filter_fn(may_be_told)), || {
                tracing::debug!(target: "tokio_postgres::simple_query", "ALTER USER app WITH PASSWORD 'canary'");
                tracing::info!(target: "tokio_postgres::connection", "NOTICE: canary");
                tracing::trace!(target: "ureq_proto::util", "canary");
                tracing::warn!(target: "tokio_postgres::connection", "what somebody should know");
                tracing::trace!(target: "another", "another library's");
            });
            let written = String::from_utf8(written.0.lock().clone()).unwrap();
            assert!(!written.contains("canary"), "{written}");
            assert_eq!(written.contains("another library's"), level == "trace");
            assert_eq!(written.contains("should know"), !level.contains("::"));
        }
    }
}
