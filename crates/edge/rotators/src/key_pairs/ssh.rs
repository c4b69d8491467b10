//! Ed25519 key pairs as OpenSSH keeps them: `PROTOCOL.key` of its sources, and RFC 8709.
//!
//! The format is written here rather than by a library: without a passphrase it is a dozen fields, and `ssh-keygen` judges
//! them in a test.

use aws_lc_rs::digest;
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use terms::SecretBytes;
use zeroize::Zeroizing;

use super::{Chance, MISMATCH, PROBE, no_key_made, unreadable};
use crate::document::SecretDocument;
use crate::failure::Failure;
use crate::pem;

const PRIVATE_KEY: &str = "private_key";
const PUBLIC_KEY: &str = "public_key";
const PREVIOUS_PUBLIC_KEY: &str = "previous_public_key";
const FINGERPRINT: &str = "fingerprint";
const COMMENT: &str = "comment";

const LABEL: &str = "OPENSSH PRIVATE KEY";
const MAGIC: &[u8] = b"openssh-key-v1\0";
const NAME: &[u8] = b"ssh-ed25519";
/// Of the cipher `none`.
const BLOCK_BYTES: usize = 8;
const COMMENT_CHARS_MAX: usize = 256;

pub(super) fn turn(current: &SecretDocument, Chance { seed, check, .. }: &Chance) -> Result<SecretDocument, Failure> {
    let comment = comment(current)?;
    let pair = Ed25519KeyPair::from_seed_unchecked(seed.as_slice()).map_err(|_| no_key_made())?;
    let public = pair.public_key().as_ref();

    let mut next = current.clone();
    // Without one the secret was empty so far, and there is nobody to leave it for.
    match current.text(PUBLIC_KEY) {
        Some(before) => next.set_json(PREVIOUS_PUBLIC_KEY, &before.into()),
        None => next.remove(PREVIOUS_PUBLIC_KEY),
    }
    let private_key = pem::write(LABEL, pem::OPENSSH_LINE, &private_blob(seed, public, *check, &comment));
    let public_blob = public_blob(public);
    let fingerprint = STANDARD_NO_PAD.encode(digest::digest(&digest::SHA256, &public_blob));
    next.set_text(PRIVATE_KEY, &SecretBytes::copy_of(private_key.as_bytes()));
    next.set_json(PUBLIC_KEY, &public_line(&public_blob, &comment).into());
    next.set_json(FINGERPRINT, &format!("SHA256:{fingerprint}").into());
    Ok(next)
}

pub(super) fn check(secret: &SecretDocument) -> Result<(), Failure> {
    let private_key = secret.required_secret(PRIVATE_KEY)?;
    let private_key = str::from_utf8(private_key.expose()).map_err(|_| unreadable(PRIVATE_KEY))?;
    let private = pem::read(LABEL, private_key).ok_or_else(|| unreadable(PRIVATE_KEY))?;
    let (seed, inner_public) = read_private(&private).ok_or_else(|| unreadable(PRIVATE_KEY))?;
    let public = read_public_line(&secret.required(PUBLIC_KEY)?).ok_or_else(|| unreadable(PUBLIC_KEY))?;
    let pair = Ed25519KeyPair::from_seed_and_public_key(seed, inner_public).map_err(|_| unreadable(PRIVATE_KEY))?;
    let verified = UnparsedPublicKey::new(&ED25519, public).verify(PROBE, pair.sign(PROBE).as_ref());
    verified.map_err(|_| Failure::new(MISMATCH))
}

/// It ends up in files where a line is a grant.
fn comment(secret: &SecretDocument) -> Result<String, Failure> {
    let comment = if secret.has(COMMENT) { secret.text(COMMENT) } else { Some(String::new()) };
    let fits =
        |comment: &String| comment.chars().count() <= COMMENT_CHARS_MAX && !comment.chars().any(char::is_control);
    comment.filter(fits).ok_or_else(|| {
        Failure::new(format!(
            "The {COMMENT} of the secret JSON must be one line of at most {COMMENT_CHARS_MAX} characters"
        ))
    })
}

fn private_blob(seed: &[u8; 32], public: &[u8], check: [u8; 4], comment: &str) -> Zeroizing<Vec<u8>> {
    let mut inner = Zeroizing::new(Vec::with_capacity(512 + comment.len()));
    inner.extend_from_slice(&check);
    inner.extend_from_slice(&check);
    push(&mut inner, NAME);
    push(&mut inner, public);
    let mut both = Zeroizing::new(Vec::with_capacity(64));
    both.extend_from_slice(seed);
    both.extend_from_slice(public);
    push(&mut inner, &both);
    push(&mut inner, comment.as_bytes());
    let padding = inner.len().next_multiple_of(BLOCK_BYTES) - inner.len();
    inner.extend((1..=8).take(padding));

    let mut blob = Zeroizing::new(Vec::with_capacity(1024 + comment.len()));
    blob.extend_from_slice(MAGIC);
    push(&mut blob, b"none");
    push(&mut blob, b"none");
    push(&mut blob, b"");
    blob.extend_from_slice(&1_u32.to_be_bytes());
    push(&mut blob, &public_blob(public));
    push(&mut blob, &inner);
    blob
}

fn public_blob(public: &[u8]) -> Vec<u8> {
    let mut blob = Vec::with_capacity(64);
    push(&mut blob, NAME);
    push(&mut blob, public);
    blob
}

/// As in `authorized_keys`.
fn public_line(blob: &[u8], comment: &str) -> String {
    let line = format!("ssh-ed25519 {} {comment}", STANDARD.encode(blob));
    line.trim_end().to_owned()
}

/// Every run is short: the comment is the longest.
fn push(out: &mut Vec<u8>, run: &[u8]) {
    out.extend_from_slice(&u32::try_from(run.len()).unwrap_or(u32::MAX).to_be_bytes());
    out.extend_from_slice(run);
}

/// Seed and public key.
fn read_private(blob: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut rest = blob.strip_prefix(MAGIC)?;
    let is_plain = take(&mut rest)? == b"none" && take(&mut rest)? == b"none" && take(&mut rest)?.is_empty();
    rest = rest.strip_prefix(&1_u32.to_be_bytes())?;
    take(&mut rest)?;
    let mut inner = take(&mut rest)?;
    let (checks, after) = inner.split_at_checked(8)?;
    let (one, other) = checks.split_at_checked(4)?;
    inner = after;
    let is_ed25519 = take(&mut inner)? == NAME;
    let public = take(&mut inner)?;
    let (seed, repeated) = take(&mut inner)?.split_at_checked(32)?;
    (is_plain && is_ed25519 && one == other && rest.is_empty() && public == repeated).then_some((seed, public))
}

fn read_public_line(line: &str) -> Option<Vec<u8>> {
    let mut words = line.split_ascii_whitespace();
    let blob = words.next().filter(|kind| kind.as_bytes() == NAME).and_then(|_| words.next())?;
    let blob = STANDARD.decode(blob).ok()?;
    let mut rest = blob.as_slice();
    let is_ed25519 = take(&mut rest)? == NAME;
    let public = take(&mut rest)?;
    (is_ed25519 && rest.is_empty()).then(|| public.to_vec())
}

fn take<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, after) = rest.split_first_chunk::<4>()?;
    let (run, after) = after.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
    *rest = after;
    Some(run)
}

#[cfg(test)]
mod tests;
