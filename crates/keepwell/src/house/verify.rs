//! Holding the trail against its key and against the store, offline.

use std::sync::Arc;

use anyhow::{Context, ensure};
use contract::DeploymentRecord;
use sqlite::SqliteStore;
use terms::{Clock, SecretBytes};
use trail::{AuditReport, Evidence, audit, log_id};

use super::{
    deployment_key,
    open::{Keys, trail_folder},
    root_key_at_start,
};
use crate::{
    config::Config,
    keepers::Keepers,
    system::{SystemClock, SystemEntropy},
};

/// Checks every record of the trail. The server should not be running: what it is appending looks like a torn end.
/// `next_share` is asked for shares of the root key, if that is how it is kept, and is told how many are missing.
pub fn verify_trail(
    config: &Config,
    next_share: impl FnMut(u8) -> anyhow::Result<SecretBytes>,
) -> anyhow::Result<AuditReport> {
    let data_dir = &config.data.data_dir;
    ensure!(SqliteStore::exists_in(data_dir), "there is no store in {}", data_dir.display());
    let deployment = SqliteStore::deployment_in(data_dir).context("the store cannot be read")?;
    let deployment = deployment.context("the store has no key of its own: its first start did not come to its end")?;
    let root_key = root_key_offline(config, &deployment, next_share)?;
    let keys = Keys::of(&deployment_key::open(&root_key, &deployment)?)?;
    let evidence = SqliteStore::evidence(data_dir, log_id(&keys.trail)?).context("the store cannot be read")?;
    let evidence = Evidence { log_head: evidence.log_head, revisions: evidence.revisions, pending: evidence.pending };
    Ok(audit(&trail_folder(config), &keys.trail, &evidence)?)
}

/// The root key, by whoever keeps it, for a command that reads the store.
pub fn root_key_offline(
    config: &Config,
    record: &DeploymentRecord,
    next_share: impl FnMut(u8) -> anyhow::Result<SecretBytes>,
) -> anyhow::Result<SecretBytes> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let data_dir = &config.data.data_dir;
    let keepers = Keepers::new(&config.root_key, data_dir, clock);
    root_key_at_start::ask_offline(&config.root_key, &keepers, data_dir, record, &SystemEntropy, next_share)
}
