//! Replacing the root key while the server serves: a new key, its keeper, and what becomes of the old one's file.

use std::{path::PathBuf, sync::Arc};

use contract::{Answer, DeploymentRecord, Reads};
use custody::{Custody, CustodyError, SealedRootKey, shares};
use facades::{NewRootKey, ReplacedRootKey, RootKeyNow, RootKeys, RootKeysError};
use seal::KeyMaterial;
use terms::{Entropy, Region, SecretBytes};

use super::{
    deployment_key::{self, HELD, KeptRootKey, uid_text},
    root_key_at_start::sealed_in,
    settlement::Files,
};
use crate::{
    config::{Config, Custody as Kind, Keeper, RootKeyConfig, RootKeySource},
    keepers::{Keepers, passphrase_custody},
    root_key::{self, Fingerprint, Place},
};

pub(super) struct Replacing {
    store: Arc<dyn Reads>,
    key: KeyMaterial,
    works: Arc<Works>,
    turn: Arc<tokio::sync::Mutex<()>>,
}

/// What blocks: files, tokens, networks, and passphrases.
struct Works {
    config: RootKeyConfig,
    data_dir: PathBuf,
    keepers: Arc<Keepers>,
    entropy: Arc<dyn Entropy>,
}

/// Where the root key is now.
enum Now {
    File {
        path: PathBuf,
        /// An earlier replacement was committed, and nobody could say so: the key still lies here.
        left_in: Option<PathBuf>,
    },
    /// Where the server can only read it.
    Elsewhere(String),
    Sealed(SealedRootKey),
}

/// Where it is to be.
enum Target {
    File(PathBuf),
    Passphrase(SecretBytes),
    Shares { threshold: u8, count: u8 },
    Pkcs11,
    AwsKms,
}

/// What somebody wants, to be taken to another thread.
struct Wish {
    custody: Option<String>,
    passphrase: Option<SecretBytes>,
    threshold: Option<u8>,
    count: Option<u8>,
}

/// A new root key with its keeper.
struct Made {
    kept: KeptRootKey,
    custody: &'static str,
    keeper: String,
    shares: Vec<SecretBytes>,
    advice: String,
    files: Files,
}

impl Replacing {
    pub(super) fn new(
        config: &Config,
        store: Arc<dyn Reads>,
        key: KeyMaterial,
        keepers: Arc<Keepers>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        let (config, data_dir) = (config.root_key.clone(), config.data.data_dir.clone());
        Self { store, key, works: Arc::new(Works { config, data_dir, keepers, entropy }), turn: Arc::default() }
    }

    async fn record(&self) -> Result<DeploymentRecord, RootKeysError> {
        let record = self.store.deployment().await.map_err(internal)?;
        record.ok_or_else(|| RootKeysError::Internal("the store has no key of its own".to_owned()))
    }

    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Works) -> Result<T, RootKeysError> + Send + 'static,
    ) -> Result<T, RootKeysError> {
        let works = Arc::clone(&self.works);
        tokio::task::spawn_blocking(move || work(&works)).await.map_err(internal)?
    }

    /// A KMS that opens only when its own root key is open would never open again.
    async fn refuse_own_kms(&self, sealed: Option<&SealedRootKey>) -> Result<(), RootKeysError> {
        let Some((region, bits)) = sealed.and_then(SealedRootKey::kms_key_arn).and_then(key_of_arn) else {
            return Ok(());
        };
        match self.store.key(region, bits).await.map_err(internal)? {
            None => Ok(()),
            Some(_) => Err(RootKeysError::Refused(
                "The KMS key is one of this very server: it could be used only once the server is open, and the server \
                 would need it to open. Take a key of another server."
                    .to_owned(),
            )),
        }
    }
}

