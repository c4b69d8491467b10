//! What everything else is built upon: the store, and the one key that the root key opens.

use std::{path::Path, sync::Arc};

use anyhow::{Context, ensure};
use contract::{DeploymentRecord, Reads};
use custody::shares::ShareCollector;
use seal::KeyMaterial;
use sqlite::SqliteStore;
use terms::{Clock, Entropy, SecretBytes};

use super::{
    deployment_key,
    root_key_at_start::{self, AtStart},
};
use crate::{
    config::{Config, Keeper, RootKeySource},
    keepers::Keepers,
    logging::OPERATOR,
    root_key::{self, RootKey},
};

const READER_THREADS: usize = 4;

/// The store and its key.
pub(super) struct Foundation {
    pub(super) store: Arc<SqliteStore>,
    pub(super) key: KeyMaterial,
    /// The same, for whoever wraps it under another root key.
    pub(super) key_to_wrap: KeyMaterial,
    /// The record of the key, if this start has made it.
    pub(super) new_deployment: Option<DeploymentRecord>,
    pub(super) keepers: Arc<Keepers>,
}

/// A store whose root key comes in shares.
pub(super) struct Closed {
    pub(super) store: Arc<SqliteStore>,
    pub(super) record: DeploymentRecord,
    pub(super) shares: ShareCollector,
    pub(super) keepers: Arc<Keepers>,
}

pub(super) enum Laid {
    Open(Box<Foundation>),
    Closed(Box<Closed>),
}

/// Gets the root key, and opens the store with it. Until the root key is known to be the right one, the store is only
/// read.
pub(super) async fn lay(config: &Config, clock: Arc<dyn Clock>, entropy: &Arc<dyn Entropy>) -> anyhow::Result<Laid> {
    let keepers = Arc::new(Keepers::new(&config.root_key, &config.data.data_dir, clock));
    let Seen { store, record } = look(config).await?;
    let asked = ask(config, &keepers, record.clone(), entropy).await?;
    // So that a wrong key is refused here.
    if let (AtStart::Found(found), Some(record)) = (&asked, &record) {
        deployment_key::open(&found.key, record)?;
    }
    let store = match store {
        Some(store) => store,
        None => open_store(config)?,
    };
    ensure!(store.deployment().await? == record, "another server has changed the store meanwhile: start again");
    match asked {
        AtStart::Found(RootKey { key, left_in, .. }) => {
            settle_files(config, left_in.as_deref())?;
            let record = record.context("a root key was found for a store that has none")?;
            let foundation = Foundation::of(store, &key, &record, None, keepers)?;
            Ok(Laid::Open(Box::new(foundation)))
        }
        AtStart::Made { uid, kept, created } => {
            if let Some(path) = created {
                tracing::warn!(
                    target: OPERATOR,
                    path = %path.display(),
                    "a new root key was made: without it nothing can be read again, so keep a copy of it apart from the \
                     data"
                );
            }
            let record = deployment_key::make(uid, &kept, &**entropy)?;
            let foundation = Foundation::of(store, &kept.key, &record, Some(record.clone()), keepers)?;
            Ok(Laid::Open(Box::new(foundation)))
        }
        AtStart::Sealed(shares) => {
            let record = record.context("a store without a root key cannot be sealed")?;
            Ok(Laid::Closed(Box::new(Closed { store, record, shares, keepers })))
        }
    }
}

impl Foundation {
    pub(super) fn of(
        store: Arc<SqliteStore>,
        root_key: &SecretBytes,
        record: &DeploymentRecord,
        new_deployment: Option<DeploymentRecord>,
        keepers: Arc<Keepers>,
    ) -> anyhow::Result<Self> {
        let key = deployment_key::open(root_key, record)?;
        let key_to_wrap = deployment_key::open(root_key, record)?;
        Ok(Self { store, key, key_to_wrap, new_deployment, keepers })
    }
}

/// What a look at the store has shown.
struct Seen {
    /// Open already, where it could not be read otherwise.
    store: Option<Arc<SqliteStore>>,
    record: Option<DeploymentRecord>,
}

async fn look(config: &Config) -> anyhow::Result<Seen> {
    let data_dir = &config.data.data_dir;
    if !SqliteStore::exists_in(data_dir) {
        return Ok(Seen { store: None, record: None });
    }
    match SqliteStore::deployment_in(data_dir) {
        Ok(record) => Ok(Seen { store: None, record }),
        // One that was never finished, or is older, is brought up to date first.
        Err(_) => {
            let store = open_store(config)?;
            let record = store.deployment().await?;
            Ok(Seen { store: Some(store), record })
        }
    }
}

fn open_store(config: &Config) -> anyhow::Result<Arc<SqliteStore>> {
    let cache_bytes = config.data.cache_bytes.get();
    let settings = sqlite::Settings { cache_bytes, reader_threads: READER_THREADS };
    Ok(Arc::new(SqliteStore::open(&config.data.data_dir, settings)?))
}

/// A person may have to type, and a token or a network to answer.
async fn ask(
    config: &Config,
    keepers: &Arc<Keepers>,
    record: Option<DeploymentRecord>,
    entropy: &Arc<dyn Entropy>,
) -> anyhow::Result<AtStart> {
    let (root_key, data_dir) = (config.root_key.clone(), config.data.data_dir.clone());
    let (keepers, entropy) = (Arc::clone(keepers), Arc::clone(entropy));
    let asking = move || root_key_at_start::ask(&root_key, &keepers, &data_dir, record.as_ref(), &*entropy);
    tokio::task::spawn_blocking(asking).await.context("asking for the root key was cut short")?
}

/// Finishes what a replacement of the key has left half done, and removes what others have left. The store is ours alone
/// by now, and the key in hand is its own.
fn settle_files(config: &Config, left_in: Option<&Path>) -> anyhow::Result<()> {
    let Keeper::Held(RootKeySource::File(path)) = &config.root_key.keeper else { return Ok(()) };
    if let Some(beside) = left_in {
        root_key::promote(beside, path)?;
        tracing::warn!(
            target: OPERATOR,
            path = %path.display(),
            "the root key had been replaced when the server stopped: its file now holds the new one"
        );
    }
    let forgotten = root_key::forget_others(path)?;
    if forgotten > 0 {
        tracing::warn!(target: OPERATOR, forgotten, "root keys that never came into use were removed");
    }
    Ok(())
}
