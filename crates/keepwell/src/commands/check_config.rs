//! `keepwell check-config`: what the configuration comes to.

use super::answer;
use crate::config::{ConfigFlags, Keeper, Loaded, Origin, RootKeyConfig, RootKeySource};

/// Show the configuration that `serve` would run with, and who decided each setting.
///
/// It takes the flags, environment and file that `serve` takes, and fails where `serve` would refuse them. The output is a
/// keepwell.toml that says the same. Secrets are not shown.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct CheckConfig {
    #[command(flatten)]
    config: ConfigFlags,
}

const EXAMPLES: &str = "\
Examples:
  keepwell check-config
  keepwell check-config --config /etc/keepwell/keepwell.toml
  keepwell check-config > keepwell.toml     # a file to start from, every setting in it";

impl CheckConfig {
    pub(super) fn run(self) -> anyhow::Result<()> {
        answer(&report(&self.config.load()?))
    }
}

fn report(loaded: &Loaded) -> String {
    let heading = match &loaded.file {
        Some(path) => format!("# Configuration file: {}\n", path.display()),
        None => "# No configuration file was found.\n".to_owned(),
    };
    let settings = loaded.settings.iter().map(|setting| match &setting.value {
        Some(value) => line(&format!("{} = {value}", setting.key), &setting.origin),
        None => line(&format!("# {} is not set", setting.key), &setting.origin),
    });
    let secrets = [root_key(&loaded.config.root_key), root_access_key(loaded)];
    [heading].into_iter().chain(settings).chain(secrets).collect()
}

fn line(setting: &str, origin: &Origin) -> String {
    format!("{setting:<56} # {origin}\n")
}

fn root_key(root_key: &RootKeyConfig) -> String {
    match &root_key.keeper {
        Keeper::Held(RootKeySource::File(path)) => format!("# The root key is the file {}\n", path.display()),
        Keeper::Held(RootKeySource::Credential(Some(path))) => {
            format!("# The root key is the systemd credential {}\n", path.display())
        }
        Keeper::Held(RootKeySource::Credential(None)) => {
            "# The root key is a systemd credential, which is not there: it is for the service alone\n".to_owned()
        }
        Keeper::Held(RootKeySource::Descriptor(number)) => {
            format!("# The root key is read from file descriptor {number}\n")
        }
        Keeper::Passphrase => "# The root key is sealed under a passphrase, in the store\n".to_owned(),
        Keeper::Shares => "# The root key is sealed in the store, and people come with its shares\n".to_owned(),
        Keeper::Pkcs11 => "# The root key is sealed in the store, under a key of a PKCS#11 token\n".to_owned(),
        Keeper::AwsKms => "# The root key is sealed in the store, under a KMS key\n".to_owned(),
    }
}

fn root_access_key(loaded: &Loaded) -> String {
    match &loaded.config.root_access_key {
        Some(key) => {
            format!("# The root access key is {} from the environment; its secret is not shown\n", key.access_key_id)
        }
        None => "# The root access key is made at first start\n".to_owned(),
    }
}