impl RootKeys for Replacing {
    fn describe(&self) -> Answer<'_, Result<RootKeyNow, RootKeysError>> {
        Box::pin(async move {
            let record = self.record().await?;
            let (fingerprint, revision) = (Fingerprint::of_id(record.root_key_id).to_string(), record.revision);
            let now = self.work(move |works| works.now(&record)).await?;
            Ok(RootKeyNow { custody: now.custody().to_owned(), fingerprint, keeper: now.to_string(), revision })
        })
    }

    fn replace<'a>(&'a self, wish: NewRootKey<'a>) -> Answer<'a, Result<ReplacedRootKey, RootKeysError>> {
        Box::pin(async move {
            let turn = Arc::clone(&self.turn).lock_owned().await;
            let before = self.record().await?;
            let wish = Wish {
                custody: wish.custody.map(str::to_owned),
                passphrase: wish.passphrase.cloned(),
                threshold: wish.threshold,
                count: wish.count,
            };
            let record = before.clone();
            let made = self.work(move |works| works.make(&record, wish)).await?;
            let Made { kept, custody, keeper, shares, advice, mut files } = made;
            let checked = self.refuse_own_kms(kept.sealed.as_ref()).await;
            let rewrapped = deployment_key::rewrap(&before, &kept, &self.key, &*self.works.entropy).map_err(internal);
            let after = match checked.and(rewrapped) {
                Ok(after) => after,
                Err(error) => {
                    files.forget_new();
                    return Err(error);
                }
            };
            let fingerprint = Fingerprint::of_id(after.root_key_id).to_string();
            files.take_turn(turn, Fingerprint::of_id(before.root_key_id), Fingerprint::of_id(after.root_key_id));
            let revision = after.revision;
            let now = RootKeyNow { custody: custody.to_owned(), fingerprint, keeper, revision };
            Ok(ReplacedRootKey { now, after, shares, advice, settlement: Box::new(files) })
        })
    }
}

impl Works {
    fn now(&self, record: &DeploymentRecord) -> Result<Now, RootKeysError> {
        if record.custody != HELD {
            return Ok(Now::Sealed(sealed_in(record).map_err(internal)?));
        }
        // A key may have come into its file since the start.
        let expected = Fingerprint::of_id(record.root_key_id);
        if let Some(path) = &self.config.file
            && let Ok(Some((key, place))) = root_key::find(path, &self.data_dir, Some(expected))
            && Fingerprint::of(&key).is_ok_and(|found| found == expected)
        {
            let left_in = match place {
                Place::Own => None,
                Place::Beside(beside) => Some(beside),
            };
            return Ok(Now::File { path: path.clone(), left_in });
        }
        Ok(Now::Elsewhere(match &self.config.keeper {
            Keeper::Held(RootKeySource::Credential(_)) => "a systemd credential".to_owned(),
            Keeper::Held(RootKeySource::Descriptor(number)) => format!("file descriptor {number}"),
            _ => "a file that this server does not find any more".to_owned(),
        }))
    }

    fn make(&self, record: &DeploymentRecord, wish: Wish) -> Result<Made, RootKeysError> {
        let now = self.now(record)?;
        if let Now::File { path, left_in: Some(beside) } = &now {
            root_key::promote(beside, path).map_err(not_ready)?;
        }
        let is_move = wish.custody.is_some();
        let target = self.target(&now, wish)?;
        let key = root_key::generate(&*self.entropy);
        let deployment = uid_text(record.uid);
        let mut shares = Vec::new();
        let sealed = match &target {
            Target::File(_) => None,
            Target::Passphrase(passphrase) => {
                let custody = passphrase_custody(passphrase.clone()).map_err(CustodyError::from).map_err(refused)?;
                Some(self.seal(&custody, &key, &deployment)?)
            }
            Target::Shares { threshold, count } => {
                let made = shares::seal(&key, &deployment, *threshold, *count, &*self.entropy).map_err(refused)?;
                shares = made.shares;
                Some(made.sealed)
            }
            Target::Pkcs11 => {
                let custody = self.keepers.pkcs11().map_err(not_ready)?;
                if is_move {
                    custody.create_key(None).map_err(refused)?;
                }
                Some(self.seal(&custody, &key, &deployment)?)
            }
            Target::AwsKms => Some(self.seal(&self.keepers.aws_kms().map_err(not_ready)?, &key, &deployment)?),
        };
        let files = self.files(&now, &target, &key)?;
        let keeper = match (&sealed, &target) {
            (Some(sealed), _) => sealed.to_string(),
            (None, Target::File(path)) => format!("the file {}", path.display()),
            (None, _) => String::new(),
        };
        let advice = advice(&now, &target, is_move);
        let custody = target.custody();
        Ok(Made { kept: KeptRootKey { key, sealed }, custody, keeper, shares, advice, files })
    }

