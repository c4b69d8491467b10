//! Policy documents: from text to statements that can be decided from.

mod error;

pub use error::PolicyError;

use error::Fault;

/// A policy document, parsed, validated and compiled.
#[derive(Debug)]
pub struct Policy {
    statements: Vec<Statement>,
    keys: Vec<String>,
    principals: Vec<(PrincipalKind, String)>,
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

/// A statement of a document.
#[derive(Debug)]
pub struct Statement {
    sid: Option<String>,
    effect: Effect,
    position: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    Allow,
    Deny,
}

/// Where a statement stands in its document's text: from its opening brace to just after its closing one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Span {
    pub start: Position,
    pub end: Position,
}

/// A line and a column, both counted from one; columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Position {
    pub line: usize,
    pub column: usize,
}

/// One entry of a Principal or NotPrincipal element. `"*"` counts as an AWS entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PrincipalElement<'a> {
    pub kind: PrincipalKind,
    pub text: &'a str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrincipalKind {
    Aws,
    Service,
    Federated,
    CanonicalUser,
}

impl Policy {
    /// Everything that AWS checks when such a policy is saved, but for its size.
    pub fn parse(_text: &str, _kind: PolicyKind) -> Result<Self, PolicyError> {
        Err(Fault::Syntax.into())
    }

    pub fn statements(&self) -> &[Statement] {
        &self.statements
    }

    /// The condition keys that its conditions and variables use, as written, each once.
    pub fn context_keys(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(String::as_str)
    }

    /// Every entry of its Principal and NotPrincipal elements.
    pub fn principals(&self) -> impl Iterator<Item = PrincipalElement<'_>> {
        self.principals.iter().map(|(kind, text)| PrincipalElement { kind: *kind, text })
    }
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
}

/// How many characters AWS counts: all but whitespace.
pub fn policy_size(text: &str) -> usize {
    text.chars().filter(|letter| !letter.is_whitespace()).count()
}

/// Rewrites each AWS entry of the Principal and NotPrincipal elements for which `change` gives a text, and keeps all
/// else byte for byte.
pub fn rewrite_principals(_text: &str, _change: &dyn Fn(&str) -> Option<String>) -> Result<String, PolicyError> {
    Err(Fault::Syntax.into())
}

/// Does the policy allow broad access? False only when every Allow is provably bounded to fixed accounts, principals,
/// organizations, networks or sources.
pub fn is_public(_policy: &Policy) -> bool {
    true
}
