//! Regions, the partitions they lie in, and the scope (account and region) that every tenant row begins with.

use std::fmt;

use crate::AccountId;

const LENGTH_MAX: usize = 31;

/// A region code such as `us-east-1`. Copied freely: it is part of every key.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Region {
    text: [u8; LENGTH_MAX],
    length: u8,
}

/// The text is no region code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a region is lower-case words and a number joined by hyphens, such as us-east-1")]
pub struct InvalidRegion;

/// The part of AWS's world a region belongs to, the second element of every ARN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Partition {
    Aws,
    AwsCn,
    AwsUsGov,
}

/// An account in a region: where a secret lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct Scope {
    pub account: AccountId,
    pub region: Region,
}

impl Region {
    /// Follows the service model's pattern, `^([a-z]+-)+\d+$`.
    pub fn parse(text: &str) -> Result<Self, InvalidRegion> {
        let (words, number) = text.rsplit_once('-').ok_or(InvalidRegion)?;
        let is_number = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
        let are_words = words.split('-').all(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase()));
        let length = u8::try_from(text.len()).map_err(|_| InvalidRegion)?;
        let mut bytes = [0; LENGTH_MAX];
        let room = bytes.get_mut(..text.len()).ok_or(InvalidRegion)?;
        if !is_number || !are_words {
            return Err(InvalidRegion);
        }
        room.copy_from_slice(text.as_bytes());
        Ok(Self { text: bytes, length })
    }

    pub fn as_str(&self) -> &str {
        let text = self.text.get(..usize::from(self.length)).unwrap_or_default();
        std::str::from_utf8(text).unwrap_or_default()
    }

    pub fn partition(&self) -> Partition {
        let text = self.as_str();
        if text.starts_with("cn-") {
            Partition::AwsCn
        } else if text.starts_with("us-gov-") {
            Partition::AwsUsGov
        } else {
            Partition::Aws
        }
    }
}

impl Partition {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Aws => "aws",
            Self::AwsCn => "aws-cn",
            Self::AwsUsGov => "aws-us-gov",
        }
    }
}

impl Scope {
    pub fn new(account: AccountId, region: Region) -> Self {
        Self { account, region }
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl serde::Serialize for Region {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> serde::Deserialize<'de> for Region {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn region_codes_are_taken_and_other_text_is_refused() {
        for right in ["us-east-1", "eu-central-1", "us-gov-west-1", "cn-north-1", "ap-southeast-10"] {
            assert_eq!(Region::parse(right).unwrap().as_str(), right);
        }
        for wrong in ["", "us", "us-east", "-1", "us--1", "US-EAST-1", "us-east-1a", "us-east-1 ", "us east-1"] {
            assert_eq!(Region::parse(wrong), Err(InvalidRegion), "{wrong}");
        }
        assert_eq!(Region::parse(&format!("{}-1", "a".repeat(40))), Err(InvalidRegion));
    }

    #[test]
    fn a_region_names_its_partition() {
        assert_eq!(Region::parse("us-east-1").unwrap().partition(), Partition::Aws);
        assert_eq!(Region::parse("cn-north-1").unwrap().partition(), Partition::AwsCn);
        assert_eq!(Region::parse("us-gov-west-1").unwrap().partition(), Partition::AwsUsGov);
    }
}
