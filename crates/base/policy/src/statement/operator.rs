//! Names of condition operators.

/// How a condition compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Operator {
    pub(crate) quantifier: Quantifier,
    pub(crate) test: Test,
    pub(crate) is_negated: bool,
    pub(crate) is_if_exists: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quantifier {
    /// For keys of one value.
    None,
    ForAllValues,
    ForAnyValue,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Test {
    Equals,
    EqualsIgnoringCase,
    Like,
    Number(Order),
    Date(Order),
    Bool,
    Binary,
    Network,
    Arn,
    Null,
}

/// How the request's value lies to the policy's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Operator {
    /// Names are written exactly as AWS writes them.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        let (quantifier, name) = match name.split_once(':') {
            Some(("ForAllValues", name)) => (Quantifier::ForAllValues, name),
            Some(("ForAnyValue", name)) => (Quantifier::ForAnyValue, name),
            Some(_) => return None,
            None => (Quantifier::None, name),
        };
        if name == "Null" {
            let is_plain = quantifier == Quantifier::None;
            let null = Self { quantifier, test: Test::Null, is_negated: false, is_if_exists: false };
            return is_plain.then_some(null);
        }
        let (name, is_if_exists) = match name.strip_suffix("IfExists") {
            Some(name) => (name, true),
            None => (name, false),
        };
        let (test, is_negated) = Test::parse(name)?;
        Some(Self { quantifier, test, is_negated, is_if_exists })
    }
}

impl Test {
    fn parse(name: &str) -> Option<(Self, bool)> {
        Some(match name {
            "StringEquals" => (Self::Equals, false),
            "StringNotEquals" => (Self::Equals, true),
            "StringEqualsIgnoreCase" => (Self::EqualsIgnoringCase, false),
            "StringNotEqualsIgnoreCase" => (Self::EqualsIgnoringCase, true),
            "StringLike" => (Self::Like, false),
            "StringNotLike" => (Self::Like, true),
            "Bool" => (Self::Bool, false),
            "BinaryEquals" => (Self::Binary, false),
            "IpAddress" => (Self::Network, false),
            "NotIpAddress" => (Self::Network, true),
            "ArnEquals" | "ArnLike" => (Self::Arn, false),
            "ArnNotEquals" | "ArnNotLike" => (Self::Arn, true),
            _ => {
                let (family, order): (fn(Order) -> Self, _) = match name.strip_prefix("Numeric") {
                    Some(order) => (Self::Number, order),
                    None => (Self::Date, name.strip_prefix("Date")?),
                };
                let (order, is_negated) = Order::parse(order)?;
                (family(order), is_negated)
            }
        })
    }

    /// May the policy's values have variables?
    pub(crate) fn takes_variables(self) -> bool {
        matches!(self, Self::Equals | Self::EqualsIgnoringCase | Self::Like | Self::Arn | Self::Bool)
    }
}

impl Order {
    fn parse(name: &str) -> Option<(Self, bool)> {
        Some(match name {
            "Equals" => (Self::Equal, false),
            "NotEquals" => (Self::Equal, true),
            "LessThan" => (Self::Less, false),
            "LessThanEquals" => (Self::LessOrEqual, false),
            "GreaterThan" => (Self::Greater, false),
            "GreaterThanEquals" => (Self::GreaterOrEqual, false),
            _ => return None,
        })
    }

    pub(crate) fn holds<T: Ord>(self, asked: &T, written: &T) -> bool {
        match self {
            Self::Equal => asked == written,
            Self::Less => asked < written,
            Self::LessOrEqual => asked <= written,
            Self::Greater => asked > written,
            Self::GreaterOrEqual => asked >= written,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operators_are_a_quantifier_a_test_and_a_suffix() {
        let operator = Operator::parse("ForAnyValue:StringNotLikeIfExists").unwrap();
        assert_eq!(operator.quantifier, Quantifier::ForAnyValue);
        assert_eq!(operator.test, Test::Like);
        assert!(operator.is_negated && operator.is_if_exists);
        let operator = Operator::parse("DateLessThanEquals").unwrap();
        assert_eq!(operator.test, Test::Date(Order::LessOrEqual));
        assert!(!operator.is_negated && !operator.is_if_exists);
    }

    #[test]
    fn what_is_no_operator_is_refused() {
        for wrong in [
            "",
            "stringequals",
            "StringEqual",
            "NullIfExists",
            "ForAllValues:Null",
            "ForSomeValues:StringEquals",
            "forallvalues:StringEquals",
            "NumericNotLessThan",
            "IfExists",
            "BinaryNotEquals",
            "StringEqualsIfExistsIfExists",
        ] {
            assert_eq!(Operator::parse(wrong), None, "{wrong}");
        }
    }
}
