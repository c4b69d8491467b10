//! Which statements a decision came from, noted so cheaply that every call may do it.

use super::{Decision, Layer, decide_before, witness::Witness};
use crate::{ConditionContext, Documents, Question, set::Found};

/// A statement that matched, as a place in the documents that were read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decider {
    pub layer: Layer,
    /// Counted from zero within the layer's set.
    pub document: u16,
    /// Counted from zero within its document.
    pub statement: u16,
}

/// The first statements that matched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Deciders {
    noted: [Option<Decider>; DECIDERS_MAX],
    count: u8,
}

const DECIDERS_MAX: usize = 6;

/// Decides as [`super::decide`] does, and notes by which statements. Nothing is allocated for it.
pub fn decide_noting(
    question: Question,
    documents: &Documents<'_>,
    context: &dyn ConditionContext,
) -> (Decision, Deciders) {
    let mut deciders = Deciders::default();
    let decision = decide_before(&mut deciders, question, documents, context);
    (decision, deciders)
}

impl Deciders {
    pub fn iter(&self) -> impl Iterator<Item = Decider> {
        self.noted.into_iter().flatten()
    }

    /// Did more match than there was room for?
    pub fn is_cut(&self) -> bool {
        usize::from(self.count) > DECIDERS_MAX
    }
}

impl Witness for Deciders {
    const WANTS_ALL: bool = false;

    fn matched(&mut self, layer: Layer, found: &Found<'_>) {
        if let Some(free) = self.noted.get_mut(usize::from(self.count)) {
            let number = |number: usize| u16::try_from(number).unwrap_or(u16::MAX);
            *free = Some(Decider { layer, document: number(found.document), statement: number(found.number) });
        }
        self.count = self.count.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use terms::RequestId;

    use super::*;
    use crate::{
        Action, Attached, MapContext, Policy, PolicyKind, PolicySet, PolicySource, Resource, SourceKind,
        testing::{account, user},
    };

    fn set(documents: &[&str]) -> PolicySet {
        let attached = |text: &&str| Attached {
            source: PolicySource { kind: SourceKind::User, id: "inline".into() },
            policy: Arc::new(Policy::parse(text, PolicyKind::Identity).unwrap()),
        };
        PolicySet::new(documents.iter().map(attached).collect())
    }

    fn deciders(documents: &[&str]) -> Deciders {
        let identity = set(documents);
        let question = Question {
            principal: user("alice"),
            action: Action::new("secretsmanager:GetSecretValue"),
            resource: Resource::One { arn: "arn:x".into(), account: account(), asked: "x".into() },
            request: RequestId::from_bytes([0; 16]),
        };
        let documents = Documents { identity: &identity, ..Documents::default() };
        let (decision, deciders) = decide_noting(question, &documents, &MapContext::default());
        assert!(decision.is_allowed());
        deciders
    }

    const ALL: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;

    #[test]
    fn what_matched_is_found_again_in_its_document() {
        let second = r#"{"Version":"2012-10-17","Statement":[
            {"Effect":"Allow","Action":"s3:*","Resource":"*"},
            {"Effect":"Deny","Action":"*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}},
            {"Effect":"Allow","Action":"secretsmanager:Get*","Resource":"*"}]}"#;
        let deciders = deciders(&[ALL, second]);
        let places: Vec<_> = deciders.iter().map(|decider| (decider.document, decider.statement)).collect();
        assert!(places.contains(&(0, 0)) && places.contains(&(1, 2)) && places.len() == 2, "{places:?}");
        assert!(!deciders.is_cut());
    }

    #[test]
    fn more_than_there_is_room_for_is_told_as_such() {
        let deciders = deciders(&[ALL; 9]);
        assert_eq!(deciders.iter().count(), DECIDERS_MAX);
        assert!(deciders.is_cut());
    }
}
