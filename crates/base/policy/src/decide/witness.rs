//! Who watches a decision being made.

use super::Layer;
use crate::{ConditionContext, set::Found, statement::Condition};

/// Hears of every statement that speaks of the request's action and principal.
pub(crate) trait Witness {
    /// Otherwise it hears nothing, and reading stops where nothing can change any more.
    const WANTS_ALL: bool;

    /// `fits`: whether the statement also speaks of the resource.
    fn asked(&mut self, found: &Found<'_>, fits: bool, context: &dyn ConditionContext);

    fn matched(&mut self, layer: Layer, found: &Found<'_>);

    /// Nothing but this condition, the first of those that do not hold, kept the statement from matching.
    fn missed(&mut self, layer: Layer, found: &Found<'_>, condition: &Condition);
}

/// Wants to know nothing but the verdict.
pub(crate) struct Nobody;

impl Witness for Nobody {
    const WANTS_ALL: bool = false;

    fn asked(&mut self, _: &Found<'_>, _: bool, _: &dyn ConditionContext) {}

    fn matched(&mut self, _: Layer, _: &Found<'_>) {}

    fn missed(&mut self, _: Layer, _: &Found<'_>, _: &Condition) {}
}
