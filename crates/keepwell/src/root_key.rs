//! Custody of the root encryption key: 32 random bytes that everything else is sealed under.
//!
//! It is made once, at first start, and never again: over a store that exists a new key would open nothing. It lies
//! outside the data folder, so that whoever copies the folder has ciphertext.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use terms::{Entropy, SecretBytes};
use zeroize::Zeroizing;

use crate::config::RootKeySource;
use crate::private_file;

const KEY_BYTES: usize = 32;
/// A key says what it is, so that a file of something else is never taken for one.
const FORMAT: &str = "keepwell-root-key-v1:";
/// Far more than a key needs; a wrong path may lead to a file of any size.
const FILE_BYTES_MAX: u64 = 4096;

/// The key, and whether this start has made it.
#[derive(Debug)]
pub struct RootKey {
    pub key: SecretBytes,
    /// Where it was written, if it is new.
    pub created: Option<PathBuf>,
}

/// Reads the key from its source. Where the source is a file that is missing, and there is no store yet that needs it,
/// the key is made.
pub fn load_or_create(
    source: &RootKeySource,
    data_dir: &Path,
    store_exists: bool,
    entropy: &dyn Entropy,
) -> anyhow::Result<RootKey> {
    let found = |key| Ok(RootKey { key, created: None });
    match source {
        RootKeySource::Descriptor(number) => found(from_descriptor(*number)?),
        RootKeySource::Credential(path) => found(from_credential(path)?),
        RootKeySource::File(path) => match from_file(path, data_dir)? {
            Some(key) => found(key),
            None if store_exists => bail!(lost(path, data_dir)),
            None => create(path, entropy),
        },
    }
}

/// Reads the key's file; nothing if it is missing.
pub(crate) fn from_file(path: &Path, data_dir: &Path) -> anyhow::Result<Option<SecretBytes>> {
    ensure!(
        !lies_inside(path, data_dir)?,
        "the root key {} lies inside the data folder {}: a copy of the folder would open itself. Move it out and name \
         its new place with --root-key-file",
        path.display(),
        data_dir.display()
    );
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(|| format!("cannot read the root key {}", path.display())),
    };
    check_custody(path, &file)?;
    read(file).with_context(|| format!("the root key {}", path.display())).map(Some)
}

/// Only the server's user may be able to read the key.
fn check_custody(path: &Path, file: &File) -> anyhow::Result<()> {
    let metadata = file.metadata().with_context(|| format!("cannot examine the root key {}", path.display()))?;
    ensure!(metadata.is_file(), "the root key {} is not a file", path.display());
    ensure!(
        metadata.mode() & 0o077 == 0,
        "the root key {} can be read by others (mode {:03o}): `chmod 600 {}`, and ask who may have read it",
        path.display(),
        metadata.mode() & 0o777,
        path.display()
    );
    let owner = metadata.uid();
    ensure!(
        owner == 0 || owner == rustix::process::geteuid().as_raw(),
        "the root key {} belongs to another user (uid {owner}), who can read it",
        path.display()
    );
    Ok(())
}

/// The mode of a credential is not asked: systemd keeps the folder private, and where it grants a service user access by
/// an ACL the mode shows the ACL's mask in the place of the group's bits.
pub(crate) fn from_credential(path: &Path) -> anyhow::Result<SecretBytes> {
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

fn create(path: &Path, entropy: &dyn Entropy) -> anyhow::Result<RootKey> {
    let cannot = || {
        format!(
            "cannot make the root key {}: name a place that this user may write with --root-key-file, or pass the key as \
             the systemd credential root-key",
            path.display()
        )
    };
    let mut key = Zeroizing::new([0; KEY_BYTES]);
    entropy.fill(key.as_mut_slice());
    let key = SecretBytes::copy_of(key.as_slice());
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).with_context(cannot)?;
    }
    private_file::create(path, write(&key).as_bytes()).with_context(cannot)?;
    Ok(RootKey { key, created: Some(path.to_owned()) })
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

/// Whether the file is, or would be, somewhere below the folder, whatever links lead there.
fn lies_inside(file: &Path, folder: &Path) -> anyhow::Result<bool> {
    let resolve = |path: &Path| resolved(path).with_context(|| format!("cannot examine {}", path.display()));
    Ok(resolve(file)?.starts_with(resolve(folder)?))
}

/// The path without links, as far as it exists.
fn resolved(path: &Path) -> io::Result<PathBuf> {
    let path = std::path::absolute(path)?;
    match (path.canonicalize(), path.parent(), path.file_name()) {
        (Err(error), Some(parent), Some(name)) if error.kind() == io::ErrorKind::NotFound => {
            Ok(resolved(parent)?.join(name))
        }
        (canonical, ..) => canonical,
    }
}

#[cfg(test)]
mod tests;
