//! Whole numbers of 32 and 64 bits.

use serde::Deserializer;

use crate::read::{NO_INTEGER, NO_LONG, Refusals, Take, UNREADABLE, take};
use crate::violations::Shown;
use crate::write::{NUMBER_SIZE_BOUND, write_number};
use crate::{Description, Excerpt, Given, Kind, Malformed, Path, RecordedKind, Violations};

/// A number of 32 bits.
#[derive(Debug)]
pub struct Integer;

/// A number of 64 bits.
#[derive(Debug)]
pub struct Long;

/// The range of a number.
#[derive(Debug, Clone, Copy)]
pub struct RangeRules {
    min: Option<i64>,
    max: Option<i64>,
}

impl RangeRules {
    const ANY: Self = Self { min: None, max: None };

    #[must_use]
    pub const fn min(mut self, min: i64) -> Self {
        self.min = Some(min);
        self
    }

    #[must_use]
    pub const fn max(mut self, max: i64) -> Self {
        self.max = Some(max);
        self
    }

    fn check(self, number: i64, at: &Path<'_>, found: &mut Violations) {
        if let Some(min) = self.min
            && number < min
        {
            let printed = number.to_string();
            let rule = format_args!("Member must have value greater than or equal to {min}");
            found.add(&Shown::Text(&printed), at, rule);
        }
        if let Some(max) = self.max
            && number > max
        {
            let printed = number.to_string();
            found.add(&Shown::Text(&printed), at, format_args!("Member must have value less than or equal to {max}"));
        }
    }

    fn texts(self) -> Vec<String> {
        let max = self.max.map(|max| format!("Member must have value less than or equal to {max}"));
        let min = self.min.map(|min| format!("Member must have value greater than or equal to {min}"));
        max.into_iter().chain(min).collect()
    }

    fn describe(self, kind: &'static str) -> Description {
        let mut description = Description::of(kind);
        (description.min, description.max) = (self.min, self.max);
        description
    }
}

macro_rules! number {
    ($kind:ident, $value:ty, $name:literal, $refusals:expr) => {
        impl Kind for $kind {
            type Value = $value;
            type Draft = $value;
            type Rules = RangeRules;

            const ANY: RangeRules = RangeRules::ANY;
            const SCALAR: bool = true;

            fn read<'de, D: Deserializer<'de>>(json: D) -> Result<$value, D::Error> {
                take::<Self, D>(json)
            }

            // The texts follow the recorded ones of booleans; for numbers none is recorded.
            fn read_query(given: &Given<'_>) -> Result<$value, Malformed> {
                match given.scalar()? {
                    "" => Err(Malformed(Some(concat!("missing value for ", $name, " type")))),
                    digits => {
                        digits.parse().map_err(|_| Malformed(Some(concat!($name, " must follow xsd1.1 definition"))))
                    }
                }
            }

            fn check(draft: &$value, rules: &RangeRules, at: &Path<'_>, found: &mut Violations) {
                rules.check(i64::from(*draft), at, found);
            }

            fn make(draft: $value) -> Option<$value> {
                Some(draft)
            }

            fn excerpt(draft: &$value, out: &mut Excerpt) {
                out.push(&draft.to_string());
            }

            fn rule_texts(rules: &RangeRules) -> Vec<String> {
                rules.texts()
            }

            fn describe(rules: &RangeRules) -> Description {
                rules.describe($name)
            }

            fn write(value: &$value, out: &mut Vec<u8>) {
                write_number(i64::from(*value), out);
            }

            fn size_bound(_: &$value) -> usize {
                NUMBER_SIZE_BOUND
            }

            fn write_xml(value: &$value, out: &mut Vec<u8>) {
                Self::write(value, out);
            }

            fn xml_size_bound(value: &$value) -> usize {
                Self::size_bound(value)
            }
        }

        impl RecordedKind for $kind {
            fn record(value: &$value, out: &mut Vec<u8>) {
                Self::write(value, out);
            }
        }

        impl Take<'_> for $kind {
            type Draft = $value;
            const REFUSALS: Refusals = $refusals;

            // A number that the type cannot hold is refused without a text; what AWS says then is not recorded.
            fn integer(value: i64) -> Result<$value, &'static str> {
                <$value>::try_from(value).map_err(|_| UNREADABLE)
            }

            fn fraction(value: f64) -> Result<$value, &'static str> {
                Self::integer(cut(value).ok_or(UNREADABLE)?)
            }
        }
    };
}

number!(Integer, i32, "integer", NO_INTEGER);
number!(Long, i64, "long", NO_LONG);

/// The whole part of a fraction, where 64 bits hold it.
pub(crate) fn cut(value: f64) -> Option<i64> {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    #[expect(clippy::cast_possible_truncation, reason = "cut on purpose, within the limit of 64 bits")]
    (-LIMIT..LIMIT).contains(&value).then(|| value.trunc() as i64)
}