    fn seal(&self, custody: &dyn Custody, key: &SecretBytes, deployment: &str) -> Result<SealedRootKey, RootKeysError> {
        custody.seal(key, deployment, &*self.entropy).map_err(refused)
    }

    fn target(&self, now: &Now, wish: Wish) -> Result<Target, RootKeysError> {
        let kind = match (&wish.custody, now) {
            (None, Now::Elsewhere(place)) => {
                return Err(RootKeysError::Refused(format!(
                    "The root key comes from {place}, where the server cannot put another: move it first, such as by \
                     `keepwell root-key move --to file`."
                )));
            }
            (None, now) => now.custody(),
            (Some(asked), now) if asked == now.custody() && !matches!(now, Now::Elsewhere(_)) => {
                return Err(RootKeysError::Refused(format!(
                    "The root key is in the custody {asked} already: `keepwell root-key rotate` replaces it there."
                )));
            }
            (Some(asked), _) => asked.as_str(),
        };
        let Wish { passphrase, threshold, count, .. } = wish;
        if kind != Kind::Passphrase.as_str() && passphrase.is_some() {
            return Err(RootKeysError::InvalidParameter(format!("Custody {kind} has no passphrase.")));
        }
        if kind != Kind::Shares.as_str() && (threshold.is_some() || count.is_some()) {
            return Err(RootKeysError::InvalidParameter(format!("Custody {kind} has no shares.")));
        }
        match kind {
            HELD => self.file_target(now).map(Target::File),
            "passphrase" => passphrase.map(Target::Passphrase).ok_or_else(|| {
                RootKeysError::InvalidParameter("Passphrase is missing: the new root key is sealed under it.".to_owned())
            }),
            "shares" => {
                let present = match now {
                    Now::Sealed(sealed) => sealed.shares(),
                    _ => None,
                };
                match (threshold, count, present) {
                    (Some(threshold), Some(count), _) | (None, None, Some((threshold, count))) => {
                        Ok(Target::Shares { threshold, count })
                    }
                    _ => Err(RootKeysError::InvalidParameter(
                        "Threshold and Count are needed: how many shares open the root key, and how many are made."
                            .to_owned(),
                    )),
                }
            }
            "pkcs11" => Ok(Target::Pkcs11),
            "aws-kms" => Ok(Target::AwsKms),
            _ => Err(RootKeysError::Refused(
                "The server cannot hand a key to systemd. Move it to a file, encrypt that file with `systemd-creds encrypt \
                 --name=root-key`, name the result in LoadCredentialEncrypted= of the service's unit, and set \
                 root_key.custody = \"systemd-credential\"."
                    .to_owned(),
            )),
        }
    }

    fn file_target(&self, now: &Now) -> Result<PathBuf, RootKeysError> {
        if let Now::File { path, .. } = now {
            return Ok(path.clone());
        }
        let path = self.config.file.clone();
        let path =
            path.ok_or_else(|| RootKeysError::Refused("Set root_key.file first: it has no default.".to_owned()))?;
        if path.symlink_metadata().is_ok() {
            return Err(RootKeysError::Refused(format!(
                "There is a file {} already, which is not this server's root key: move it away, or name another place with \
                 root_key.file.",
                path.display()
            )));
        }
        Ok(path)
    }

