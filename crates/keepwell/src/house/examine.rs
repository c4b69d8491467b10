//! Looking at the root key without starting: for `keepwell doctor`.

use std::sync::Arc;

use anyhow::Context;
use contract::DeploymentRecord;
use sqlite::SqliteStore;
use terms::Clock;

use super::{
    deployment_key,
    root_key_at_start::{self, AtStart, agree, sealed_in},
};
use crate::{
    config::{Config, Keeper, RootKeySource},
    keepers::Keepers,
    root_key::Fingerprint,
    system::{SystemClock, SystemEntropy},
};

/// What a look has shown.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Examined {
    /// There is no store yet that needs a key.
    Unneeded,
    /// It opens the store; says who keeps it.
    Opens(String),
    /// Only a start can tell; says who keeps it.
    Untried(String),
}

/// Whether the root key that the configuration names opens the store. People are not asked for anything, and pipes are
/// left to the server.
pub(crate) fn examine_root_key(config: &Config) -> anyhow::Result<Examined> {
    let data_dir = &config.data.data_dir;
    if !SqliteStore::exists_in(data_dir) {
        return Ok(Examined::Unneeded);
    }
    let record = SqliteStore::deployment_in(data_dir).context("the store cannot be read")?;
    let Some(record) = record else { return Ok(Examined::Unneeded) };
    let root_key = &config.root_key;
    agree(root_key, &record)?;
    let keeper = keeper_of(config, &record)?;
    let is_for_the_server = match &root_key.keeper {
        Keeper::Held(RootKeySource::Descriptor(_)) | Keeper::Passphrase | Keeper::Shares => true,
        Keeper::Pkcs11 => root_key.settings.pkcs11_pin_fd.is_some(),
        Keeper::Held(_) | Keeper::AwsKms => false,
    };
    if is_for_the_server {
        return Ok(Examined::Untried(keeper));
    }
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let keepers = Keepers::new(root_key, data_dir, clock);
    let asked = root_key_at_start::ask(root_key, &keepers, data_dir, Some(&record), &SystemEntropy)?;
    if let AtStart::Found(found) = asked {
        deployment_key::open(&found.key, &record)?;
    }
    Ok(Examined::Opens(keeper))
}

fn keeper_of(config: &Config, record: &DeploymentRecord) -> anyhow::Result<String> {
    let fingerprint = Fingerprint::of_id(record.root_key_id);
    Ok(match &config.root_key.keeper {
        Keeper::Held(RootKeySource::File(path)) => format!("{} (fingerprint {fingerprint})", path.display()),
        Keeper::Held(RootKeySource::Credential(_)) => format!("a systemd credential (fingerprint {fingerprint})"),
        Keeper::Held(RootKeySource::Descriptor(number)) => {
            format!("file descriptor {number} (fingerprint {fingerprint})")
        }
        _ => format!("{} (fingerprint {fingerprint})", sealed_in(record)?),
    })
}
