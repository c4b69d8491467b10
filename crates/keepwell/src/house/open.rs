//! Opening: root key, store, trail, keys, services.

use std::{path::PathBuf, sync::Arc};

use contract::Reads;
use front::House;
use gate::{Authenticator, Gate, SessionKey};
use kms::Keyring;
use policy::PermitIssuer;
use seal::KeyMaterial;
use secretsmanager::{Quotas, Room, Turnstiles};
use sqlite::SqliteStore;
use terms::{Clock, Entropy, SecretBytes};

use super::{
    first_start::{self, Founding},
    recorder,
};
use crate::{
    config::{self, Config},
    logging::OPERATOR,
    root_key::{self, RootKey},
};

const READER_THREADS: usize = 4;

/// An open server that does not listen yet.
pub struct Opened {
    pub house: House,
    pub store: Arc<SqliteStore>,
    pub gate: Arc<Gate>,
}

/// The keys that the root key is the source of. Each serves for one thing.
pub(super) struct Keys {
    pub(super) root: KeyMaterial,
    pub(super) credentials: KeyMaterial,
    pub(super) trail: KeyMaterial,
    sessions: KeyMaterial,
    paging: KeyMaterial,
}

/// Opens everything; the first start makes the account, its access key and its encryption keys.
pub async fn open(config: &Config, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> anyhow::Result<Opened> {
    let data_dir = &config.data.data_dir;
    let store_exists = SqliteStore::exists_in(data_dir);
    let RootKey { key, created } = root_key::load_or_create(&config.root_key, data_dir, store_exists, &*entropy)?;
    if let Some(path) = created {
        tracing::warn!(
            target: OPERATOR,
            path = %path.display(),
            "a new root key was made: without it nothing can be read again, so keep a copy of it apart from the data"
        );
    }
    let keys = Keys::of(&key)?;
    let cache_bytes = config.data.cache_bytes.get();
    let settings = sqlite::Settings { cache_bytes, reader_threads: READER_THREADS };
    let store = Arc::new(SqliteStore::open(data_dir, settings)?);
    let recorder = Arc::new(recorder::open(config, &keys, &store).await?);
    let gate = Arc::new(Gate::new(PermitIssuer::for_gate()));

    let founding = Founding {
        config,
        keys: &keys,
        store: &store,
        recorder: &recorder,
        gate: &gate,
        clock: &*clock,
        entropy: &*entropy,
    };
    first_start::complete(&founding).await?;

    let keyring = Keyring::open(&keys.root, &*store, Arc::clone(&entropy)).await?;
    let reads: Arc<dyn Reads> = store.clone();
    let room = Room {
        store: Arc::clone(&reads),
        gate: Arc::clone(&gate),
        kms: Arc::new(keyring),
        recorder: Arc::clone(&recorder),
        clock: Arc::clone(&clock),
        entropy: Arc::clone(&entropy),
        quotas: quotas(&config.quota)?,
        paging_key: keys.paging,
        turnstiles: Turnstiles::default(),
    };
    let sessions = Arc::new(SessionKey::new(keys.sessions));
    let authenticator = Authenticator::new(reads, keys.credentials, sessions, config.account.regions.clone());
    let house = House { authenticator, recorder, secretsmanager: Arc::new(room), clock, entropy };
    Ok(Opened { house, store, gate })
}

impl Keys {
    pub(super) fn of(root_key: &SecretBytes) -> anyhow::Result<Self> {
        let root = KeyMaterial::from_bytes(root_key)?;
        Ok(Self {
            credentials: root.derive("keepwell credentials")?,
            trail: root.derive("keepwell trail")?,
            sessions: root.derive("keepwell sessions")?,
            paging: root.derive("keepwell paging")?,
            root,
        })
    }
}

pub(super) fn trail_folder(config: &Config) -> PathBuf {
    config.data.data_dir.join("trail")
}

fn quotas(quota: &config::Quota) -> anyhow::Result<Quotas> {
    Ok(Quotas {
        secrets_per_region: quota.secrets_per_region.into(),
        secret_bytes: quota.secret_bytes.as_usize(),
        versions_per_secret: usize::try_from(quota.versions_per_secret.get())?,
        labels_per_secret: usize::try_from(quota.labels_per_secret.get())?,
        tags_per_secret: usize::try_from(quota.tags_per_secret)?,
    })
}
