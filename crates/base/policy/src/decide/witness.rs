//! Who watches a decision being made.

use super::{Layer, request::Request};
use crate::{ConditionContext, set::Found, statement::Condition};

/// Hears of every statement that speaks of the request's action and principal.
pub(crate) trait Witness {
    /// Otherwise it hears only of what matched, and reading stops where nothing can change any more.
    const WANTS_ALL: bool;

    /// Does the statement speak of the resource? A witness that assumes something of the request may know better.
    fn fits(&self, found: &Found<'_>, request: &Request<'_>) -> bool {
        found.statement.speaks_of_resource(&request.target, request.context)
    }

    /// Does the condition hold? Asked as [`Witness::fits`] is.
    fn holds(&self, _: &Found<'_>, condition: &Condition, context: &dyn ConditionContext) -> bool {
        condition.holds(context)
    }

    /// `fits`: whether the statement also speaks of the resource.
    fn asked(&mut self, _layer: Layer, _found: &Found<'_>, _fits: bool, _context: &dyn ConditionContext) {}

    fn matched(&mut self, _layer: Layer, _found: &Found<'_>) {}

    /// Nothing but this condition, the first of those that do not hold, kept the statement from matching.
    fn missed(&mut self, _layer: Layer, _found: &Found<'_>, _condition: &Condition) {}
}

/// Wants to know nothing but the verdict.
pub(crate) struct Nobody;

impl Witness for Nobody {
    const WANTS_ALL: bool = false;
}
