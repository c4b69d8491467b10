//! Where the root encryption key comes from, and who keeps it.

use std::path::{Path, PathBuf};

use terms::Region;

use super::setting::{Form, SettingValue, quote, settings};

settings! {
    pub struct RootKey {
        /// Who keeps the root encryption key: `file`, `systemd-credential`, `descriptor`, `passphrase`, `shares`, `pkcs11` or
        /// `aws-kms`. By default one of the first three, by what there is: root_key.fd, root_key.file, a systemd credential
        /// `root-key`, or else a file. What the store says counts: the server does not start with another. To change it,
        /// run `keepwell root-key move` first.
        "root_key.custody" => custody: Option<Custody> = None,
        /// The file of the root encryption key, made at first start, readable by its owner alone and outside the data
        /// folder, so that a copy of the folder opens nothing. By default it is the data folder's name with `.key` added.
        "root_key.file" => file: Option<PathBuf> = None,
        /// Read the root encryption key from an inherited file descriptor instead: a pipe from a program that fetches it.
        "root_key.fd" => fd: Option<u32> = None,
        /// Of custody `passphrase`: read the passphrase from an inherited file descriptor, instead of asking for it on the
        /// terminal.
        "root_key.passphrase_fd" => passphrase_fd: Option<u32> = None,
        /// Of custody `pkcs11`: the shared library by which the token is reached.
        "root_key.pkcs11_module" => pkcs11_module: Option<PathBuf> = None,
        /// Of custody `pkcs11`: the token's label.
        "root_key.pkcs11_token" => pkcs11_token: Option<String> = None,
        /// Of custody `pkcs11`: the label of the key on the token. The first start, or `keepwell root-key move --to pkcs11`,
        /// makes one if there is none.
        "root_key.pkcs11_key" => pkcs11_key: Option<String> = None,
        /// Of custody `pkcs11`: the file that holds the token's PIN, readable by its owner alone and outside the data folder.
        "root_key.pkcs11_pin_file" => pkcs11_pin_file: Option<PathBuf> = None,
        /// Of custody `pkcs11`: read the PIN from an inherited file descriptor instead.
        "root_key.pkcs11_pin_fd" => pkcs11_pin_fd: Option<u32> = None,
        /// Of custody `aws-kms`: the id or ARN of the KMS key, or an alias. It must be a symmetric encryption key.
        "root_key.kms_key_id" => kms_key_id: Option<String> = None,
        /// Of custody `aws-kms`: the region of the KMS key.
        "root_key.kms_region" => kms_region: Option<Region> = None,
        /// Of custody `aws-kms`: the KMS to ask in the place of AWS's own, as `https://HOST[:PORT]`. Never this server.
        "root_key.kms_endpoint" => kms_endpoint: Option<String> = None,
        /// Of custody `aws-kms`: a file of the CAs to trust in the place of this machine's, PEM.
        "root_key.kms_ca_bundle" => kms_ca_bundle: Option<PathBuf> = None,
        /// Of custody `aws-kms`: an AWS credentials file with the access key to call KMS with, readable by its owner alone.
        "root_key.kms_credentials_file" => kms_credentials_file: Option<PathBuf> = None,
        /// Of custody `aws-kms`: the profile in that file.
        "root_key.kms_profile" => kms_profile: String = "default".to_owned(),
    }
}

/// Who keeps the root key, as the setting names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Custody {
    File,
    SystemdCredential,
    Descriptor,
    Passphrase,
    Shares,
    Pkcs11,
    AwsKms,
}

impl Custody {
    const ALL: [Self; 7] = [
        Self::File,
        Self::SystemdCredential,
        Self::Descriptor,
        Self::Passphrase,
        Self::Shares,
        Self::Pkcs11,
        Self::AwsKms,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::SystemdCredential => "systemd-credential",
            Self::Descriptor => "descriptor",
            Self::Passphrase => "passphrase",
            Self::Shares => "shares",
            Self::Pkcs11 => "pkcs11",
            Self::AwsKms => "aws-kms",
        }
    }
}

impl SettingValue for Custody {
    const PLACEHOLDER: &'static str = "CUSTODY";
    const FORM: Form = Form::Text;

    fn parse(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|custody| custody.as_str() == text).ok_or_else(|| {
            let known: Vec<&str> = Self::ALL.into_iter().map(Self::as_str).collect();
            format!("expected one of {}, not {}", known.join(", "), quote(text))
        })
    }

    fn write(&self) -> Option<String> {
        Some(quote(self.as_str()))
    }
}

/// The root key's custody as the configuration has it. Settings of another custody may stand beside it: so a move is
/// prepared.
#[derive(Debug, Clone)]
pub struct RootKeyConfig {
    pub keeper: Keeper,
    /// The file that a root key in a file lies in, or would. Nothing if the data folder has no name to put it beside.
    pub file: Option<PathBuf>,
    pub settings: RootKey,
}

