//! No trail. What the trail costs is measured against a server that has none.

use std::sync::Arc;

use sqlite::SqliteStore;
use trail::Recorder;

use super::open::Keys;
use crate::{config::Config, logging::OPERATOR};

#[expect(clippy::unused_async, reason = "stands where opening the trail stands")]
pub(super) async fn open(_: &Config, keys: &Keys, store: &Arc<SqliteStore>) -> anyhow::Result<Recorder> {
    tracing::warn!(target: OPERATOR, "this build keeps no trail: it is for measuring only");
    let writes: Arc<dyn contract::Writes> = Arc::clone(store) as _;
    Ok(Recorder::null(&keys.trail, writes)?)
}
