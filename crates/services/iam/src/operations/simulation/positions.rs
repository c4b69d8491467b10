//! Where AWS lets statements begin.

use std::collections::HashMap;

use policy::{Policy, Position};

/// Where each statement is told to begin, by where it does: AWS tells of the place just behind the sign before it, with the
/// blanks that follow. One walk over the document finds them all.
pub(super) fn starts(text: &str, policy: &Policy) -> HashMap<Position, Position> {
    let mut starts: HashMap<Position, Position> =
        policy.statements().iter().map(|statement| (statement.position().start, statement.position().start)).collect();
    let mut at = Position::default();
    let mut behind = at;
    for letter in text.chars() {
        if let Some(told) = starts.get_mut(&at) {
            *told = behind;
        }
        at = if letter == '\n' {
            Position { line: at.line.saturating_add(1), column: 1 }
        } else {
            Position { column: at.column.saturating_add(1), ..at }
        };
        if !letter.is_whitespace() {
            behind = at;
        }
    }
    starts
}

#[cfg(test)]
mod tests {
    use policy::PolicyKind;

    use super::*;

    #[test]
    fn a_statement_begins_behind_the_sign_before_it() {
        let at = |line, column| Position { line, column };
        let allow = r#""Effect":"Allow","Action":"a:B","Resource":"*"}"#;
        let text = format!("{{\"Version\":\"2012-10-17\",\n  \"Statement\": [\n    {{{allow},\n    {{{allow}]}}");
        let starts = starts(&text, &Policy::parse(&text, PolicyKind::Identity).unwrap());
        assert_eq!(starts.len(), 2);
        assert_eq!(starts[&at(3, 5)], at(2, 17));
        assert_eq!(starts[&at(4, 5)].line, 3);
    }
}
