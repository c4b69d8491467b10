//! Conditions that are joined: `()` before `&&` before `||`.

use super::{InvalidPattern, cursor::Cursor};

/// Deeper than anybody writes, and no danger to the stack.
const DEPTH_MAX: usize = 32;

#[derive(Debug)]
pub(super) enum Expression<L> {
    Leaf(L),
    All(Vec<Self>),
    Any(Vec<Self>),
}

/// What reads one condition.
pub(super) type ReadLeaf<'f, L> = &'f mut dyn FnMut(&mut Cursor<'_>) -> Result<L, InvalidPattern>;

impl<L> Expression<L> {
    pub(super) fn parse(cursor: &mut Cursor<'_>, leaf: ReadLeaf<'_, L>) -> Result<Self, InvalidPattern> {
        Self::any(cursor, leaf, 0)
    }

    fn any(cursor: &mut Cursor<'_>, leaf: ReadLeaf<'_, L>, depth: usize) -> Result<Self, InvalidPattern> {
        let mut parts = vec![Self::all(cursor, leaf, depth)?];
        while cursor.eat_spaced("||") {
            parts.push(Self::all(cursor, leaf, depth)?);
        }
        Ok(Self::Any(parts))
    }

    fn all(cursor: &mut Cursor<'_>, leaf: ReadLeaf<'_, L>, depth: usize) -> Result<Self, InvalidPattern> {
        let mut parts = vec![Self::one(cursor, leaf, depth)?];
        while cursor.eat_spaced("&&") {
            parts.push(Self::one(cursor, leaf, depth)?);
        }
        Ok(Self::All(parts))
    }

    fn one(cursor: &mut Cursor<'_>, leaf: ReadLeaf<'_, L>, depth: usize) -> Result<Self, InvalidPattern> {
        if !cursor.eat_spaced("(") {
            cursor.skip_blanks();
            return leaf(cursor).map(Self::Leaf);
        }
        if depth == DEPTH_MAX {
            return Err(InvalidPattern::Form);
        }
        let inside = Self::any(cursor, leaf, depth.saturating_add(1))?;
        cursor.expect(")")?;
        Ok(inside)
    }

    pub(super) fn holds(&self, test: &impl Fn(&L) -> bool) -> bool {
        match self {
            Self::Leaf(leaf) => test(leaf),
            Self::All(parts) => parts.iter().all(|part| part.holds(test)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(test)),
        }
    }

    /// The condition, where there is no other.
    pub(super) fn only(&self) -> Option<&L> {
        match self {
            Self::Leaf(leaf) => Some(leaf),
            Self::All(parts) | Self::Any(parts) => match parts.as_slice() {
                [part] => part.only(),
                _ => None,
            },
        }
    }
}

impl<L> Expression<Option<L>> {
    /// None if one of the conditions is none.
    pub(super) fn flattened(self) -> Option<Expression<L>> {
        let all = |parts: Vec<Self>| parts.into_iter().map(Self::flattened).collect::<Option<Vec<_>>>();
        Some(match self {
            Self::Leaf(leaf) => Expression::Leaf(leaf?),
            Self::All(parts) => Expression::All(all(parts)?),
            Self::Any(parts) => Expression::Any(all(parts)?),
        })
    }
}
