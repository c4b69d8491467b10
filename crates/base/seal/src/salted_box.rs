//! Boxes whose key is used once. The layout is in the documentation of this crate.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use terms::Entropy;
use zeroize::Zeroizing;

use crate::{KeyMaterial, OpenError, SealError};

pub(crate) const SALT_LENGTH: usize = 16;
pub(crate) const NONCE_LENGTH: usize = 12;
pub(crate) const TAG_LENGTH: usize = 16;
/// What a salted box is longer than its content.
pub(crate) const BOX_OVERHEAD: usize = SALT_LENGTH + NONCE_LENGTH + TAG_LENGTH;

/// Appends a salted box to `out`.
pub(crate) fn seal_salted(
    under: &KeyMaterial,
    label: &str,
    aad: &[u8],
    plaintext: &[u8],
    entropy: &dyn Entropy,
    out: &mut Vec<u8>,
) -> Result<(), SealError> {
    let mut salt = [0; SALT_LENGTH];
    entropy.fill(&mut salt);
    out.extend_from_slice(&salt);
    let mut once = Zeroizing::new([0; 32]);
    under.derive_bytes(label, &salt, once.as_mut_slice())?;
    seal_once(&once, aad, plaintext, entropy, out)
}

/// Opens a salted box into `plaintext`, which must have the length of the content.
pub(crate) fn open_salted(
    under: &KeyMaterial,
    label: &str,
    aad: &[u8],
    sealed: &[u8],
    plaintext: &mut [u8],
) -> Result<(), OpenError> {
    let (salt, rest) = sealed.split_first_chunk::<SALT_LENGTH>().ok_or(OpenError)?;
    let mut once = Zeroizing::new([0; 32]);
    under.derive_bytes(label, salt, once.as_mut_slice()).map_err(|_| OpenError)?;
    open_once(&once, aad, rest, plaintext)
}

/// Appends `nonce | ciphertext | tag` to `out`, under a key that must not be used for another sealing.
///
/// The nonce is random all the same: then nothing breaks if that promise is ever kept badly.
pub(crate) fn seal_once(
    key: &[u8; 32],
    aad: &[u8],
    plaintext: &[u8],
    entropy: &dyn Entropy,
    out: &mut Vec<u8>,
) -> Result<(), SealError> {
    let mut nonce = [0; NONCE_LENGTH];
    entropy.fill(&mut nonce);
    out.extend_from_slice(&nonce);

    let start = out.len();
    out.resize(start + plaintext.len() + TAG_LENGTH, 0);
    let room = out.get_mut(start..).ok_or(SealError)?;
    let (ciphertext, tag) = room.split_at_mut_checked(plaintext.len()).ok_or(SealError)?;
    cipher(key)
        .and_then(|cipher| {
            let nonce = Nonce::assume_unique_for_key(nonce);
            cipher.seal_out_of_place_scatter(nonce, Aad::from(aad), plaintext, ciphertext, &[], tag).ok()
        })
        .ok_or(SealError)
}

/// Opens `nonce | ciphertext | tag` into `plaintext`, which must have the length of the content.
pub(crate) fn open_once(key: &[u8; 32], aad: &[u8], sealed: &[u8], plaintext: &mut [u8]) -> Result<(), OpenError> {
    let (nonce, rest) = sealed.split_first_chunk::<NONCE_LENGTH>().ok_or(OpenError)?;
    let (ciphertext, tag) = rest.split_last_chunk::<TAG_LENGTH>().ok_or(OpenError)?;
    if ciphertext.len() != plaintext.len() {
        return Err(OpenError);
    }
    let nonce = Nonce::assume_unique_for_key(*nonce);
    cipher(key)
        .and_then(|cipher| cipher.open_separate_gather(nonce, Aad::from(aad), ciphertext, tag, plaintext).ok())
        .ok_or(OpenError)
}

/// Room for the content of a salted box, wiped when dropped.
pub(crate) fn room_for_content(sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let length = sealed.len().checked_sub(BOX_OVERHEAD).ok_or(OpenError)?;
    Ok(Zeroizing::new(vec![0; length]))
}

fn cipher(key: &[u8; 32]) -> Option<LessSafeKey> {
    UnboundKey::new(&AES_256_GCM, key).ok().map(LessSafeKey::new)
}
