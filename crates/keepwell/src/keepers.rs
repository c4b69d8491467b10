//! Who keeps a root key that lies sealed in the store, as the settings name them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, ensure};
use custody::aws_kms::{AwsKmsCustody, AwsKmsSettings};
use custody::pkcs11::{KeyChoice, Pkcs11Custody, Pkcs11Settings, TokenChoice};
use custody::{Costs, PassphraseCustody, secret_from_descriptor, secret_from_terminal};
use parking_lot::Mutex;
use terms::{Clock, SecretBytes};
use zeroize::Zeroizing;

use crate::client_files::credentials_of;
use crate::config::{RootKey, RootKeyConfig};
use crate::private_file::OwnFile;

const PIN_FILE: OwnFile = OwnFile { what: "the PIN", flag: "--root-key-pkcs11-pin-file" };
const KMS_CREDENTIALS: OwnFile =
    OwnFile { what: "the credentials file for the KMS", flag: "--root-key-kms-credentials-file" };

pub(crate) struct Keepers {
    settings: RootKey,
    data_dir: PathBuf,
    clock: Arc<dyn Clock>,
    /// A pipe gives it once.
    pin_of_descriptor: Mutex<Option<SecretBytes>>,
}

impl Keepers {
    pub(crate) fn new(config: &RootKeyConfig, data_dir: &Path, clock: Arc<dyn Clock>) -> Self {
        let settings = config.settings.clone();
        Self { settings, data_dir: data_dir.to_owned(), clock, pin_of_descriptor: Mutex::new(None) }
    }

    /// With the passphrase that the operator types, or has passed in. A new one that is typed is typed twice.
    pub(crate) fn passphrase(&self, is_new: bool) -> anyhow::Result<PassphraseCustody> {
        let passphrase = match self.settings.passphrase_fd {
            Some(number) => secret_from_descriptor(number)
                .with_context(|| format!("cannot read file descriptor {number} (--root-key-passphrase-fd)"))?,
            None if is_new => new_passphrase()?,
            None => secret_from_terminal("Passphrase of the root key: ").context(NOBODY_TO_ASK)?,
        };
        Ok(passphrase_custody(passphrase)?)
    }

    pub(crate) fn pkcs11(&self) -> anyhow::Result<Pkcs11Custody> {
        self.settings.check_pkcs11().map_err(anyhow::Error::msg)?;
        let RootKey { pkcs11_module, pkcs11_token, pkcs11_key, .. } = &self.settings;
        let set = |setting: &Option<String>| setting.clone().unwrap_or_default();
        Ok(Pkcs11Custody::new(Pkcs11Settings {
            module: pkcs11_module.clone().unwrap_or_default(),
            token: TokenChoice::Label(set(pkcs11_token)),
            pin: self.pin()?,
            key: KeyChoice { label: set(pkcs11_key), id: None },
        }))
    }

    pub(crate) fn aws_kms(&self) -> anyhow::Result<AwsKmsCustody> {
        self.settings.check_aws_kms().map_err(anyhow::Error::msg)?;
        let RootKey { kms_key_id, kms_region, kms_endpoint, kms_ca_bundle, kms_credentials_file, kms_profile, .. } =
            &self.settings;
        let path = kms_credentials_file.as_deref().unwrap_or(Path::new(""));
        let text = self.read(&KMS_CREDENTIALS, path)?;
        let text = str::from_utf8(&text).with_context(|| format!("{} is no text", path.display()))?;
        let credentials = credentials_of(text, kms_profile).with_context(|| {
            format!("{} has no profile {kms_profile} with an access key and its secret", path.display())
        })?;
        let settings = AwsKmsSettings {
            key_id: kms_key_id.clone().unwrap_or_default(),
            region: kms_region.context("root_key.kms_region is not set")?,
            endpoint: kms_endpoint.clone(),
            ca_bundle: kms_ca_bundle.clone(),
            access_key_id: credentials.key.access_key_id,
            secret_access_key: credentials.key.secret_access_key,
            session_token: credentials.session_token,
        };
        Ok(AwsKmsCustody::new(settings, Arc::clone(&self.clock))?)
    }

    fn pin(&self) -> anyhow::Result<SecretBytes> {
        if let Some(number) = self.settings.pkcs11_pin_fd {
            let mut known = self.pin_of_descriptor.lock();
            if let Some(pin) = &*known {
                return Ok(pin.clone());
            }
            let pin = secret_from_descriptor(number)
                .with_context(|| format!("cannot read file descriptor {number} (--root-key-pkcs11-pin-fd)"))?;
            *known = Some(pin.clone());
            return Ok(pin);
        }
        let text = self.read(&PIN_FILE, self.settings.pkcs11_pin_file.as_deref().unwrap_or(Path::new("")))?;
        let line = text.strip_suffix(b"\n").unwrap_or(&text);
        Ok(SecretBytes::copy_of(line.strip_suffix(b"\r").unwrap_or(line)))
    }

    fn read(&self, kind: &OwnFile, path: &Path) -> anyhow::Result<Zeroizing<Vec<u8>>> {
        kind.read(path, &self.data_dir)
    }
}

const NOBODY_TO_ASK: &str = "the passphrase of the root key is needed: start the server on a terminal, or pass the \
                             passphrase through a pipe and name it with --root-key-passphrase-fd";

pub(crate) fn passphrase_custody(passphrase: SecretBytes) -> Result<PassphraseCustody, custody::PassphraseError> {
    PassphraseCustody::new(passphrase, Costs::DEFAULT)
}

/// Asked for twice: a slip of the hand would lock everybody out.
pub(crate) fn new_passphrase() -> anyhow::Result<SecretBytes> {
    let first = secret_from_terminal("New passphrase of the root key: ").context(NOBODY_TO_ASK)?;
    let again = secret_from_terminal("The same again: ").context(NOBODY_TO_ASK)?;
    ensure!(first == again, "the two passphrases differ");
    Ok(first)
}
