//! The house that `serve` opens.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;

use anyhow::Context;

use crate::config::Config;

/// Serves until `shutdown` ends, then drains.
pub async fn run(config: Config, shutdown: impl Future<Output = ()>) -> anyhow::Result<()> {
    let data_dir = &config.data.data_dir;
    let made = DirBuilder::new().recursive(true).mode(0o700).create(data_dir);
    made.with_context(|| format!("cannot make the data folder {}", data_dir.display()))?;
    shutdown.await;
    Ok(())
}
