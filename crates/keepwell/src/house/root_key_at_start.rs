//! How a start gets the root key, and when it does not: the configuration's word against the store's.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use contract::DeploymentRecord;
use custody::shares::{Gathered, ShareCollector};
use custody::{Custody, CustodyError, CustodyKind, SealedRootKey};
use terms::{Entropy, SecretBytes, Uid};

use super::deployment_key::{HELD, KeptRootKey, uid_text};
use crate::config::{Keeper, RootKeyConfig, RootKeySource};
use crate::keepers::Keepers;
use crate::root_key::{self, Fingerprint, RootKey};

/// What a start has in hand once it has asked for the root key.
pub(super) enum AtStart {
    /// The key of a store that has one.
    Found(RootKey),
    /// A key for a store that is new, and the id that the store is to have.
    Made { uid: Uid, kept: KeptRootKey, created: Option<PathBuf> },
    /// People have to come with their shares.
    Sealed(ShareCollector),
}

/// Asks whoever keeps the root key. Blocks as long as that takes.
pub(super) fn ask(
    config: &RootKeyConfig,
    keepers: &Keepers,
    data_dir: &Path,
    found: Option<&DeploymentRecord>,
    entropy: &dyn Entropy,
) -> anyhow::Result<AtStart> {
    let Some(record) = found else { return make(config, keepers, data_dir, entropy) };
    agree(config, record)?;
    let expected = Fingerprint::of_id(record.root_key_id);
    if let Keeper::Held(source) = &config.keeper {
        return root_key::load_or_create(source, data_dir, Some(expected), entropy).map(AtStart::Found);
    }
    let sealed = sealed_in(record)?;
    let deployment = uid_text(record.uid);
    let Some(custody) = custody_of(&config.keeper, keepers, false)? else {
        return Ok(AtStart::Sealed(ShareCollector::new(sealed, &deployment)?));
    };
    let opened = custody.open(&sealed, &deployment);
    let key = opened.with_context(|| format!("the root key, which is kept by {sealed}, is not to be had"))?;
    Ok(AtStart::Found(RootKey { key, created: None, left_in: None }))
}

/// The custody of a key that lies sealed; none for shares. Where a root key is new, a token makes what seals it if need be.
fn custody_of(keeper: &Keeper, keepers: &Keepers, is_new: bool) -> anyhow::Result<Option<Box<dyn Custody>>> {
    Ok(match keeper {
        Keeper::Held(_) | Keeper::Shares => None,
        Keeper::Passphrase => Some(Box::new(keepers.passphrase(is_new)?)),
        Keeper::Pkcs11 => {
            let custody = keepers.pkcs11()?;
            if is_new {
                custody.create_key(None).context("the token's key")?;
            }
            Some(Box::new(custody))
        }
        Keeper::AwsKms => Some(Box::new(keepers.aws_kms()?)),
    })
}

fn make(config: &RootKeyConfig, keepers: &Keepers, data_dir: &Path, entropy: &dyn Entropy) -> anyhow::Result<AtStart> {
    let uid = Uid::random(entropy);
    if let Keeper::Held(source) = &config.keeper {
        let RootKey { key, created, .. } = root_key::load_or_create(source, data_dir, None, entropy)?;
        return Ok(AtStart::Made { uid, kept: KeptRootKey { key, sealed: None }, created });
    }
    let Some(custody) = custody_of(&config.keeper, keepers, true)? else {
        bail!(
            "a first start cannot hand out shares: start with another custody, then run `keepwell root-key move --to \
             shares`, which prints them once"
        );
    };
    let key = root_key::generate(entropy);
    let sealed = custody.seal(&key, &uid_text(uid), entropy).context("a new root key cannot be sealed")?;
    Ok(AtStart::Made { uid, kept: KeptRootKey { key, sealed: Some(sealed) }, created: None })
}

/// The root key as it lies in the store. The kind that is named beside it is nobody's proof: it must be the same.
pub(super) fn sealed_in(record: &DeploymentRecord) -> anyhow::Result<SealedRootKey> {
    let bytes = record.sealed_root_key.as_deref().context("the store has no sealed root key: it is damaged")?;
    let sealed = SealedRootKey::parse(bytes).map_err(CustodyError::from)?;
    let kind = CustodyKind::parse(&record.custody);
    ensure!(kind == Some(sealed.kind()), "the sealed root key in the store is not of the kind that the store says");
    Ok(sealed)
}

/// Refuses where the configuration names another custody than the store: either the configuration was not changed after
/// a move, or it is that of another server.
pub(super) fn agree(config: &RootKeyConfig, record: &DeploymentRecord) -> anyhow::Result<()> {
    let asked = match &config.keeper {
        Keeper::Held(_) => HELD,
        Keeper::Passphrase => CustodyKind::Passphrase.as_str(),
        Keeper::Shares => CustodyKind::Shares.as_str(),
        Keeper::Pkcs11 => CustodyKind::Pkcs11.as_str(),
        Keeper::AwsKms => CustodyKind::AwsKms.as_str(),
    };
    if asked == record.custody {
        return Ok(());
    }
    let configured = match &config.keeper {
        Keeper::Held(RootKeySource::Credential(_)) => "systemd-credential",
        Keeper::Held(RootKeySource::Descriptor(_)) => "descriptor",
        _ => asked,
    };
    bail!(
        "the configuration says that the root key is in the custody `{configured}`, and the store says `{}` (fingerprint \
         {}). Nothing was changed. Set root_key.custody = \"{}\" to start; from there `keepwell root-key move --to \
         {configured}` leads to the other",
        record.custody,
        Fingerprint::of_id(record.root_key_id),
        record.custody,
    )
}

/// The root key for a command that reads the store while no server runs on it. Shares are asked for by `next_share`.
pub(super) fn ask_offline(
    config: &RootKeyConfig,
    keepers: &Keepers,
    data_dir: &Path,
    record: &DeploymentRecord,
    entropy: &dyn Entropy,
    mut next_share: impl FnMut(u8) -> anyhow::Result<SecretBytes>,
) -> anyhow::Result<SecretBytes> {
    match ask(config, keepers, data_dir, Some(record), entropy)? {
        AtStart::Found(RootKey { key, .. }) | AtStart::Made { kept: KeptRootKey { key, .. }, .. } => Ok(key),
        AtStart::Sealed(mut collector) => loop {
            let share = next_share(collector.missing())?;
            if let Gathered::Opened(key) = collector.add(&share)? {
                return Ok(key);
            }
        },
    }
}
