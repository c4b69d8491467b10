//! Texts with variables: `${aws:username}`, `${aws:PrincipalTag/team, 'none'}`, and the escapes `${*}`, `${?}`, `${$}`.

use std::borrow::Cow;

use super::{Glob, GlobBuilder};
use crate::{ConditionContext, in_lower_case};

/// A text with wildcards and variables, taken apart.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Template(Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    /// `?`
    One,
    /// `*`
    Run,
    Variable(Variable),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Variable {
    /// In lower case, as contexts are asked.
    pub(crate) key: Box<str>,
    pub(crate) written: Box<str>,
    pub(crate) default: Option<Box<str>>,
}

impl Template {
    /// Without `has_variables`, as in documents of version 2008-10-17, dollar signs mean nothing.
    pub(crate) fn parse(text: &str, has_variables: bool) -> Self {
        let mut template = Self::default();
        let mut rest = text;
        while let Some(letter) = rest.chars().next() {
            if has_variables && let Some((piece, after)) = read_variable(rest) {
                template.push(piece);
                rest = after;
                continue;
            }
            match letter {
                '*' => template.push(Piece::Run),
                '?' => template.push(Piece::One),
                _ => template.push_letter(letter),
            }
            rest = rest.strip_prefix(letter).unwrap_or_default();
        }
        template
    }

    pub(crate) fn variables(&self) -> impl Iterator<Item = &Variable> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Variable(variable) => Some(variable),
            _ => None,
        })
    }

    pub(crate) fn has_variables(&self) -> bool {
        self.variables().next().is_some()
    }

    /// As a pattern. Values of variables are literal. None when a variable has no value.
    pub(crate) fn to_glob(&self, context: Option<&dyn ConditionContext>) -> Option<Glob> {
        let mut builder = GlobBuilder::default();
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => builder.text(text),
                Piece::One => builder.one(),
                Piece::Run => builder.run(),
                Piece::Variable(variable) => builder.text(&variable.resolve(context?)?),
            };
        }
        Some(builder.finish())
    }

    /// As plain text, in which wildcards mean nothing. None when a variable has no value.
    pub(crate) fn to_text(&self, context: Option<&dyn ConditionContext>) -> Option<String> {
        let mut whole = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => whole.push_str(text),
                Piece::One => whole.push('?'),
                Piece::Run => whole.push('*'),
                Piece::Variable(variable) => whole.push_str(&variable.resolve(context?)?),
            }
        }
        Some(whole)
    }

    /// As an ARN's six patterns, parted at the first five colons. A variable's value may be a whole ARN.
    pub(crate) fn to_arn_globs(&self, context: Option<&dyn ConditionContext>) -> Option<[Glob; 6]> {
        let mut fields: [GlobBuilder; 6] = Default::default();
        let mut at = 0;
        for piece in &self.0 {
            let text = match piece {
                Piece::Text(text) => Cow::Borrowed(text),
                Piece::Variable(variable) => Cow::Owned(variable.resolve(context?)?),
                Piece::One | Piece::Run => {
                    let field = fields.get_mut(at)?;
                    if *piece == Piece::One {
                        field.one()
                    } else {
                        field.run()
                    };
                    continue;
                }
            };
            for (number, part) in text.splitn(6 - at, ':').enumerate() {
                at += usize::from(number > 0);
                fields.get_mut(at)?.text(part);
            }
        }
        (at == 5).then(|| fields.map(GlobBuilder::finish))
    }

    fn push(&mut self, piece: Piece) {
        match piece {
            Piece::Text(text) => text.chars().for_each(|letter| self.push_letter(letter)),
            other => self.0.push(other),
        }
    }

    fn push_letter(&mut self, letter: char) {
        match self.0.last_mut() {
            Some(Piece::Text(text)) => text.push(letter),
            _ => self.0.push(Piece::Text(letter.into())),
        }
    }
}

