//! Ids and staging labels of versions.

use std::{
    borrow::Borrow,
    fmt,
    sync::{Arc, LazyLock},
};

pub const AWSCURRENT: &str = "AWSCURRENT";
pub const AWSPREVIOUS: &str = "AWSPREVIOUS";
pub const AWSPENDING: &str = "AWSPENDING";

/// The id of a version: the ClientRequestToken of the call that made it. 32 to 64 characters of any kind (Terraform
/// sends `terraform-20260202192845100500000001`); the length is checked with the request's shape.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct VersionId(Arc<str>);

/// A staging label: 1 to 256 characters of any kind, case-sensitive.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StagingLabel(Arc<str>);

impl VersionId {
    pub fn new(text: &str) -> Self {
        Self(text.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl StagingLabel {
    pub fn new(text: &str) -> Self {
        // Nearly every label is one of these three, so they share their text.
        static SHARED: LazyLock<[Arc<str>; 3]> = LazyLock::new(|| [AWSCURRENT, AWSPREVIOUS, AWSPENDING].map(Arc::from));
        match SHARED.iter().find(|shared| ***shared == *text) {
            Some(shared) => Self(Arc::clone(shared)),
            None => Self(text.into()),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for VersionId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for StagingLabel {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl PartialEq<str> for VersionId {
    fn eq(&self, other: &str) -> bool {
        *self.0 == *other
    }
}

impl PartialEq<str> for StagingLabel {
    fn eq(&self, other: &str) -> bool {
        *self.0 == *other
    }
}

impl fmt::Display for VersionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for StagingLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for VersionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Debug for StagingLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}
