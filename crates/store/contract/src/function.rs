//! Functions of Lambda, as they are kept.

use std::{
    collections::{BTreeMap, HashSet},
    fmt,
    sync::Arc,
};

use serde::{Deserialize, Serialize};
use terms::{Scope, Timestamp, Uid};

use crate::{CommitError, PolicyDocument, Tag};

/// A function with its published versions, its aliases and the policies that are attached to any of them. Its code rests
/// apart, [`Reads::function_code`](crate::Reads::function_code).
///
/// INVARIANT (revision): every change raises `revision` by one, and is committed only against the revision it read.
///
/// INVARIANT (code): code is kept exactly as long as a version has it.
#[derive(Clone, Debug, PartialEq)]
pub struct FunctionRecord {
    pub scope: Scope,
    pub name: Arc<str>,
    pub uid: Uid,
    /// Without a qualifier.
    pub arn: Arc<str>,
    pub revision: u64,
    pub details: FunctionDetails,
    /// `$LATEST`.
    pub latest: Arc<FunctionVersion>,
    /// Published, in the order of their numbers.
    pub versions: Vec<Arc<FunctionVersion>>,
}

/// What is kept of a function beside its versions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FunctionDetails {
    pub created_at: Timestamp,
    /// The number that the next published version gets: none is given out twice.
    pub next_version: u64,
    /// By name.
    pub aliases: BTreeMap<String, FunctionAlias>,
    /// By qualifier; `$LATEST` stands for the function without one. Principals stand in them by their ids.
    pub policies: BTreeMap<String, PolicyDocument>,
    pub tags: Vec<Tag>,
    pub reserved_concurrency: Option<u32>,
}

/// A version: `$LATEST`, which changes, or a published one, which does not.
#[derive(Clone, Debug, PartialEq)]
pub struct FunctionVersion {
    /// None for `$LATEST`; counted from 1.
    pub number: Option<u64>,
    pub code: CodeRef,
    pub configuration: FunctionConfiguration,
    /// JSON, sealed. None where no environment was ever given.
    pub environment: Option<SealedBytes>,
}

/// Which code a version runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodeRef {
    pub sha256: [u8; 32],
    /// Of the archive.
    pub bytes: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FunctionConfiguration {
    /// `RevisionId`: another after every change, also of the policy that is attached.
    pub revision_id: String,
    pub modified_at: Timestamp,
    pub description: String,
    /// The execution role's ARN.
    pub role: String,
    pub runtime: String,
    pub handler: String,
    pub timeout_seconds: u32,
    pub memory_mib: u32,
    pub ephemeral_storage_mib: u32,
    pub architecture: String,
    /// None: `/aws/lambda/` and the function's name.
    pub log_group: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FunctionAlias {
    pub revision_id: String,
    pub description: String,
    /// `$LATEST` or a number.
    pub version: String,
    /// Another version, and which part of the calls it gets.
    pub additional: Option<(String, f64)>,
}

/// Sealed bytes of a function, opaque here.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedBytes(Arc<[u8]>);

/// A function's code on its way to the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCode {
    pub sha256: [u8; 32],
    pub sealed: SealedBytes,
}

/// A function before and after. An adapter writes the difference, and forgets code that no version has any more.
#[derive(Clone, Debug)]
pub enum FunctionChange {
    /// The name must be free in the scope.
    Create { after: Arc<FunctionRecord>, code: NewCode },
    /// The revision must be the one of `before`; `after` carries the next. `code` is what no version of `before` has.
    Update { before: Arc<FunctionRecord>, after: Arc<FunctionRecord>, code: Option<NewCode> },
    /// The revision must be the one of `before`.
    Delete { before: Arc<FunctionRecord> },
}

/// The qualifier of the version that changes.
pub const LATEST: &str = "$LATEST";

impl FunctionChange {
    /// The function before, or as it is created.
    pub fn function(&self) -> &Arc<FunctionRecord> {
        match self {
            Self::Create { after, .. } => after,
            Self::Update { before, .. } | Self::Delete { before } => before,
        }
    }

    /// INVARIANT (revision), INVARIANT (code)
    pub(crate) fn require_sound(&self) -> Result<(), CommitError> {
        let is_sound = match self {
            Self::Create { after, code } => {
                after.revision == 1 && after.is_sound() && after.versions().all(|version| version.has(code))
            }
            Self::Update { before, after, code } => {
                let held = before.codes();
                let is_had = |version: &Arc<FunctionVersion>| {
                    held.contains(&version.code.sha256) || code.as_ref().is_some_and(|code| version.has(code))
                };
                after.revision == before.revision.saturating_add(1)
                    && (after.uid, after.scope, &after.name) == (before.uid, before.scope, &before.name)
                    && after.details.next_version >= before.details.next_version
                    && after.is_sound()
                    && after.versions().all(is_had)
                    && code.as_ref().is_none_or(|code| after.has_code(&code.sha256) && !before.has_code(&code.sha256))
            }
            Self::Delete { .. } => true,
        };
        if is_sound { Ok(()) } else { Err(CommitError::Internal("a plan broke an invariant of functions".into())) }
    }
}

impl FunctionRecord {
    /// `$LATEST` and the published versions.
    pub fn versions(&self) -> impl Iterator<Item = &Arc<FunctionVersion>> {
        std::iter::once(&self.latest).chain(&self.versions)
    }

    /// By its qualifier: `$LATEST` or a number.
    pub fn version(&self, qualifier: &str) -> Option<&Arc<FunctionVersion>> {
        if qualifier == LATEST {
            return Some(&self.latest);
        }
        let version = self.numbered(Some(qualifier.parse().ok()?))?;
        // Numbers can be written in other ways, which no version is called.
        (version.qualifier() == qualifier).then_some(version)
    }

    /// By its number. A function may have very many.
    pub fn numbered(&self, number: Option<u64>) -> Option<&Arc<FunctionVersion>> {
        if number.is_none() {
            return Some(&self.latest);
        }
        let place = self.versions.binary_search_by_key(&number, |version| version.number).ok()?;
        self.versions.get(place)
    }

    /// The digests of all code that it has.
    pub fn codes(&self) -> HashSet<[u8; 32]> {
        self.versions().map(|version| version.code.sha256).collect()
    }

    pub fn has_code(&self, sha256: &[u8; 32]) -> bool {
        self.versions().any(|version| version.code.sha256 == *sha256)
    }

    fn is_sound(&self) -> bool {
        let is_given = |number: u64| (1..self.details.next_version).contains(&number);
        self.latest.number.is_none()
            && self.versions.is_sorted_by(|a, b| a.number < b.number)
            && self.versions.iter().all(|version| version.number.is_some_and(is_given))
    }
}

impl FunctionVersion {
    /// `$LATEST`, or the number.
    pub fn qualifier(&self) -> String {
        self.number.map_or_else(|| LATEST.to_owned(), |number| number.to_string())
    }

    fn has(&self, code: &NewCode) -> bool {
        self.code.sha256 == code.sha256
    }
}

impl SealedBytes {
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(bytes.into())
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for SealedBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealedBytes({} bytes)", self.0.len())
    }
}

/// `arn:aws:lambda:us-east-1:123456789012:function:app`
pub fn function_arn(Scope { account, region }: Scope, name: &str) -> Arc<str> {
    format!("arn:{}:lambda:{region}:{account}:function:{name}", region.partition()).into()
}
