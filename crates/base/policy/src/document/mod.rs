//! Policy documents: from text to statements that can be decided from.

mod draft;
mod error;
mod json;
mod position;
mod principals;
mod resource_rules;
mod rewrite;
mod rules;
mod size;
#[cfg(test)]
mod tests;

pub use error::PolicyError;
pub use position::{Position, Span};
pub use principals::{PrincipalElement, PrincipalKind};
pub use rewrite::rewrite_principals;
pub use size::policy_size;

use std::collections::BTreeSet;

use draft::{Draft, DraftCondition, DraftStatement, Element, Version};
use error::Fault;
use json::Unreadable;
use position::Ruler;

use crate::{
    in_lower_case,
    pattern::ResourcePattern,
    statement::{ActionPattern, Condition, Effect, Grantee, Grantees, Listed, Quantifier, Statement},
};

/// A policy document, parsed, validated and compiled.
#[derive(Debug)]
pub struct Policy {
    statements: Vec<Statement>,
    principals: Vec<(PrincipalKind, String)>,
    text_bytes: usize,
}

/// What a document is saved as, which decides the rules it must keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyKind {
    /// Inline and managed policies of users, groups and roles.
    Identity,
    /// A role's trust policy.
    Trust,
    /// A secret's resource policy.
    Resource,
    Session,
    Boundary,
    /// Service control and resource control policies.
    Control,
    /// A VPC endpoint's policy.
    Endpoint,
    /// A key's policy.
    Key,
}

/// The longest document that any operation takes, in characters.
const CHARACTERS_MAX: usize = 131_072;

impl Policy {
    /// Everything that AWS checks when such a policy is saved, but for the sizes that differ from place to place.
    pub fn parse(text: &str, kind: PolicyKind) -> Result<Self, PolicyError> {
        if text.len() > CHARACTERS_MAX && text.chars().count() > CHARACTERS_MAX {
            return Err(Fault::Syntax.told_for(kind).into());
        }
        let draft = Draft::read(text).map_err(|unreadable| Fault::of(unreadable, kind).told_for(kind))?;
        rules::check(&draft, kind).map_err(|fault| fault.told_for(kind))?;
        let mut ruler = Ruler::new(text);
        let has_variables = draft.version == Some(Version::Current);
        let principals = draft.statements.iter().filter_map(|statement| statement.principals.as_ref());
        Ok(Self {
            principals: principals.flat_map(|element| &element.entries).cloned().collect(),
            statements: draft
                .statements
                .into_iter()
                .map(|statement| compile(statement, kind, &mut ruler, has_variables))
                .collect(),
            text_bytes: text.len(),
        })
    }

    pub fn statements(&self) -> &[Statement] {
        &self.statements
    }

    /// How long the text was.
    pub fn text_bytes(&self) -> usize {
        self.text_bytes
    }

    /// The condition keys that its conditions and variables use, as written, each once.
    pub fn context_keys(&self) -> impl Iterator<Item = &str> {
        let conditions = self.statements.iter().flat_map(|statement| &statement.conditions);
        let conditions = conditions.map(|condition| &*condition.written_key);
        let variables = self.statements.iter().flat_map(Statement::variables).map(|variable| &*variable.written);
        let mut seen = BTreeSet::new();
        conditions.chain(variables).filter(move |key| seen.insert(in_lower_case(key)))
    }

    /// The condition keys, in lower case, of which it asks whether all their values are listed.
    pub fn keys_for_all_values(&self) -> impl Iterator<Item = &str> {
        let conditions = self.statements.iter().flat_map(|statement| &statement.conditions);
        let asking = conditions.filter(|condition| condition.operator.quantifier == Quantifier::ForAllValues);
        asking.map(|condition| &*condition.key)
    }

    /// Every entry of its Principal and NotPrincipal elements.
    pub fn principals(&self) -> impl Iterator<Item = PrincipalElement<'_>> {
        self.principals.iter().map(|(kind, text)| PrincipalElement { kind: *kind, text })
    }
}

impl Fault {
    fn of(unreadable: Unreadable, kind: PolicyKind) -> Self {
        match (unreadable, kind) {
            (Unreadable::Json, PolicyKind::Trust) => Self::Json,
            _ => Self::Syntax,
        }
    }

    /// Secrets Manager has words of its own, and fewer; so has KMS for principals.
    fn told_for(self, kind: PolicyKind) -> Self {
        match (self, kind) {
            (Self::Principal { .. }, PolicyKind::Resource) => Self::UnsupportedPrincipal,
            (Self::Principal { .. }, PolicyKind::Key) => Self::InvalidPrincipals,
            (_, PolicyKind::Resource) => Self::ResourcePolicySyntax,
            (fault, _) => fault,
        }
    }
}

fn compile(draft: DraftStatement, kind: PolicyKind, ruler: &mut Ruler<'_>, has_variables: bool) -> Statement {
    let condition = |draft: DraftCondition| {
        Condition::new((&draft.written_operator, draft.operator), &draft.key, &draft.values, has_variables)
    };
    let resources = draft.resources.map(|element| list(element, |text| ResourcePattern::parse(text, has_variables)));
    let resources = if kind == PolicyKind::Key { Some(resources.unwrap_or_else(nothing)) } else { resources };
    Statement {
        sid: draft.sid,
        // Without an effect no document passes the rules.
        effect: draft.effect.unwrap_or(Effect::Deny),
        position: ruler.span(&draft.range),
        grantees: draft.principals.map(|element| Grantees {
            is_negated: element.is_negated,
            entries: element.entries.iter().map(|(kind, text)| Grantee::parse(*kind, text)).collect(),
        }),
        actions: draft.actions.map_or_else(nothing, |element| list(element, ActionPattern::parse)),
        resources,
        conditions: draft.conditions.into_iter().map(condition).collect(),
    }
}

fn list<T>(element: Element<String>, parse: impl Fn(&str) -> T) -> Listed<T> {
    Listed { is_negated: element.is_negated, entries: element.entries.iter().map(|text| parse(text)).collect() }
}

fn nothing<T>() -> Listed<T> {
    Listed { is_negated: false, entries: Vec::new() }
}
