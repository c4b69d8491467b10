//! Events that are fields with blanks between them.

use super::{InvalidPattern, cursor::Cursor, expression::Expression, value::Comparison};

/// The last field takes what is left of the event, as `[w1=ERROR, w2]` is documented to match events of many words.
#[derive(Debug)]
pub(crate) struct Fields {
    /// From the left.
    first: Vec<Option<Expression<Comparison>>>,
    /// From the right, where `...` stands between them.
    last: Option<Vec<Option<Expression<Comparison>>>>,
}

impl Fields {
    pub(super) fn parse(cursor: &mut Cursor<'_>) -> Result<Self, InvalidPattern> {
        cursor.expect("[")?;
        let mut fields = Self { first: Vec::new(), last: None };
        loop {
            cursor.skip_blanks();
            if cursor.eat("...") {
                // Where fields begin that come behind two of these is not to be told.
                if fields.last.replace(Vec::new()).is_some() {
                    return Err(InvalidPattern::Form);
                }
            } else {
                let field = field(cursor)?;
                fields.last.as_mut().unwrap_or(&mut fields.first).push(field);
            }
            if cursor.eat_spaced(",") {
                continue;
            }
            cursor.expect("]")?;
            break;
        }
        cursor.skip_blanks();
        if cursor.is_at_end() { Ok(fields) } else { Err(cursor.unexpected()) }
    }

    pub(super) fn matches(&self, message: &str) -> bool {
        let holds = |(field, text): (&Option<Expression<Comparison>>, &str)| {
            field.as_ref().is_none_or(|field| field.holds(&|comparison| comparison.holds_for_number(text)))
        };
        match &self.last {
            None => {
                let texts = split(message, self.first.len());
                texts.len() == self.first.len() && self.first.iter().zip(texts).all(holds)
            }
            Some(last) => {
                let texts = split(message, usize::MAX);
                let Some(middle) = texts.len().checked_sub(last.len()) else { return false };
                let Some((left, right)) = texts.split_at_checked(middle) else { return false };
                left.len() >= self.first.len()
                    && self.first.iter().zip(left.iter().copied()).all(holds)
                    && last.iter().zip(right.iter().copied()).all(holds)
            }
        }
    }
}

/// A name alone, or conditions on what it names. Every condition repeats the name.
fn field(cursor: &mut Cursor<'_>) -> Result<Option<Expression<Comparison>>, InvalidPattern> {
    let mut named: Option<String> = None;
    let mut is_blank = false;
    let expression = Expression::parse(cursor, &mut |cursor| {
        let name = cursor.take_while(|character| character.is_alphanumeric() || "_-".contains(character));
        if name.is_empty() {
            return Err(cursor.unexpected());
        }
        if named.as_deref().is_some_and(|first| first != name) || is_blank {
            return Err(InvalidPattern::Form);
        }
        let is_first = named.is_none();
        named = Some(name.to_owned());
        cursor.skip_blanks();
        if is_first && matches!(cursor.peek(), Some(',' | ']')) {
            is_blank = true;
            return Ok(None);
        }
        Comparison::parse(cursor).map(Some)
    })?;
    if is_blank {
        return if matches!(expression.only(), Some(None)) { Ok(None) } else { Err(InvalidPattern::Form) };
    }
    expression.flattened().map(Some).ok_or(InvalidPattern::Form)
}

/// So many fields at most, of which the last has the rest. What stands in brackets or quotes is one field, without them.
fn split(message: &str, limit: usize) -> Vec<&str> {
    let mut fields = Vec::new();
    let mut rest = message.trim();
    while !rest.is_empty() {
        let (field, behind) = next_field(rest);
        let behind = behind.trim_start();
        if fields.len().saturating_add(1) == limit && !behind.is_empty() {
            fields.push(rest);
            return fields;
        }
        fields.push(field);
        rest = behind;
    }
    fields
}

fn next_field(text: &str) -> (&str, &str) {
    for (open, close) in [('[', ']'), ('"', '"')] {
        if let Some((field, behind)) = text.strip_prefix(open).and_then(|inside| inside.split_once(close))
            && behind.chars().next().is_none_or(char::is_whitespace)
        {
            return (field, behind);
        }
    }
    text.split_once(char::is_whitespace).unwrap_or((text, ""))
}