    /// Puts a key that goes into a file beside the one that counts.
    fn files(&self, now: &Now, target: &Target, key: &SecretBytes) -> Result<Files, RootKeysError> {
        let mut files = Files::default();
        match (now, target) {
            (_, Target::File(path)) => {
                let beside = root_key::next_path(path, Fingerprint::of(key).map_err(internal)?);
                root_key::write_new(&beside, key).map_err(not_ready)?;
                files.promote(beside, path.clone());
            }
            (Now::File { path, .. }, _) => files.remove(path.clone()),
            _ => {}
        }
        Ok(files)
    }
}

impl Now {
    fn custody(&self) -> &'static str {
        match self {
            Self::File { .. } | Self::Elsewhere(_) => HELD,
            Self::Sealed(sealed) => sealed.kind().as_str(),
        }
    }
}

impl std::fmt::Display for Now {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File { path, .. } => write!(f, "the file {}", path.display()),
            Self::Elsewhere(place) => f.write_str(place),
            Self::Sealed(sealed) => sealed.fmt(f),
        }
    }
}

impl Target {
    fn custody(&self) -> &'static str {
        match self {
            Self::File(_) => HELD,
            Self::Passphrase(_) => Kind::Passphrase.as_str(),
            Self::Shares { .. } => Kind::Shares.as_str(),
            Self::Pkcs11 => Kind::Pkcs11.as_str(),
            Self::AwsKms => Kind::AwsKms.as_str(),
        }
    }
}

fn advice(now: &Now, target: &Target, is_move: bool) -> String {
    let mut sentences = Vec::new();
    if is_move {
        let custody = target.custody();
        sentences.push(format!(
            "Set root_key.custody = \"{custody}\" in the configuration before the next start: with the old custody the \
             server refuses to start."
        ));
    }
    match target {
        Target::File(path) => sentences.push(format!(
            "Keep a copy of {} apart from the data: without it nothing can be read again.",
            path.display()
        )),
        Target::Shares { threshold, count } => sentences.push(format!(
            "The server needs {threshold} of these {count} shares at every start. They are shown this once."
        )),
        Target::Passphrase(_) => sentences.push("The server needs the passphrase at every start.".to_owned()),
        Target::Pkcs11 => sentences.push("The server needs the token at every start.".to_owned()),
        Target::AwsKms => sentences.push("The server needs the KMS key at every start.".to_owned()),
    }
    if let (Now::File { path, .. }, true) = (now, !matches!(target, Target::File(_))) {
        sentences.push(format!("The file {} has been removed.", path.display()));
    }
    sentences.push("What opened the old root key is good only for backups of the store from before.".to_owned());
    sentences.join(" ")
}

/// The region of a KMS key, and the bits of its id.
fn key_of_arn(arn: &str) -> Option<(Region, [u8; 16])> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let [_, _, "kms", region, _, resource] = parts.as_slice() else { return None };
    let id = resource.strip_prefix("key/")?;
    let digits: String = id.strip_prefix("mrk-").unwrap_or(id).chars().filter(|letter| *letter != '-').collect();
    let bits = u128::from_str_radix(&digits, 16).ok().filter(|_| digits.len() == 32)?;
    Some((Region::parse(region).ok()?, bits.to_be_bytes()))
}

fn refused(error: CustodyError) -> RootKeysError {
    let text = sentence(&error.to_string());
    match error {
        CustodyError::Passphrase(custody::PassphraseError::NoMemory { .. }) => RootKeysError::Refused(text),
        CustodyError::Passphrase(_) | CustodyError::Share(_) => RootKeysError::InvalidParameter(text),
        CustodyError::Library | CustodyError::NotSealable => RootKeysError::Internal(text),
        _ => RootKeysError::Refused(text),
    }
}

/// Something that the operator has to mend first.
fn not_ready(error: anyhow::Error) -> RootKeysError {
    RootKeysError::Refused(format!("It cannot be done yet: {error:#}."))
}

fn internal(error: impl std::fmt::Display) -> RootKeysError {
    RootKeysError::Internal(format!("{error:#}"))
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str().trim_end_matches('.'))
}
