//! A share as people keep it.
//!
//! ```text
//! keepwell-share-v1:1f0c33ab:2:3:5:<64 digits>:9d02aa17
//!                   set      │ │ │ point       checksum
//!                       number │ count
//!                              threshold
//! ```
//!
//! The checksum is the beginning of the SHA-256 of all that stands before it. It is made of this share alone, so that it
//! tells nobody anything but its holder, who knows the share. Letters may be capitals, and white space may stand anywhere:
//! shares are printed, and lines break.

use aws_lc_rs::digest::{SHA256, digest};
use subtle::ConstantTimeEq;
use terms::SecretBytes;
use zeroize::Zeroizing;

use super::ShareParameters;
use super::polynomial::{Ordinates, SECRET_LENGTH};
use crate::ShareError;

const FORMAT: &str = "keepwell-share-v1";
const CHECKSUM_LENGTH: usize = 4;
/// More than a share has, whatever white space it is broken by.
const TEXT_BYTES_MAX: usize = 1024;

pub(super) struct Share {
    pub(super) parameters: ShareParameters,
    pub(super) number: u8,
    pub(super) point: Ordinates,
}

impl Share {
    pub(super) fn parse(text: &SecretBytes) -> Result<Self, ShareError> {
        let text = normalised(text)?;
        let (before, checksum) = text.rsplit_once(':').ok_or(ShareError::NotAShare)?;
        let fields: Vec<&str> = before.split(':').collect();
        let [FORMAT, set, number, threshold, count, digits] = fields.as_slice() else {
            return Err(ShareError::NotAShare);
        };
        if *checksum != *hex::encode(checksum_of(before)) {
            return Err(ShareError::Mistyped);
        }
        let mut share = Self {
            parameters: ShareParameters {
                set: [0; 4],
                threshold: threshold.parse().map_err(|_| ShareError::NotAShare)?,
                count: count.parse().map_err(|_| ShareError::NotAShare)?,
            },
            number: number.parse().map_err(|_| ShareError::NotAShare)?,
            point: Box::new(Zeroizing::new([0; SECRET_LENGTH])),
        };
        hex::decode_to_slice(set, &mut share.parameters.set).map_err(|_| ShareError::NotAShare)?;
        hex::decode_to_slice(digits, share.point.as_mut_slice()).map_err(|_| ShareError::NotAShare)?;
        // What this program would not write, it does not take: a share has one text.
        if share.text().is(text.as_bytes()) { Ok(share) } else { Err(ShareError::NotAShare) }
    }

    pub(super) fn text(&self) -> SecretBytes {
        let ShareParameters { set, threshold, count } = self.parameters;
        let mut digits = Zeroizing::new([0; SECRET_LENGTH * 2]);
        // The room is exactly what it takes.
        let _ = hex::encode_to_slice(self.point.as_slice(), digits.as_mut_slice());
        let digits = str::from_utf8(digits.as_slice()).unwrap_or_default();
        // As large as it gets, so that growing leaves no copy behind.
        let mut text = Zeroizing::new(String::with_capacity(TEXT_BYTES_MAX));
        text.push_str(&format!("{FORMAT}:{}:{}:{threshold}:{count}:", hex::encode(set), self.number));
        text.push_str(digits);
        let checksum = hex::encode(checksum_of(&text));
        text.push(':');
        text.push_str(&checksum);
        SecretBytes::copy_of(text.as_bytes())
    }

    pub(super) fn has_same_point(&self, other: &Self) -> bool {
        self.point.as_slice().ct_eq(other.point.as_slice()).into()
    }
}

/// Without white space, in small letters.
fn normalised(text: &SecretBytes) -> Result<Zeroizing<String>, ShareError> {
    let mut plain = Zeroizing::new(String::with_capacity(TEXT_BYTES_MAX));
    if text.len() > TEXT_BYTES_MAX || !text.expose().is_ascii() {
        return Err(ShareError::NotAShare);
    }
    let letters = text.expose().iter().filter(|byte| !byte.is_ascii_whitespace());
    plain.extend(letters.map(|byte| char::from(byte.to_ascii_lowercase())));
    Ok(plain)
}

fn checksum_of(text: &str) -> [u8; CHECKSUM_LENGTH] {
    let hash = digest(&SHA256, text.as_bytes());
    hash.as_ref().first_chunk().copied().unwrap_or_default()
}
