//! The root encryption key: 32 random bytes that everything else is sealed under. This is what reads and writes one that
//! lies somewhere as it is: in a file, a systemd credential, or behind a file descriptor.
//!
//! It is made at first start, and never again for a store that needs one: a new key would open nothing. It lies outside
//! the data folder, so that whoever copies the folder has ciphertext.

mod replaced;

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use seal::KeyMaterial;
use terms::{Entropy, SecretBytes};
use zeroize::Zeroizing;

use crate::config::RootKeySource;
use crate::private_file::{self, OwnFile};

pub(crate) use replaced::{Place, find, forget_others, next_path, promote};

const KEY_BYTES: usize = 32;
/// A key says what it is, so that a file of something else is never taken for one.
const FORMAT: &str = "keepwell-root-key-v1:";
/// Far more than a key needs; a wrong path may lead to a file of any size.
const FILE_BYTES_MAX: u64 = 4096;
const OWN_FILE: OwnFile = OwnFile { what: "the root key", flag: "--root-key-file" };

/// Names a root key, and tells nothing of it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint([u8; 16]);

impl Fingerprint {
    pub fn of(key: &SecretBytes) -> anyhow::Result<Self> {
        Ok(Self(KeyMaterial::from_bytes(key)?.id()?))
    }

    pub(crate) fn of_id(id: [u8; 16]) -> Self {
        Self(id)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

/// The key, and whether this start has made it.
#[derive(Debug)]
pub struct RootKey {
    pub key: SecretBytes,
    /// Where it was written, if it is new.
    pub created: Option<PathBuf>,
    /// A file beside its own, in which a replacement that was cut short has left it.
    pub(crate) left_in: Option<PathBuf>,
}

/// Reads the key from its source. `expected` is the key that the store needs; it need not be the one that is found. Where
/// the source is a file that is missing, and nothing needs it yet, the key is made.
pub fn load_or_create(
    source: &RootKeySource,
    data_dir: &Path,
    expected: Option<Fingerprint>,
    entropy: &dyn Entropy,
) -> anyhow::Result<RootKey> {
    let found = |key| Ok(RootKey { key, created: None, left_in: None });
    match source {
        RootKeySource::Descriptor(number) => found(from_descriptor(*number)?),
        RootKeySource::Credential(path) => found(from_credential(path.as_deref())?),
        RootKeySource::File(path) => match (find(path, data_dir, expected)?, expected) {
            (Some((key, Place::Own)), _) => found(key),
            (Some((key, Place::Beside(beside))), _) => Ok(RootKey { key, created: None, left_in: Some(beside) }),
            (None, Some(_)) => bail!(lost(path, data_dir)),
            (None, None) => {
                let key = generate(entropy);
                write_new(path, &key)?;
                Ok(RootKey { key, created: Some(path.clone()), left_in: None })
            }
        },
    }
}

pub(crate) fn generate(entropy: &dyn Entropy) -> SecretBytes {
    let mut key = Zeroizing::new([0; KEY_BYTES]);
    entropy.fill(key.as_mut_slice());
    SecretBytes::copy_of(key.as_slice())
}

/// Reads the key's file; nothing if it is missing.
pub(crate) fn from_file(path: &Path, data_dir: &Path) -> anyhow::Result<Option<SecretBytes>> {
    let Some(file) = OWN_FILE.open(path, data_dir)? else { return Ok(None) };
    read(file).with_context(|| format!("the root key {}", path.display())).map(Some)
}

/// The mode of a credential is not asked: systemd keeps the folder private, and where it grants a service user access by
/// an ACL the mode shows the ACL's mask in the place of the group's bits.
pub(crate) fn from_credential(path: Option<&Path>) -> anyhow::Result<SecretBytes> {
    let path = path.context(
        "there is no systemd credential root-key: give the service one with LoadCredentialEncrypted=root-key:... in its \
         unit",
    )?;
    let file = File::open(path).with_context(|| format!("cannot read the credential {}", path.display()))?;
    read(file).with_context(|| format!("the credential {}", path.display()))
}

fn from_descriptor(number: u32) -> anyhow::Result<SecretBytes> {
    let what = || format!("file descriptor {number} (--root-key-fd)");
    let file = File::open(format!("/proc/self/fd/{number}")).with_context(|| format!("cannot read {}", what()))?;
    read(file).with_context(what)
}

fn read(source: impl Read) -> anyhow::Result<SecretBytes> {
    // As large as it can get, so that growing leaves no copy behind.
    let mut text = Zeroizing::new(Vec::with_capacity(usize::try_from(FILE_BYTES_MAX)? + 1));
    source.take(FILE_BYTES_MAX + 1).read_to_end(&mut text)?;
    parse(&text)
}

/// The refusals quote nothing of the text: it may be half a key.
fn parse(text: &[u8]) -> anyhow::Result<SecretBytes> {
    let encoded = text.trim_ascii().strip_prefix(FORMAT.as_bytes());
    let encoded = encoded.with_context(|| format!("it is no root key, which would begin with {FORMAT}"))?;
    // 33 is what the decoder asks for to write 32.
    let mut key = Zeroizing::new([0; KEY_BYTES + 1]);
    let length = STANDARD.decode_slice(encoded, key.as_mut_slice()).ok();
    match length.and_then(|length| key.get(..length)).filter(|key| key.len() == KEY_BYTES) {
        Some(key) => Ok(SecretBytes::copy_of(key)),
        None => bail!("it is damaged: after {FORMAT} it should hold 32 bytes in base64"),
    }
}

fn write(key: &SecretBytes) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(FORMAT.len() + KEY_BYTES * 2));
    text.push_str(FORMAT);
    STANDARD.encode_string(key.expose(), &mut text);
    text.push('\n');
    text
}

/// Writes a key into a file that is not there yet.
pub(crate) fn write_new(path: &Path, key: &SecretBytes) -> anyhow::Result<()> {
    let cannot = || {
        format!(
            "cannot make the root key {}: name a place that this user may write with --root-key-file, or pass the key as \
             the systemd credential root-key",
            path.display()
        )
    };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).with_context(cannot)?;
    }
    private_file::create(path, write(key).as_bytes()).with_context(cannot)
}

fn lost(path: &Path, data_dir: &Path) -> String {
    format!(
        "the root key {} is missing, and the store in {} was sealed under it. No new key is made, because it could open \
         nothing. Put the key back from where it is kept, or name its place with --root-key-file; without it the \
         secrets cannot be recovered",
        path.display(),
        data_dir.display()
    )
}

#[cfg(test)]
mod tests;
