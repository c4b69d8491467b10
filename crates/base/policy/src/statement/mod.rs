//! Statements, compiled: what decisions compare requests with.

mod action_pattern;
mod condition;
mod grantees;
mod operand;
mod operator;

pub(crate) use action_pattern::{ActionName, ActionPattern};
pub(crate) use condition::{Condition, is_null_value};
pub(crate) use grantees::{Grantee, Grantees, Grants};
pub(crate) use operand::Operand;
pub(crate) use operator::{Operator, Quantifier, Test};

use crate::{
    ConditionContext,
    document::Span,
    pattern::{ResourcePattern, Target, Variable},
};

/// A statement of a document.
#[derive(Debug)]
pub struct Statement {
    pub(crate) sid: Option<String>,
    pub(crate) effect: Effect,
    pub(crate) position: Span,
    /// None where the kind of document has no principals: it speaks of everyone.
    pub(crate) grantees: Option<Grantees>,
    pub(crate) actions: Listed<ActionPattern>,
    /// None in trust policies: the role itself.
    pub(crate) resources: Option<Listed<ResourcePattern>>,
    pub(crate) conditions: Vec<Condition>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    Allow,
    Deny,
}

/// The entries of an element, or of its Not form: then everything but these.
#[derive(Debug)]
pub(crate) struct Listed<T> {
    pub(crate) is_negated: bool,
    pub(crate) entries: Vec<T>,
}

impl Statement {
    pub fn sid(&self) -> Option<&str> {
        self.sid.as_deref()
    }

    pub fn effect(&self) -> Effect {
        self.effect
    }

    pub fn position(&self) -> Span {
        self.position
    }

    pub(crate) fn speaks_of_action(&self, action: &ActionName) -> bool {
        self.actions.includes(|pattern| pattern.matches(action))
    }

    pub(crate) fn speaks_of_resource(&self, target: &Target<'_>, context: &dyn ConditionContext) -> bool {
        let includes = |listed: &Listed<ResourcePattern>| listed.includes(|pattern| pattern.matches(target, context));
        self.resources.as_ref().is_none_or(includes)
    }

    /// In which ways the statement speaks of the principal.
    pub(crate) fn speaks_of(&self, principal: &crate::Principal) -> Grants {
        match (&self.grantees, self.effect) {
            (None, _) => Grants::EVERYONE,
            (Some(grantees), Effect::Allow) => grantees.grants(principal),
            (Some(grantees), Effect::Deny) if grantees.denies(principal) => Grants::EVERYONE,
            (Some(_), Effect::Deny) => Grants::NONE,
        }
    }

    pub(crate) fn variables(&self) -> impl Iterator<Item = &Variable> {
        self.resource_variables().chain(self.conditions.iter().flat_map(Condition::variables))
    }

    pub(crate) fn resource_variables(&self) -> impl Iterator<Item = &Variable> {
        let resources = self.resources.iter().flat_map(|listed| &listed.entries);
        resources.flat_map(ResourcePattern::variables)
    }
}

impl<T> Listed<T> {
    fn includes(&self, matches: impl FnMut(&T) -> bool) -> bool {
        self.entries.iter().any(matches) != self.is_negated
    }
}