/// Who gives the root key at the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Keeper {
    /// The key itself lies there.
    Held(RootKeySource),
    /// The store has it sealed, and these open it.
    Passphrase,
    Shares,
    Pkcs11,
    AwsKms,
}

/// The one place that a key which is held will be read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RootKeySource {
    File(PathBuf),
    /// A file that systemd has put in place, under `$CREDENTIALS_DIRECTORY`; nothing if it has not, as for a command that
    /// is run by hand.
    Credential(Option<PathBuf>),
    Descriptor(u32),
}

impl RootKeyConfig {
    pub(super) fn choose(settings: RootKey, data_dir: &Path, credential: Option<PathBuf>) -> Result<Self, String> {
        let file = settings.file.clone().or_else(|| sibling(data_dir));
        let keeper = match settings.custody {
            None => Keeper::Held(settings.choose_held(data_dir, credential)?),
            Some(Custody::File) => Keeper::Held(RootKeySource::File(file.clone().ok_or(NO_NAME)?)),
            Some(Custody::SystemdCredential) => Keeper::Held(RootKeySource::Credential(credential)),
            Some(Custody::Descriptor) => {
                Keeper::Held(RootKeySource::Descriptor(settings.fd.ok_or_else(|| lacks("root_key.fd", "descriptor"))?))
            }
            Some(Custody::Passphrase) => Keeper::Passphrase,
            Some(Custody::Shares) => Keeper::Shares,
            Some(Custody::Pkcs11) => {
                settings.check_pkcs11()?;
                Keeper::Pkcs11
            }
            Some(Custody::AwsKms) => {
                settings.check_aws_kms()?;
                Keeper::AwsKms
            }
        };
        let descriptors = [
            ("root_key.fd", settings.fd),
            ("root_key.passphrase_fd", settings.passphrase_fd),
            ("root_key.pkcs11_pin_fd", settings.pkcs11_pin_fd),
        ];
        for (key, descriptor) in descriptors {
            if descriptor.is_some_and(|number| number < 3) {
                return Err(format!("{key}: expected 3 or more; 0 to 2 are the standard streams"));
            }
        }
        Ok(Self { keeper, file, settings })
    }
}

const NO_NAME: &str = "root_key.file: the data folder has no name to put a key beside; name a file";

impl RootKey {
    /// What the operator named wins; then a systemd credential that is there; then the data folder's sibling.
    fn choose_held(&self, data_dir: &Path, credential: Option<PathBuf>) -> Result<RootKeySource, String> {
        match (self.fd, &self.file, credential) {
            (Some(_), Some(_), _) => Err("root_key.file and root_key.fd exclude each other: give one".to_owned()),
            (Some(descriptor), None, _) => Ok(RootKeySource::Descriptor(descriptor)),
            (None, Some(file), _) => Ok(RootKeySource::File(file.clone())),
            (None, None, Some(credential)) => Ok(RootKeySource::Credential(Some(credential))),
            (None, None, None) => Ok(RootKeySource::File(sibling(data_dir).ok_or(NO_NAME)?)),
        }
    }

    /// Everything that custody `pkcs11` needs.
    pub(crate) fn check_pkcs11(&self) -> Result<(), String> {
        let needed = [
            ("root_key.pkcs11_module", self.pkcs11_module.is_some()),
            ("root_key.pkcs11_token", self.pkcs11_token.is_some()),
            ("root_key.pkcs11_key", self.pkcs11_key.is_some()),
            ("root_key.pkcs11_pin_file", self.pkcs11_pin_file.is_some() || self.pkcs11_pin_fd.is_some()),
        ];
        needs("pkcs11", &needed)?;
        match (&self.pkcs11_pin_file, self.pkcs11_pin_fd) {
            (Some(_), Some(_)) => {
                Err("root_key.pkcs11_pin_file and root_key.pkcs11_pin_fd exclude each other: give one".to_owned())
            }
            _ => Ok(()),
        }
    }

    /// Everything that custody `aws-kms` needs.
    pub(crate) fn check_aws_kms(&self) -> Result<(), String> {
        let needed = [
            ("root_key.kms_key_id", self.kms_key_id.is_some()),
            ("root_key.kms_region", self.kms_region.is_some()),
            ("root_key.kms_credentials_file", self.kms_credentials_file.is_some()),
        ];
        needs("aws-kms", &needed)
    }
}

fn needs(custody: &str, needed: &[(&str, bool)]) -> Result<(), String> {
    let missing: Vec<&str> = needed.iter().filter(|(_, is_set)| !is_set).map(|(key, _)| *key).collect();
    if missing.is_empty() { Ok(()) } else { Err(lacks(&missing.join(", "), custody)) }
}

fn lacks(keys: &str, custody: &str) -> String {
    format!("{keys}: not set, and custody {custody} needs it")
}

/// `keepwell-data` becomes `keepwell-data.key`.
fn sibling(data_dir: &Path) -> Option<PathBuf> {
    let mut name = data_dir.file_name()?.to_owned();
    name.push(".key");
    Some(data_dir.with_file_name(name))
}

#[cfg(test)]
mod tests;
