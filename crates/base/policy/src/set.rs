//! Documents that are read together.

use std::sync::Arc;

use crate::Policy;

/// A policy document and where it came from.
#[derive(Clone, Debug)]
pub struct Attached {
    pub source: PolicySource,
    pub policy: Arc<Policy>,
}

/// Where a document came from: its ARN, or for an inline policy something like `user/alice/inline-name`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicySource {
    pub kind: SourceKind,
    pub id: Arc<str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SourceKind {
    User,
    Group,
    Role,
    AwsManaged,
    UserManaged,
    Resource,
    Boundary,
    Session,
    ServiceControl,
    ResourceControl,
    Endpoint,
    Trust,
    Input,
}

/// Documents that are read together, indexed by service and action. Built once, then only read.
#[derive(Debug, Default)]
pub struct PolicySet {
    documents: Vec<Attached>,
}

impl PolicySet {
    pub(crate) const EMPTY: Self = Self { documents: Vec::new() };

    pub fn new(documents: Vec<Attached>) -> Self {
        Self { documents }
    }

    pub fn documents(&self) -> &[Attached] {
        &self.documents
    }

    pub fn is_empty(&self) -> bool {
        self.documents.is_empty()
    }
}
