//! KMS keys, as they are kept.

use std::{collections::BTreeMap, fmt, sync::Arc};

use serde::{Deserialize, Serialize};
use terms::{AccountId, Region, Scope, Timestamp, Uid};

use crate::{CommitError, PolicyDocument, Tag};

/// A key with its materials, aliases and grants.
///
/// INVARIANT (revision): every change raises `revision` by one, and is committed only against the revision it read.
///
/// INVARIANT (materials): materials are only ever added, or all destroyed with the key. One that is gone stays as a
/// tombstone without materials, aliases and grants, so that its id never means another key. It never changes again,
/// unless it was one of a multi-Region key: that may be made again, of the materials that the others still have.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyRecord {
    pub scope: Scope,
    pub id: KeyId,
    /// What the trail and jobs know it by. Replicas of a multi-Region key share its id and have uids of their own.
    pub uid: Uid,
    pub arn: Arc<str>,
    pub revision: u64,
    pub details: KeyDetails,
    /// Oldest first, counted from 1 in ciphertexts. The newest seals; all open.
    pub materials: Vec<Arc<KeyMaterialRecord>>,
    /// Ordered by name.
    pub aliases: Vec<AliasRecord>,
    pub grants: BTreeMap<String, Arc<GrantRecord>>,
}

/// The id of a key: random bits, and whether it may have replicas in other Regions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId {
    pub bits: [u8; 16],
    pub is_multi_region: bool,
}

/// What is kept of a key beside its names and grants.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeyDetails {
    pub manager: KeyManager,
    pub usage: KeyUsage,
    pub spec: KeySpec,
    pub state: KeyState,
    pub created_at: Timestamp,
    pub description: String,
    /// Principals stand in it by their ids.
    pub policy: PolicyDocument,
    pub tags: Vec<Tag>,
    /// Of a multi-Region key.
    pub primary_region: Option<Region>,
    pub rotation: Option<Rotation>,
    /// Rotations that were asked for, of which AWS allows so many in a key's life.
    pub on_demand_rotations: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeyManager {
    Aws,
    Customer,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeyUsage {
    EncryptDecrypt,
    GenerateVerifyMac,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeySpec {
    SymmetricDefault,
    Hmac224,
    Hmac256,
    Hmac384,
    Hmac512,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeyState {
    Enabled,
    Disabled,
    PendingDeletion {
        delete_at: Timestamp,
    },
    /// A primary whose replicas must go first; its own window begins then.
    PendingReplicaDeletion {
        window_days: u32,
    },
    /// Without material. Its id stays taken.
    Deleted,
}

/// Automatic rotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rotation {
    pub period_days: u32,
    pub next_at: Timestamp,
}

#[derive(Clone, PartialEq, Eq)]
pub struct KeyMaterialRecord {
    /// `KeyMaterialId`: 64 hexadecimal digits.
    pub id: String,
    pub made_at: Timestamp,
    pub origin: MaterialOrigin,
    /// Wrapped under the account's key.
    pub wrapped: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MaterialOrigin {
    Creation,
    AutomaticRotation,
    OnDemandRotation,
}

/// An alias, unique in its scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AliasRecord {
    /// With `alias/` before it.
    pub name: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantRecord {
    /// 64 hexadecimal digits.
    pub id: String,
    pub name: Option<String>,
    pub created_at: Timestamp,
    /// An ARN, or the id of a user or role: a successor of the same name is not meant.
    pub grantee: String,
    pub retiree: Option<String>,
    pub issuing_account: AccountId,
    /// As `Decrypt`.
    pub operations: Vec<String>,
    pub constraint: Option<GrantConstraint>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum GrantConstraint {
    EncryptionContextEquals(BTreeMap<String, String>),
    EncryptionContextSubset(BTreeMap<String, String>),
}

/// A key before and after. An adapter writes the difference.
#[derive(Clone, Debug)]
pub enum KeyChange {
    /// The id must be free in the Region, whatever the account, and the aliases in the scope.
    Create { after: Arc<KeyRecord> },
    /// The revision must be the one of `before`; `after` carries the next. An alias that comes must be free, or be taken
    /// from another key by an earlier change of the same commit: one that is given before it is taken is a name that is
    /// taken.
    Update { before: Arc<KeyRecord>, after: Arc<KeyRecord> },
}

impl KeyChange {
    /// INVARIANT (revision), INVARIANT (materials)
    pub(crate) fn require_sound(&self) -> Result<(), CommitError> {
        let is_sound = match self {
            Self::Create { after } => after.revision == 1 && !after.is_gone() && after.has_sorted_aliases(),
            Self::Update { before, after } => {
                after.revision == before.revision.saturating_add(1)
                    && (after.uid, after.id, after.scope) == (before.uid, before.id, before.scope)
                    && (!before.is_gone() || after.is_made_again())
                    && if after.is_gone() { after.is_empty() } else { after.materials.starts_with(&before.materials) }
                    && after.has_sorted_aliases()
            }
        };
        if is_sound { Ok(()) } else { Err(CommitError::Internal("a plan broke an invariant of keys".into())) }
    }
}

impl MaterialOrigin {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Creation => "creation",
            Self::AutomaticRotation => "automatic",
            Self::OnDemandRotation => "on-demand",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Creation, Self::AutomaticRotation, Self::OnDemandRotation]
            .into_iter()
            .find(|origin| origin.as_str() == text)
    }
}

impl fmt::Debug for KeyMaterialRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyMaterialRecord({})", self.id)
    }
}

