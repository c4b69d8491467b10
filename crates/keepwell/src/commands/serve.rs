//! `keepwell serve`: the server.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;

use crate::config::{Config, ConfigFlags};
use crate::logging::{self, OPERATOR};
use crate::{house, process, signals};

/// Run the server.
///
/// The first start makes the account, its administrator and the root encryption key, and says what to export. Settings come
/// from flags, then from the environment (KEEPWELL_...), then from keepwell.toml; `keepwell check-config` shows what
/// they come to.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Serve {
    #[command(flatten)]
    config: ConfigFlags,
}

const EXAMPLES: &str = "\
Examples:
  keepwell serve
      A laptop: plain HTTP on loopback, everything in ./keepwell-data.

  keepwell serve --region us-east-1 --region eu-west-1 --data-dir /srv/keepwell
      Two regions, each with its own secrets.

  keepwell certificate --dir tls --name secrets.example.internal
  keepwell serve --listen 0.0.0.0:443 --tls-certificate tls/server.pem --tls-key tls/server.key
      For other machines, in TLS. SIGHUP reads a renewed certificate.

  KEEPWELL_ROOT_ACCESS_KEY_ID=AKIA... KEEPWELL_ROOT_SECRET_ACCESS_KEY=... keepwell serve
      Containers and CI: the root user's access key is this one, and no other.

Signals: SIGTERM and SIGINT let running requests end and stop, SIGHUP reads the certificate anew.";

/// After the drain nothing waits any more but background threads that are about to notice.
const RUNTIME_ENDS_WITHIN: Duration = Duration::from_secs(5);

impl Serve {
    /// What goes wrong once there is a log is told there, and only there.
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        process::forbid_core_dumps().context("core dumps cannot be turned off, and keys could end up in one")?;
        let config = self.config.load()?.config;
        logging::start(&config.log)?;
        if let Err(error) = process::raise_open_files_limit() {
            tracing::warn!(target: OPERATOR, %error, "the limit of open files stays as it is");
        }
        match serve(config) {
            Ok(()) => Ok(ExitCode::SUCCESS),
            Err(error) => {
                tracing::error!(target: OPERATOR, error = format!("{error:#}"), "the server cannot go on");
                Ok(ExitCode::FAILURE)
            }
        }
    }
}

fn serve(config: Config) -> anyhow::Result<()> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    if let Some(threads) = config.runtime.worker_threads {
        builder.worker_threads(threads.get());
    }
    let runtime = builder.thread_name("keepwell").enable_all().build().context("cannot start threads")?;
    let outcome = runtime.block_on(async {
        let shutdown = signals::shutdown().context("cannot catch signals")?;
        house::run(config, shutdown).await
    });
    runtime.shutdown_timeout(RUNTIME_ENDS_WITHIN);
    outcome
}
