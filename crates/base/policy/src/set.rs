//! Documents that are read together.

use std::sync::Arc;

use crate::{Policy, Statement, index::Index, statement::ActionName};

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
    index: Index,
}

/// A statement of a set.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Found<'a> {
    pub(crate) source: &'a PolicySource,
    /// Which document of the set it stands in.
    pub(crate) document: usize,
    /// Counted from zero within its document.
    pub(crate) number: usize,
    pub(crate) statement: &'a Statement,
}

impl PolicySet {
    pub(crate) const EMPTY: Self = Self { documents: Vec::new(), index: Index::EMPTY };

    pub fn new(documents: Vec<Attached>) -> Self {
        let index = Index::of(documents.iter().map(|attached| attached.policy.statements()));
        Self { documents, index }
    }

    pub fn documents(&self) -> &[Attached] {
        &self.documents
    }

    pub fn is_empty(&self) -> bool {
        self.documents.is_empty()
    }

    /// How long its documents' texts are together.
    pub fn text_bytes(&self) -> usize {
        self.documents.iter().map(|attached| attached.policy.text_bytes()).sum()
    }

    /// The statements that speak of the action, each once.
    pub(crate) fn speaking_of<'a>(&'a self, action: &'a ActionName) -> impl Iterator<Item = Found<'a>> {
        let (sure, unsure) = self.index.candidates(action);
        let find = |place: &crate::index::Place| {
            let attached = self.documents.get(place.document)?;
            let statement = attached.policy.statements().get(place.statement)?;
            let (document, number) = (place.document, place.statement);
            Some(Found { source: &attached.source, document, number, statement })
        };
        let unsure = unsure.into_iter().flatten().filter_map(find);
        let proven = unsure.filter(|found| found.statement.speaks_of_action(action));
        sure.iter().filter_map(find).chain(proven)
    }
}
