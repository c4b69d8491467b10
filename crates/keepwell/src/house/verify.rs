//! Holding the trail against its key and against the store, offline.

use anyhow::{Context, ensure};
use sqlite::SqliteStore;
use trail::{AuditReport, Evidence, audit, log_id};

use super::{
    deployment_key,
    open::{Keys, trail_folder},
};
use crate::{config::Config, root_key, system::SystemEntropy};

/// Checks every record of the trail. The server should not be running: what it is appending looks like a torn end.
pub fn verify_trail(config: &Config) -> anyhow::Result<AuditReport> {
    let data_dir = &config.data.data_dir;
    ensure!(SqliteStore::exists_in(data_dir), "there is no store in {}", data_dir.display());
    let root_key = root_key::load_or_create(&config.root_key, data_dir, true, &SystemEntropy)?.key;
    let deployment = SqliteStore::deployment_in(data_dir).context("the store cannot be read")?;
    let deployment = deployment.context("the store has no key of its own: its first start did not come to its end")?;
    let keys = Keys::of(&deployment_key::open(&root_key, &deployment)?)?;
    let evidence = SqliteStore::evidence(data_dir, log_id(&keys.trail)?).context("the store cannot be read")?;
    let evidence = Evidence { log_head: evidence.log_head, revisions: evidence.revisions, pending: evidence.pending };
    Ok(audit(&trail_folder(config), &keys.trail, &evidence)?)
}
