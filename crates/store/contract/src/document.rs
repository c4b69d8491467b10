//! A policy document as it is kept, with its compiled form beside it.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use policy::{Attached, Policy, PolicyKind, PolicySet, PolicySource, SourceKind};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::StoreError;

/// The text as it was saved. Compiled at the first decision that reads it, and once for all records that share it.
#[derive(Clone)]
pub struct PolicyDocument(Arc<Kept>);

struct Kept {
    text: Arc<str>,
    compiled: OnceLock<Option<Arc<Policy>>>,
    /// The document alone, as decisions read the policies of resources.
    set: OnceLock<Option<PolicySet>>,
}

/// A kept document cannot be read. It never grants anything, and since its refusals are unknown too, nothing may be
/// decided without it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a stored policy cannot be read")]
pub struct UnreadablePolicy;

impl PolicyDocument {
    pub fn new(text: impl Into<Arc<str>>) -> Self {
        Self(Arc::new(Kept { text: text.into(), compiled: OnceLock::new(), set: OnceLock::new() }))
    }

    pub fn text(&self) -> &Arc<str> {
        &self.0.text
    }

    /// A document is of one kind wherever it is kept, so the first asker's kind is everybody's.
    pub fn compiled(&self, kind: PolicyKind) -> Result<Arc<Policy>, UnreadablePolicy> {
        let compile = || Policy::parse(&self.0.text, kind).ok().map(Arc::new);
        self.0.compiled.get_or_init(compile).clone().ok_or(UnreadablePolicy)
    }

    /// The document as the policy of one resource: a set of one.
    pub fn as_set(&self, kind: PolicyKind, source: SourceKind) -> Result<&PolicySet, UnreadablePolicy> {
        let build = || {
            let policy = self.compiled(kind).ok()?;
            let source = PolicySource { kind: source, id: "".into() };
            Some(PolicySet::new(vec![Attached { source, policy }]))
        };
        self.0.set.get_or_init(build).as_ref().ok_or(UnreadablePolicy)
    }
}

impl From<UnreadablePolicy> for StoreError {
    fn from(error: UnreadablePolicy) -> Self {
        Self::Internal(error.to_string().into())
    }
}

impl PartialEq for PolicyDocument {
    fn eq(&self, other: &Self) -> bool {
        self.0.text == other.0.text
    }
}

impl Eq for PolicyDocument {}

impl fmt::Debug for PolicyDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0.text, f)
    }
}

impl Serialize for PolicyDocument {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.text)
    }
}

impl<'de> Deserialize<'de> for PolicyDocument {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::new(String::deserialize(deserializer)?))
    }
}
