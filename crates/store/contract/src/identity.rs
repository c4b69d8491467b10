//! Users, groups, roles and what hangs from them, as they are kept.
//!
//! Names are unique within their kind and account whatever their case; ids are random and never come again, so that
//! policies and sessions which name an id mean one principal and not its successor of the same name.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use terms::Timestamp;

use crate::{CredentialRecord, PolicyDocument, Tag};

/// Inline policies by name.
pub type InlinePolicies = BTreeMap<String, PolicyDocument>;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserRecord {
    /// `AIDA…`
    pub id: String,
    pub name: String,
    /// Begins and ends with a slash.
    pub path: String,
    pub arn: String,
    pub created_at: Timestamp,
    pub tags: Vec<Tag>,
    /// ARN of the managed policy that bounds it.
    pub boundary: Option<String>,
    pub inline: InlinePolicies,
    /// ARNs of managed policies, in the order of their attachment.
    pub attached: Vec<String>,
    pub login_profile: Option<LoginProfile>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoginProfile {
    pub created_at: Timestamp,
    /// A password hash in PHC form; never the password.
    pub password_hash: String,
    pub password_reset_required: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupRecord {
    /// `AGPA…`
    pub id: String,
    pub name: String,
    pub path: String,
    pub arn: String,
    pub created_at: Timestamp,
    pub inline: InlinePolicies,
    pub attached: Vec<String>,
    /// Ids of users.
    pub members: BTreeSet<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleRecord {
    /// `AROA…`
    pub id: String,
    pub name: String,
    pub path: String,
    pub arn: String,
    pub created_at: Timestamp,
    pub description: Option<String>,
    /// Principals stand in it by their ids.
    pub trust_policy: PolicyDocument,
    pub max_session_seconds: u32,
    pub tags: Vec<Tag>,
    pub boundary: Option<String>,
    pub inline: InlinePolicies,
    pub attached: Vec<String>,
}

/// A customer managed policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyRecord {
    /// `ANPA…`
    pub id: String,
    pub name: String,
    pub path: String,
    pub arn: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub description: Option<String>,
    pub tags: Vec<Tag>,
    /// Oldest first. Numbers are never given twice.
    pub versions: Vec<PolicyVersion>,
    pub default_version: u32,
    pub next_version: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyVersion {
    pub number: u32,
    pub created_at: Timestamp,
    pub document: PolicyDocument,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstanceProfileRecord {
    /// `AIPA…`
    pub id: String,
    pub name: String,
    pub path: String,
    pub arn: String,
    pub created_at: Timestamp,
    pub tags: Vec<Tag>,
    /// Id of its role.
    pub role: Option<String>,
}

/// A virtual device that shows one-time codes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MfaDeviceRecord {
    /// Its ARN.
    pub serial_number: String,
    pub created_at: Timestamp,
    /// Sealed by the gate's key for seeds.
    pub sealed_seed: Vec<u8>,
    pub tags: Vec<Tag>,
    pub enabled: Option<EnabledMfa>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnabledMfa {
    /// Id of the user, or the account's number for its root user.
    pub owner: String,
    pub enabled_at: Timestamp,
    /// The time step of the last code that was taken: none is taken twice.
    pub last_step: u64,
}

/// What is the account's own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountSettings {
    pub alias: Option<String>,
}

/// Anything that IAM keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entity {
    User(UserRecord),
    Group(GroupRecord),
    Role(RoleRecord),
    Policy(PolicyRecord),
    InstanceProfile(InstanceProfileRecord),
    MfaDevice(MfaDeviceRecord),
    AccessKey(CredentialRecord),
    Settings(AccountSettings),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntityKind {
    User,
    Group,
    Role,
    Policy,
    InstanceProfile,
    MfaDevice,
    AccessKey,
    Settings,
}

/// Finds an entity within its account: its name with the case folded, an access key's id, a device's serial number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntityKey {
    pub kind: EntityKind,
    pub name: String,
}

impl EntityKey {
    /// Names are alike whatever their case; serial numbers and ids of access keys are what they are.
    pub fn new(kind: EntityKind, name: &str) -> Self {
        let name = match kind {
            EntityKind::AccessKey | EntityKind::MfaDevice | EntityKind::Settings => name.to_owned(),
            _ => name.to_ascii_lowercase(),
        };
        Self { kind, name }
    }
}

impl Entity {
    pub fn kind(&self) -> EntityKind {
        match self {
            Self::User(_) => EntityKind::User,
            Self::Group(_) => EntityKind::Group,
            Self::Role(_) => EntityKind::Role,
            Self::Policy(_) => EntityKind::Policy,
            Self::InstanceProfile(_) => EntityKind::InstanceProfile,
            Self::MfaDevice(_) => EntityKind::MfaDevice,
            Self::AccessKey(_) => EntityKind::AccessKey,
            Self::Settings(_) => EntityKind::Settings,
        }
    }

    pub fn key(&self) -> EntityKey {
        let name = match self {
            Self::User(user) => &user.name,
            Self::Group(group) => &group.name,
            Self::Role(role) => &role.name,
            Self::Policy(policy) => &policy.name,
            Self::InstanceProfile(profile) => &profile.name,
            Self::MfaDevice(device) => &device.serial_number,
            Self::AccessKey(key) => &key.access_key_id,
            Self::Settings(_) => "",
        };
        EntityKey::new(self.kind(), name)
    }
}

impl EntityKind {
    pub const ALL: [Self; 8] = [
        Self::User,
        Self::Group,
        Self::Role,
        Self::Policy,
        Self::InstanceProfile,
        Self::MfaDevice,
        Self::AccessKey,
        Self::Settings,
    ];

    /// As adapters write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Group => "group",
            Self::Role => "role",
            Self::Policy => "policy",
            Self::InstanceProfile => "instance-profile",
            Self::MfaDevice => "mfa",
            Self::AccessKey => "access-key",
            Self::Settings => "settings",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

impl PolicyRecord {
    pub fn version(&self, number: u32) -> Option<&PolicyVersion> {
        self.versions.iter().find(|version| version.number == number)
    }

    /// What the policy says where it is attached.
    pub fn document(&self) -> Option<&PolicyDocument> {
        self.version(self.default_version).map(|version| &version.document)
    }
}
