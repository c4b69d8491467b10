//! Whether the root key can be had, and is the store's own.

use std::path::Path;

use super::Finding;
use crate::config::{Config, Keeper, RootKeySource};
use crate::house::{Examined, examine_root_key};
use crate::root_key;

const SUBJECT: &str = "root key";

pub(super) fn root_key(config: &Config) -> Finding {
    match examine_root_key(config) {
        Ok(Examined::Unneeded) => before_the_first_start(config),
        Ok(Examined::Opens(keeper)) => Finding::fine(SUBJECT, format!("{keeper} opens the store. {}", care(config))),
        Ok(Examined::Untried(keeper)) => {
            Finding::fine(SUBJECT, format!("{keeper}; only a start shows whether it is right. {}", care(config)))
        }
        Err(refusal) => {
            Finding::broken(SUBJECT, format!("{refusal:#}"), "The server refuses to start until this is mended.")
        }
    }
}

/// What is lost with what.
fn care(config: &Config) -> &'static str {
    match &config.root_key.keeper {
        Keeper::Held(_) => "Without it the secrets are lost: keep a copy elsewhere",
        Keeper::Passphrase => "Without the passphrase the secrets are lost",
        Keeper::Shares => "With fewer shares the secrets are lost",
        Keeper::Pkcs11 => "Without the token the secrets are lost",
        Keeper::AwsKms => "Without the KMS key the secrets are lost",
    }
}

fn before_the_first_start(config: &Config) -> Finding {
    let data_dir = &config.data.data_dir;
    match &config.root_key.keeper {
        Keeper::Held(RootKeySource::Descriptor(number)) => {
            Finding::fine(SUBJECT, format!("comes by file descriptor {number}; only the server can look at it"))
        }
        Keeper::Held(RootKeySource::Credential(path)) => match root_key::from_credential(path.as_deref()) {
            Ok(_) => Finding::fine(SUBJECT, "a systemd credential"),
            Err(refusal) => Finding::broken(
                SUBJECT,
                format!("{refusal:#}"),
                "Look at LoadCredentialEncrypted= in the service's unit.",
            ),
        },
        Keeper::Held(RootKeySource::File(path)) => of_file(path, data_dir),
        Keeper::Shares => Finding::broken(
            SUBJECT,
            "a first start cannot hand out shares",
            "Start with another custody, then run `keepwell root-key move --to shares`.",
        ),
        Keeper::Passphrase => Finding::fine(SUBJECT, "the first start asks for a passphrase"),
        Keeper::Pkcs11 | Keeper::AwsKms => Finding::fine(SUBJECT, "the first start makes one, and seals it"),
    }
}

fn of_file(path: &Path, data_dir: &Path) -> Finding {
    match root_key::from_file(path, data_dir) {
        Ok(Some(_)) => Finding::fine(SUBJECT, format!("{}, its owner's alone", path.display())),
        Ok(None) => Finding::fine(SUBJECT, format!("{} is not there yet; the first start makes it", path.display())),
        Err(refusal) => {
            Finding::broken(SUBJECT, format!("{refusal:#}"), "The server refuses to start until this is mended.")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Verdict;
    use super::*;

    fn config(data_dir: &Path, more: &[(&str, &str)]) -> Config {
        let own = [("data_dir", data_dir.to_str().unwrap())];
        Config::from_settings(own.into_iter().chain(more.iter().copied())).unwrap()
    }

    #[test]
    fn a_key_that_is_not_there_yet_is_no_fault() {
        let folder = tempfile::tempdir().unwrap();
        let data_dir = folder.path().join("data");
        for more in [&[][..], &[("root_key.custody", "passphrase")]] {
            assert_eq!(root_key(&config(&data_dir, more)).verdict, Verdict::Fine, "{more:?}");
        }
    }

    #[test]
    fn a_first_start_with_shares_or_without_its_credential_is_broken() {
        let folder = tempfile::tempdir().unwrap();
        let data_dir = folder.path().join("data");
        for custody in ["shares", "systemd-credential"] {
            let finding = root_key(&config(&data_dir, &[("root_key.custody", custody)]));
            assert_eq!(finding.verdict, Verdict::Broken, "{custody}");
        }
    }
}