impl Variable {
    /// The key's one value, or the default. A key with several values has none that a variable could take.
    pub(crate) fn resolve(&self, context: &dyn ConditionContext) -> Option<String> {
        let (mut found, mut count) = (None, 0_usize);
        context.values(&self.key, &mut |value| {
            count = count.saturating_add(1);
            found = Some(value.to_owned());
        });
        found.filter(|_| count == 1).or_else(|| self.default.as_deref().map(str::to_owned))
    }
}

/// A variable or an escape at the beginning of the text. What is not well formed is ordinary text.
fn read_variable(text: &str) -> Option<(Piece, &str)> {
    let inner = text.strip_prefix("${")?;
    for escaped in ["*", "?", "$"] {
        if let Some(rest) = inner.strip_prefix(escaped).and_then(|rest| rest.strip_prefix('}')) {
            return Some((Piece::Text(escaped.to_owned()), rest));
        }
    }
    let end = inner.find([',', '}'])?;
    let (written, after) = inner.split_at_checked(end)?;
    let written = written.trim();
    let (default, rest) = match after.strip_prefix(',') {
        None => (None, after.strip_prefix('}')?),
        Some(after) => {
            let (default, after) = after.trim_start().strip_prefix('\'')?.split_once('\'')?;
            (Some(default.into()), after.trim_start().strip_prefix('}')?)
        }
    };
    let is_key = !written.is_empty() && !written.contains(['{', '$', '*', '?', '\'']);
    let variable = Variable { key: in_lower_case(written).into(), written: written.into(), default };
    is_key.then_some((Piece::Variable(variable), rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MapContext;

    fn alice() -> MapContext {
        let mut context = MapContext::default();
        context.insert("aws:username", ["al*ce"]);
        context.insert("aws:TagKeys", ["a", "b"]);
        context
    }

    fn text(template: &str) -> Option<String> {
        Template::parse(template, true).to_text(Some(&alice()))
    }

    #[test]
    fn a_variable_takes_the_value_of_its_key_or_its_default() {
        assert_eq!(text("home/${aws:UserName}/x").as_deref(), Some("home/al*ce/x"));
        assert_eq!(text("${aws:PrincipalTag/team, 'no team'}").as_deref(), Some("no team"));
        assert_eq!(text("${aws:PrincipalTag/team}"), None);
        assert_eq!(text("${aws:TagKeys}"), None);
    }

    #[test]
    fn escapes_are_literal_and_so_are_the_values_of_variables() {
        let glob = Template::parse("${*}${?}${$}-${aws:username}", true).to_glob(Some(&alice())).unwrap();
        assert!(glob.matches("*?$-al*ce"));
        assert!(!glob.matches("x?$-al*ce"));
        assert!(!glob.matches("*?$-alice"));
    }

    #[test]
    fn a_dollar_sign_in_a_document_of_2008_means_nothing() {
        let template = Template::parse("${aws:username}", false);
        assert!(!template.has_variables());
        assert_eq!(template.to_text(None).as_deref(), Some("${aws:username}"));
    }

    #[test]
    fn what_is_no_well_formed_variable_is_text() {
        for odd in ["${", "${}", "$aws:x", "${a, b}", "${a, 'b}", "}${", "${a${b", "${a, 'b' c}"] {
            assert_eq!(text(odd).as_deref(), Some(odd));
        }
    }

    #[test]
    fn an_arn_is_parted_after_its_variables_are_filled_in() {
        let mut context = alice();
        context.insert("aws:SourceArn", ["arn:aws:iam::1:role/*:b"]);
        let fields = |text: &str| Template::parse(text, true).to_arn_globs(Some(&context));
        let whole = fields("${aws:SourceArn}:c*").unwrap();
        assert_eq!(whole[4].as_exact(), Some("1"));
        assert!(whole[5].matches("role/*:b:cd") && !whole[5].matches("role/x:b:cd"));
        assert_eq!(fields("arn:aws:iam::${aws:username}:role/a:b").unwrap()[4].as_exact(), Some("al*ce"));
        assert_eq!(fields("arn:aws:iam"), None);
        assert_eq!(fields("arn:aws:iam::${aws:nobody}:x"), None);
    }
}
