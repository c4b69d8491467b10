//! A decision that explains itself.

use crate::{
    ConditionContext, Documents, Inquiry,
    decide::{Layer, Verdict},
    document::{Effect, Span},
    set::PolicySource,
};

/// How an inquiry was decided, and by what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    pub verdict: Verdict,
    /// One for each layer that was looked at.
    pub layers: Vec<LayerAnswer>,
    /// Statements that matched.
    pub matched: Vec<Matched>,
    /// Statements that would have matched but for their conditions.
    pub near_misses: Vec<NearMiss>,
    /// Condition keys that statements needed and the context lacked, as the policies write them; sorted, each once.
    pub missing_keys: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LayerAnswer {
    pub layer: Layer,
    pub answer: Answer,
    /// Nothing is allowed without this layer's Allow.
    pub is_required: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Allowed,
    ExplicitDeny,
    ImplicitDeny,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matched {
    pub source: PolicySource,
    /// Counted from zero within its document.
    pub statement: usize,
    pub sid: Option<String>,
    pub effect: Effect,
    pub layer: Layer,
    pub position: Span,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NearMiss {
    pub source: PolicySource,
    /// Counted from zero within its document.
    pub statement: usize,
    pub sid: Option<String>,
    pub effect: Effect,
    pub layer: Layer,
    /// As the policy writes it, such as `ForAnyValue:StringLike`.
    pub operator: String,
    pub key: String,
}

/// Answers like [`crate::decide`], and says why.
pub fn explain(inquiry: &Inquiry<'_>, _documents: &Documents<'_>, _context: &dyn ConditionContext) -> Explanation {
    let cause = crate::Cause { layer: Layer::Identity, is_explicit: false };
    let _ = inquiry;
    Explanation {
        verdict: Verdict::Denied(cause),
        layers: Vec::new(),
        matched: Vec::new(),
        near_misses: Vec::new(),
        missing_keys: Vec::new(),
    }
}
