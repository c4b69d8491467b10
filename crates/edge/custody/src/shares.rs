//! Custody by several people: any `threshold` of `count` shares open the root key, and fewer tell nothing about it.
//!
//! What is split is a fresh key-encryption key and not the root key: shares can be made anew without touching what the
//! root key seals, old ones are worth nothing once what they opened is gone, and whoever gathers enough of them still
//! needs the store.

mod field;
mod polynomial;
mod share;

use std::fmt;

use seal::KeyMaterial;
use terms::{Entropy, SecretBytes};

use crate::fields::Fields;
use crate::sealed::Parameters;
use crate::{CustodyError, CustodyKind, FormatError, SealedRootKey, ShareError};
use share::Share;

pub const THRESHOLD_MIN: u8 = 2;
pub const COUNT_MAX: u8 = 16;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ShareParameters {
    /// Random: it tells the shares of one sealing from those of another, and nothing about them.
    set: [u8; 4],
    threshold: u8,
    count: u8,
}

impl ShareParameters {
    pub(crate) fn read(fields: &mut Fields<'_>) -> Result<Self, FormatError> {
        let read = Self { set: fields.array()?, threshold: fields.byte()?, count: fields.byte()? };
        if read.is_possible() { Ok(read) } else { Err(FormatError::Damaged) }
    }

    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.set);
        out.extend_from_slice(&[self.threshold, self.count]);
    }

    pub(crate) fn threshold_and_count(self) -> (u8, u8) {
        (self.threshold, self.count)
    }

    fn is_possible(&self) -> bool {
        THRESHOLD_MIN <= self.threshold && self.threshold <= self.count && self.count <= COUNT_MAX
    }
}

impl fmt::Display for ShareParameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} shares of the set {}", self.threshold, self.count, hex::encode(self.set))
    }
}

/// A root key that has been sealed, and the shares that open it.
#[derive(Debug)]
pub struct SealedInShares {
    pub sealed: SealedRootKey,
    /// One text for each person. They are nowhere else.
    pub shares: Vec<SecretBytes>,
}

/// Seals the root key so that any `threshold` of `count` shares open it.
pub fn seal(
    root_key: &SecretBytes,
    deployment: &str,
    threshold: u8,
    count: u8,
    entropy: &dyn Entropy,
) -> Result<SealedInShares, CustodyError> {
    let mut parameters = ShareParameters { set: [0; 4], threshold, count };
    if !parameters.is_possible() {
        return Err(ShareError::NoSuchThreshold.into());
    }
    entropy.fill(&mut parameters.set);
    let key = KeyMaterial::generate(entropy);
    let sealed = SealedRootKey::seal_under(&key, Parameters::Shares(parameters), root_key, deployment, entropy)?;
    let points = polynomial::split(key.expose(), threshold, count, entropy).into_iter();
    let shares = points.map(|(number, point)| Share { parameters, number, point }.text()).collect();
    Ok(SealedInShares { sealed, shares })
}

/// What a share has led to.
#[derive(Debug, PartialEq, Eq)]
pub enum Gathered {
    /// So many more are needed.
    Waiting { missing: u8 },
    /// The root key. The shares have been forgotten.
    Opened(SecretBytes),
}

/// Takes shares one by one, and opens the root key when there are enough. It holds them in memory alone, and wipes them
/// when it is dropped.
pub struct ShareCollector {
    sealed: SealedRootKey,
    parameters: ShareParameters,
    deployment: String,
    held: Vec<Share>,
}

impl ShareCollector {
    pub fn new(sealed: SealedRootKey, deployment: &str) -> Result<Self, CustodyError> {
        let Parameters::Shares(parameters) = sealed.parameters() else {
            return Err(sealed.is_not_for(CustodyKind::Shares));
        };
        let parameters = *parameters;
        Ok(Self { sealed, parameters, deployment: deployment.to_owned(), held: Vec::new() })
    }

    /// Takes a share. One that is refused leaves the others as they are, unless there were enough and they did not open:
    /// nobody can say which of them is false, so that all are forgotten.
    pub fn add(&mut self, text: &SecretBytes) -> Result<Gathered, CustodyError> {
        let share = Share::parse(text)?;
        if share.parameters != self.parameters {
            return Err(ShareError::OtherSet { set: hex::encode(self.parameters.set) }.into());
        }
        if !(1..=self.parameters.count).contains(&share.number) {
            return Err(ShareError::NotAShare.into());
        }
        if let Some(held) = self.held.iter().find(|held| held.number == share.number) {
            let number = share.number;
            let is_same = held.has_same_point(&share);
            return Err(
                if is_same { ShareError::Repeated { number } } else { ShareError::Contradicts { number } }.into()
            );
        }
        self.held.push(share);
        match self.missing() {
            0 => self.open().map(Gathered::Opened),
            missing => Ok(Gathered::Waiting { missing }),
        }
    }

    /// How many more are needed.
    pub fn missing(&self) -> u8 {
        // There are never more than the threshold.
        self.parameters.threshold.saturating_sub(u8::try_from(self.held.len()).unwrap_or(u8::MAX))
    }

    pub fn threshold(&self) -> u8 {
        self.parameters.threshold
    }

    /// Which shares are held, by their numbers.
    pub fn numbers(&self) -> impl Iterator<Item = u8> + '_ {
        self.held.iter().map(|share| share.number)
    }

    /// Begins anew.
    pub fn forget(&mut self) {
        self.held.clear();
    }

    fn open(&mut self) -> Result<SecretBytes, CustodyError> {
        let joined = polynomial::join(self.held.iter().map(|share| (share.number, &share.point)));
        self.forget();
        let key =
            KeyMaterial::from_bytes(&SecretBytes::copy_of(joined.as_slice())).map_err(|_| CustodyError::Library)?;
        Ok(self.sealed.open_under(&key, &self.deployment).ok_or(ShareError::DoNotOpen)?)
    }
}

impl fmt::Debug for ShareCollector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ShareCollector({} of {} needed)", self.held.len(), self.parameters.threshold)
    }
}

#[cfg(test)]
mod tests;
