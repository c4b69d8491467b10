//! Conditions: an operator, a key and values.

use std::borrow::Cow;

use super::{
    operand::{Operand, parse_bool},
    operator::{Operator, Quantifier, Test},
};
use crate::{
    ConditionContext, in_lower_case,
    pattern::{Template, Variable},
};

/// One key of one operator. All conditions of a statement must hold.
#[derive(Debug)]
pub(crate) struct Condition {
    pub(crate) operator: Operator,
    pub(crate) written_operator: Box<str>,
    /// In lower case, as contexts are asked.
    pub(crate) key: Box<str>,
    pub(crate) written_key: Box<str>,
    pub(crate) operands: Vec<Operand>,
    has_variables: bool,
}

/// What one request's values of the key are to the operands.
#[derive(Debug, Default)]
struct Tally {
    count: usize,
    matching: usize,
    has_text: bool,
}

impl Condition {
    pub(crate) fn new(
        (written_operator, operator): (&str, Operator),
        written_key: &str,
        values: &[String],
        has_variables: bool,
    ) -> Self {
        let operand = |value: &String| Operand::new(operator.test, value, has_variables);
        let operands: Vec<Operand> = values.iter().map(operand).collect();
        Self {
            operator,
            written_operator: written_operator.into(),
            key: in_lower_case(written_key).into(),
            written_key: written_key.into(),
            has_variables: operands.iter().any(|operand| matches!(operand, Operand::Deferred(..))),
            operands,
        }
    }

    pub(crate) fn holds(&self, context: &dyn ConditionContext) -> bool {
        let operands = self.fill_in(context);
        let mut tally = Tally::default();
        let is_present = context.values(&self.key, &mut |value| {
            tally.count = tally.count.saturating_add(1);
            tally.has_text |= !value.is_empty();
            if operands.iter().any(|operand| operand.matches(value)) {
                tally.matching = tally.matching.saturating_add(1);
            }
        });
        let Operator { quantifier, test, is_negated, is_if_exists } = self.operator;
        if test == Test::Null {
            return self.wants_null(!is_present || tally.count == 0);
        }
        if !is_present && is_if_exists {
            return true;
        }
        // To the set operators, nothing but empty texts is an empty set.
        if quantifier != Quantifier::None && !tally.has_text {
            tally = Tally::default();
        }
        match (quantifier, is_negated) {
            (Quantifier::None, false) => tally.matching > 0,
            (Quantifier::None | Quantifier::ForAllValues, true) => tally.matching == 0,
            (Quantifier::ForAllValues, false) => tally.matching == tally.count,
            (Quantifier::ForAnyValue, false) => tally.matching > 0,
            (Quantifier::ForAnyValue, true) => tally.matching < tally.count,
        }
    }

    pub(crate) fn variables(&self) -> impl Iterator<Item = &Variable> {
        let templates = self.operands.iter().filter_map(Operand::template);
        templates.flat_map(Template::variables)
    }

    fn wants_null(&self, is_null: bool) -> bool {
        self.operands.iter().any(|operand| matches!(operand, Operand::Bool(wanted) if *wanted == is_null))
    }

    fn fill_in(&self, context: &dyn ConditionContext) -> Cow<'_, [Operand]> {
        if !self.has_variables {
            return Cow::Borrowed(&self.operands);
        }
        let fill_in = |operand: &Operand| match operand {
            Operand::Deferred(test, template) => Operand::fill_in(*test, template, Some(context)),
            other => other.clone(),
        };
        Cow::Owned(self.operands.iter().map(fill_in).collect())
    }
}

/// Is the text a value that `Null` knows?
pub(crate) fn is_null_value(text: &str) -> bool {
    parse_bool(text).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MapContext;

    fn holds(operator: &str, written: &[&str], asked: Option<&[&str]>) -> bool {
        let mut context = MapContext::default();
        if let Some(values) = asked {
            context.insert("App:Key", values.iter().copied());
        }
        let values: Vec<String> = written.iter().map(|value| (*value).to_owned()).collect();
        let parsed = Operator::parse(operator).unwrap();
        Condition::new((operator, parsed), "app:KEY", &values, true).holds(&context)
    }

    /// Section by section, the documented table of absent, single and several values.
    #[test]
    fn the_truth_table_of_operators_and_missing_keys_is_kept() {
        const ABSENT: Option<&[&str]> = None;
        const EMPTY: Option<&[&str]> = Some(&[]);
        const A: Option<&[&str]> = Some(&["a"]);
        const X: Option<&[&str]> = Some(&["x"]);
        const AB: Option<&[&str]> = Some(&["a", "b"]);
        const AX: Option<&[&str]> = Some(&["a", "x"]);
        const XY: Option<&[&str]> = Some(&["x", "y"]);
        let columns = [ABSENT, EMPTY, A, X, AB, AX, XY];
        let (yes, no) = (true, false);
        for (operator, expected) in [
            ("StringEquals", [no, no, yes, no, yes, yes, no]),
            ("StringNotEquals", [yes, yes, no, yes, no, no, yes]),
            ("StringEqualsIfExists", [yes, no, yes, no, yes, yes, no]),
            ("StringNotEqualsIfExists", [yes, yes, no, yes, no, no, yes]),
            ("ForAllValues:StringEquals", [yes, yes, yes, no, yes, no, no]),
            ("ForAllValues:StringNotEquals", [yes, yes, no, yes, no, no, yes]),
            ("ForAnyValue:StringEquals", [no, no, yes, no, yes, yes, no]),
            ("ForAnyValue:StringNotEquals", [no, no, no, yes, no, yes, yes]),
            ("ForAnyValue:StringEqualsIfExists", [yes, no, yes, no, yes, yes, no]),
            ("ForAllValues:StringEqualsIfExists", [yes, yes, yes, no, yes, no, no]),
        ] {
            for (asked, expected) in columns.iter().zip(expected) {
                assert_eq!(holds(operator, &["a", "b"], *asked), expected, "{operator} {asked:?}");
            }
        }
        for (asked, is_null) in [(ABSENT, yes), (EMPTY, yes), (A, no), (AB, no)] {
            assert_eq!(holds("Null", &["true"], asked), is_null, "{asked:?}");
            assert_eq!(holds("Null", &["false"], asked), !is_null, "{asked:?}");
        }
    }

    #[test]
    fn an_empty_text_is_a_value_but_an_empty_set() {
        let blank: Option<&[&str]> = Some(&[""]);
        assert!(holds("StringEquals", &[""], blank));
        assert!(!holds("StringNotEquals", &[""], blank));
        assert!(holds("ForAllValues:StringEquals", &["a"], blank));
        assert!(!holds("ForAnyValue:StringEquals", &[""], blank));
        assert!(!holds("ForAnyValue:StringNotEquals", &["a"], blank));
        assert!(holds("ForAnyValue:StringEquals", &[""], Some(&["", "b"])));
    }

    #[test]
    fn a_variable_without_value_fails_what_is_positive_and_holds_what_is_negated() {
        let unknown = &["${aws:PrincipalTag/Team}"];
        assert!(!holds("StringEquals", unknown, Some(&["a"])));
        assert!(holds("StringNotEquals", unknown, Some(&["a"])));
        assert!(!holds("StringNotEquals", &["${aws:PrincipalTag/Team}", "a"], Some(&["a"])));
        assert!(holds("StringEquals", &["${app:Key}"], Some(&["a"])));
        assert!(holds("StringEquals", &["${aws:PrincipalTag/Team, 'a'}"], Some(&["a"])));
    }
}
