//! Numbers with a fraction.

use std::hash::{Hash, Hasher};

use serde::Deserializer;

use crate::read::{NO_DOUBLE, Refusals, Take, UNREADABLE, take};
use crate::violations::Shown;
use crate::{Description, Excerpt, Given, Kind, Malformed, Path, RecordedKind, Violations};

/// A number of 64 bits with a fraction.
#[derive(Debug)]
pub struct Double;

/// A number that is one: neither infinite nor undefined, so that it equals itself.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default)]
pub struct Finite(f64);

impl Finite {
    pub fn new(number: f64) -> Option<Self> {
        // Zero has one sign only, so that what is equal is written alike.
        number.is_finite().then_some(Self(number + 0.0))
    }

    pub fn get(self) -> f64 {
        self.0
    }
}

impl Eq for Finite {}

impl Hash for Finite {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.to_bits().hash(state);
    }
}

/// The range of a number; the bounds of every model are whole.
#[derive(Debug, Clone, Copy)]
pub struct DoubleRules {
    min: Option<i32>,
    max: Option<i32>,
}

impl DoubleRules {
    #[must_use]
    pub const fn min(mut self, min: i32) -> Self {
        self.min = Some(min);
        self
    }

    #[must_use]
    pub const fn max(mut self, max: i32) -> Self {
        self.max = Some(max);
        self
    }

    /// Recorded on Lambda: `Member must have value less than or equal to 1.0`.
    fn texts(self) -> Vec<String> {
        let max = self.max.map(|max| format!("Member must have value less than or equal to {max}.0"));
        let min = self.min.map(|min| format!("Member must have value greater than or equal to {min}.0"));
        max.into_iter().chain(min).collect()
    }
}

impl Kind for Double {
    type Value = Finite;
    type Draft = Finite;
    type Rules = DoubleRules;

    const ANY: DoubleRules = DoubleRules { min: None, max: None };
    const SCALAR: bool = true;

    fn read<'de, D: Deserializer<'de>>(json: D) -> Result<Finite, D::Error> {
        take::<Self, D>(json)
    }

    // The texts follow the recorded ones of booleans; for numbers none is recorded.
    fn read_query(given: &Given<'_>) -> Result<Finite, Malformed> {
        match given.scalar()? {
            "" => Err(Malformed(Some("missing value for double type"))),
            digits => {
                let number = digits.parse().ok().and_then(Finite::new);
                number.ok_or(Malformed(Some("double must follow xsd1.1 definition")))
            }
        }
    }

    fn check(draft: &Finite, rules: &DoubleRules, at: &Path<'_>, found: &mut Violations) {
        let printed = printed(*draft);
        if let Some(min) = rules.min
            && draft.get() < f64::from(min)
        {
            let rule = format_args!("Member must have value greater than or equal to {min}.0");
            found.add(&Shown::Text(&printed), at, rule);
        }
        if let Some(max) = rules.max
            && draft.get() > f64::from(max)
        {
            let rule = format_args!("Member must have value less than or equal to {max}.0");
            found.add(&Shown::Text(&printed), at, rule);
        }
    }

    fn make(draft: Finite) -> Option<Finite> {
        Some(draft)
    }

    fn excerpt(draft: &Finite, out: &mut Excerpt) {
        out.push(&printed(*draft));
    }

    fn rule_texts(rules: &DoubleRules) -> Vec<String> {
        rules.texts()
    }

    fn describe(rules: &DoubleRules) -> Description {
        let mut description = Description::of("double");
        (description.min, description.max) = (rules.min.map(i64::from), rules.max.map(i64::from));
        description
    }

    fn write(value: &Finite, out: &mut Vec<u8>) {
        out.extend_from_slice(printed(*value).as_bytes());
    }

    /// Seventeen digits, a point, two signs, and an exponent of three digits behind its letter.
    fn size_bound(_: &Finite) -> usize {
        24
    }

    fn write_xml(value: &Finite, out: &mut Vec<u8>) {
        Self::write(value, out);
    }

    fn xml_size_bound(value: &Finite) -> usize {
        Self::size_bound(value)
    }
}

impl RecordedKind for Double {
    fn record(value: &Finite, out: &mut Vec<u8>) {
        Self::write(value, out);
    }
}

impl Take<'_> for Double {
    type Draft = Finite;
    const REFUSALS: Refusals = NO_DOUBLE;

    fn integer(value: i64) -> Result<Finite, &'static str> {
        #[expect(clippy::cast_precision_loss, reason = "JSON has one kind of number, and this is the nearest one")]
        Self::fraction(value as f64)
    }

    fn fraction(value: f64) -> Result<Finite, &'static str> {
        Finite::new(value).ok_or(UNREADABLE)
    }
}

/// The shortest digits that read back as the same number.
fn printed(number: Finite) -> String {
    serde_json::to_string(&number.get()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Optional, ParseError, Structure, parse_json};

    crate::forms! {
        WeightType: Double { min: 0, max: 1 }
    }

    crate::structure! {
        struct Routing {
            weight: Optional<WeightType> = "Weight",
        }
    }

    fn weight(json: &str) -> Result<Option<f64>, ParseError> {
        let routing: Routing = parse_json(format!(r#"{{"Weight":{json}}}"#).as_bytes())?;
        Ok(routing.weight.map(Finite::get))
    }

    #[test]
    fn whole_numbers_and_fractions_are_read() {
        assert_eq!(weight("0.25"), Ok(Some(0.25)));
        assert_eq!(weight("1"), Ok(Some(1.0)));
        assert_eq!(weight("-0.0").map(|weight| weight.map(f64::to_bits)), Ok(Some(0)));
        assert_eq!(weight("null"), Ok(None));
        assert!(matches!(weight("\"x\""), Err(ParseError::Serialization(Some(_)))));
        assert!(matches!(weight("1e999"), Err(ParseError::Serialization(_))));
    }

    #[test]
    fn a_number_out_of_its_range_is_told_with_the_range() {
        let start = "1 validation error detected: Value '1.5' at 'weight' failed to satisfy constraint: ";
        let text = format!("{start}Member must have value less than or equal to 1.0");
        assert_eq!(weight("1.5"), Err(ParseError::Validation(text)));
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back_as_the_same_number(number in prop::num::f64::NORMAL) {
            let number = Finite::new(number).unwrap();
            let mut out = Vec::new();
            Double::write(&number, &mut out);
            prop_assert!(out.len() <= Double::size_bound(&number));
            prop_assert_eq!(serde_json::from_slice::<f64>(&out).unwrap().to_bits(), number.get().to_bits());
        }
    }

    #[test]
    fn it_is_described_with_its_range() {
        let description = Routing::description();
        let (_, weight) = &description.members.unwrap()[0];
        assert_eq!((weight.kind, weight.min, weight.max), ("double", Some(0), Some(1)));
    }
}
