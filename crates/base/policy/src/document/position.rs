//! Lines and columns.

/// Where a statement stands in its document's text: from its opening brace to just after its closing one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Span {
    pub start: Position,
    pub end: Position,
}

/// A line and a column, both counted from one; columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Position {
    pub line: usize,
    pub column: usize,
}

impl Default for Position {
    fn default() -> Self {
        Self { line: 1, column: 1 }
    }
}

/// Walks a text once, so that positions are asked for in their order.
pub(crate) struct Ruler<'t> {
    rest: &'t str,
    /// In bytes, of what was walked.
    offset: usize,
    position: Position,
}

impl<'t> Ruler<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Self { rest: text, offset: 0, position: Position::default() }
    }

    pub(crate) fn span(&mut self, range: &std::ops::Range<usize>) -> Span {
        Span { start: self.walk_to(range.start), end: self.walk_to(range.end) }
    }

    fn walk_to(&mut self, offset: usize) -> Position {
        let step = offset.saturating_sub(self.offset);
        let (walked, rest) = self.rest.split_at_checked(step).unwrap_or((self.rest, ""));
        for letter in walked.chars() {
            if letter == '\n' {
                self.position = Position { line: self.position.line + 1, column: 1 };
            } else {
                self.position.column += 1;
            }
        }
        (self.rest, self.offset) = (rest, offset);
        self.position
    }
}