impl KeyRecord {
    pub fn is_gone(&self) -> bool {
        self.details.state == KeyState::Deleted
    }

    fn is_empty(&self) -> bool {
        self.materials.is_empty() && self.aliases.is_empty() && self.grants.is_empty()
    }

    /// Of what is left of a key, may this follow?
    fn is_made_again(&self) -> bool {
        self.id.is_multi_region && !self.is_gone() && !self.materials.is_empty()
    }

    fn has_sorted_aliases(&self) -> bool {
        self.aliases.is_sorted_by(|a, b| a.name < b.name)
    }

    pub fn has_alias(&self, name: &str) -> bool {
        self.aliases.iter().any(|alias| alias.name == name)
    }

    pub fn newest_material(&self) -> Option<(u32, &Arc<KeyMaterialRecord>)> {
        let number = u32::try_from(self.materials.len()).ok()?;
        Some((number, self.materials.last()?))
    }

    /// By its number in ciphertexts.
    pub fn material(&self, number: u32) -> Option<&Arc<KeyMaterialRecord>> {
        let place = usize::try_from(number).ok()?.checked_sub(1)?;
        self.materials.get(place)
    }
}

impl KeyId {
    /// Reads `1234abcd-12ab-34cd-56ef-1234567890ab`, or `mrk-` and 32 hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        match text.strip_prefix("mrk-") {
            Some(digits) => Some(Self { bits: bits(digits)?, is_multi_region: true }),
            None => {
                let lengths = [8, 4, 4, 4, 12];
                let groups = text.split('-');
                let is_formed = groups.clone().count() == lengths.len()
                    && groups.clone().zip(lengths).all(|(group, length)| group.len() == length);
                let digits: String = groups.collect();
                if is_formed { Some(Self { bits: bits(&digits)?, is_multi_region: false }) } else { None }
            }
        }
    }
}

/// Of 32 hexadecimal digits in any case.
fn bits(digits: &str) -> Option<[u8; 16]> {
    let nibble = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let nibbles: Vec<u8> = digits.bytes().map(nibble).collect::<Option<_>>()?;
    let bytes: Vec<u8> = nibbles.as_chunks::<2>().0.iter().map(|[high, low]| high << 4 | low).collect();
    if nibbles.len() == 32 { bytes.try_into().ok() } else { None }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = u128::from_be_bytes(self.bits);
        if self.is_multi_region {
            return write!(f, "mrk-{number:032x}");
        }
        let digits = format!("{number:032x}");
        let mut rest = digits.as_str();
        for length in [8, 4, 4, 4, 12] {
            let (group, behind) = rest.split_at_checked(length).unwrap_or((rest, ""));
            f.write_str(group)?;
            f.write_str(if behind.is_empty() { "" } else { "-" })?;
            rest = behind;
        }
        Ok(())
    }
}

/// `arn:aws:kms:us-east-1:123456789012:key/1234abcd-…`
pub fn key_arn(Scope { account, region }: Scope, id: KeyId) -> Arc<str> {
    format!("arn:{}:kms:{region}:{account}:key/{id}", region.partition()).into()
}

/// `arn:aws:kms:us-east-1:123456789012:alias/app`, of `alias/app`.
pub fn alias_arn(Scope { account, region }: Scope, name: &str) -> String {
    format!("arn:{}:kms:{region}:{account}:{name}", region.partition())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_ids_are_read_as_they_are_written() {
        for text in ["1234abcd-12ab-34cd-56ef-1234567890ab", "mrk-1234abcd12ab34cd56ef1234567890ab"] {
            assert_eq!(KeyId::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(
            KeyId::parse("1234ABCD-12ab-34cd-56ef-1234567890ab"),
            KeyId::parse("1234abcd-12ab-34cd-56ef-1234567890ab")
        );
    }

    #[test]
    fn what_is_no_key_id_is_none() {
        for text in [
            "",
            "app",
            "mrk-",
            "mrk-1234abcd12ab34cd56ef1234567890a",
            "mrk-1234abcd12ab34cd56ef1234567890abc",
            "1234abcd12ab34cd56ef1234567890ab",
            "1234abcd-12ab-34cd-56ef-1234567890a-",
            "1234abcd-12ab-34cd-56ef-1234567890ag",
            "1234abcd-12ab-34cd-56ef-1234567890ab-",
            "ü234abc-12ab-34cd-56ef-1234567890ab",
        ] {
            assert_eq!(KeyId::parse(text), None, "{text}");
        }
    }
}
