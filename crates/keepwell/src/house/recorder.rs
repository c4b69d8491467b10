//! Opening the trail.

use std::{sync::Arc, time::Duration};

use anyhow::Context;
use contract::Reads;
use sqlite::SqliteStore;
use trail::{Durability, Recorder, RecorderSettings};

use super::open::{Keys, trail_folder};
use crate::config::{self, Config};

const SEGMENT_BYTES: u64 = 16 * 1024 * 1024;
const SYNC_INTERVAL: Duration = Duration::from_millis(100);

pub(super) async fn open(config: &Config, keys: &Keys, store: &Arc<SqliteStore>) -> anyhow::Result<Recorder> {
    let settings = RecorderSettings {
        durability: match config.trail.durability {
            config::Durability::System => Durability::System,
            config::Durability::Strict => Durability::Strict,
        },
        segment_bytes: SEGMENT_BYTES,
        sync_interval: SYNC_INTERVAL,
    };
    let pending = store.pending_records().await?;
    let writes: Arc<dyn contract::Writes> = Arc::clone(store) as _;
    let opened = Recorder::open(&trail_folder(config), &keys.trail, writes, pending, settings);
    let (recorder, _recovered) = opened.context("the trail")?;
    Ok(recorder)
}
