//! A condition's values, ready to be compared.

use base64::{Engine, engine::general_purpose::STANDARD};

use super::operator::{Order, Test};
use crate::{
    ConditionContext, is_same_in_any_case,
    pattern::{ArnGlob, Glob, Template},
    value::{Decimal, Network, parse_moment},
};

/// One value of a condition.
#[derive(Debug, Clone)]
pub(crate) enum Operand {
    Text(Box<str>),
    TextIgnoringCase(Box<str>),
    Like(Glob),
    Number(Order, Decimal),
    Date(Order, jiff::Timestamp),
    Bool(bool),
    Bytes(Box<[u8]>),
    Network(Network),
    Arn(ArnGlob),
    /// Has variables, which each request fills in.
    Deferred(Test, Template),
    /// Not of the operator's type: no request's value is like it.
    Never,
}

impl Operand {
    pub(crate) fn new(test: Test, text: &str, has_variables: bool) -> Self {
        if test.takes_variables() {
            let template = Template::parse(text, has_variables);
            if template.has_variables() {
                return Self::Deferred(test, template);
            }
            return Self::fill_in(test, &template, None);
        }
        let made = match test {
            Test::Number(order) => Decimal::parse(text).map(|number| Self::Number(order, number)),
            Test::Date(order) => parse_moment(text).map(|moment| Self::Date(order, moment)),
            Test::Binary => STANDARD.decode(text).ok().map(|bytes| Self::Bytes(bytes.into())),
            Test::Network => Network::parse(text).map(Self::Network),
            _ => parse_bool(text).map(Self::Bool),
        };
        made.unwrap_or(Self::Never)
    }

    /// What a template is within one request. A variable without a value makes the whole value match nothing.
    pub(crate) fn fill_in(test: Test, template: &Template, context: Option<&dyn ConditionContext>) -> Self {
        let text = || template.to_text(context);
        let made = match test {
            Test::Like => template.to_glob(context).map(Self::Like),
            Test::Arn => ArnGlob::new(template, context).map(Self::Arn),
            Test::EqualsIgnoringCase => text().map(|text| Self::TextIgnoringCase(text.into())),
            Test::Bool => text().and_then(|text| parse_bool(&text)).map(Self::Bool),
            _ => text().map(|text| Self::Text(text.into())),
        };
        made.unwrap_or(Self::Never)
    }

    /// What waits to be filled in.
    pub(crate) fn template(&self) -> Option<&Template> {
        match self {
            Self::Deferred(_, template) => Some(template),
            _ => None,
        }
    }

    pub(crate) fn matches(&self, value: &str) -> bool {
        match self {
            Self::Text(text) => **text == *value,
            Self::TextIgnoringCase(text) => is_same_in_any_case(text, value),
            Self::Like(glob) => glob.matches(value),
            Self::Number(order, number) => Decimal::parse(value).is_some_and(|asked| order.holds(&asked, number)),
            Self::Date(order, moment) => parse_moment(value).is_some_and(|asked| order.holds(&asked, moment)),
            Self::Bool(wanted) => parse_bool(value) == Some(*wanted),
            Self::Bytes(bytes) => STANDARD.decode(value).is_ok_and(|asked| *asked == **bytes),
            Self::Network(network) => network.contains(value),
            Self::Arn(arn) => arn.matches(value),
            Self::Deferred(..) | Self::Never => false,
        }
    }
}

pub(crate) fn parse_bool(text: &str) -> Option<bool> {
    match () {
        () if text.eq_ignore_ascii_case("true") => Some(true),
        () if text.eq_ignore_ascii_case("false") => Some(false),
        () => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(test: Test, written: &str, asked: &str) -> bool {
        Operand::new(test, written, true).matches(asked)
    }

    #[test]
    fn each_test_compares_in_its_own_way() {
        assert!(matches(Test::Equals, "a*", "a*"));
        assert!(!matches(Test::Equals, "a*", "ab"));
        assert!(matches(Test::EqualsIgnoringCase, "ÄB", "äb"));
        assert!(matches(Test::EqualsIgnoringCase, "ΟΔΟΣ", "οδος"));
        assert!(matches(Test::Like, "a*", "ab"));
        assert!(!matches(Test::Like, "A*", "ab"));
        assert!(matches(Test::Like, "${*}a", "*a"));
        assert!(matches(Test::Number(Order::Less), "10", "9.5"));
        assert!(matches(Test::Date(Order::Greater), "2020-01-01T00:00:00Z", "1600000000"));
        assert!(matches(Test::Bool, "True", "true"));
        assert!(matches(Test::Binary, "AQI=", "AQI="));
        assert!(matches(Test::Network, "10.0.0.0/8", "10.1.2.3"));
        assert!(matches(Test::Arn, "arn:aws:iam::*:role/*", "arn:aws:iam::1:role/a:b"));
        assert!(!matches(Test::Arn, "*", "arn:aws:iam::1:role/a"));
    }

    #[test]
    fn values_that_are_not_of_the_type_match_nothing() {
        assert!(!matches(Test::Number(Order::Equal), "ten", "ten"));
        assert!(!matches(Test::Number(Order::Equal), "10", "ten"));
        assert!(!matches(Test::Bool, "yes", "yes"));
        assert!(!matches(Test::Binary, "?", "?"));
        assert!(!matches(Test::Network, "${aws:SourceIp}", "10.1.2.3"));
    }
}
