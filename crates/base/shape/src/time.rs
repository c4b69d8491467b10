//! Points in time: on the wire a number of seconds, with milliseconds behind the point.

use std::io::Write;

use serde::Deserializer;
use terms::Timestamp;

use crate::number::cut;
use crate::read::{NO_TEXT, Refusals, Take, UNREADABLE, take};
use crate::write::NUMBER_SIZE_BOUND;
use crate::{Description, Excerpt, Given, Kind, Malformed, Path, RecordedKind, Violations};

/// A point in time.
#[derive(Debug)]
pub struct Time;

impl Kind for Time {
    type Value = Timestamp;
    type Draft = Timestamp;
    type Rules = ();

    const ANY: () = ();
    const SCALAR: bool = true;

    fn read<'de, D: Deserializer<'de>>(json: D) -> Result<Timestamp, D::Error> {
        take::<Self, D>(json)
    }

    /// ISO 8601, with a fraction or without; the text is recorded on CloudWatch.
    fn read_query(given: &Given<'_>) -> Result<Timestamp, Malformed> {
        let moment: Result<jiff::Timestamp, _> = given.scalar()?.parse();
        moment
            .map(|moment| Timestamp::from_millis(moment.as_millisecond()))
            .map_err(|_| Malformed(Some("timestamp must follow ISO8601")))
    }

    fn check(_: &Timestamp, (): &(), _: &Path<'_>, _: &mut Violations) {}

    fn make(draft: Timestamp) -> Option<Timestamp> {
        Some(draft)
    }

    fn excerpt(draft: &Timestamp, out: &mut Excerpt) {
        out.push(&draft.as_seconds().to_string());
    }

    fn rule_texts((): &()) -> Vec<String> {
        Vec::new()
    }

    fn describe((): &()) -> Description {
        Description::of("timestamp")
    }

    /// Whole numbers all along: no fraction is ever rounded, and no exponent printed.
    fn write(value: &Timestamp, out: &mut Vec<u8>) {
        let millis = value.as_millis();
        let (seconds, rest) = (millis.unsigned_abs() / 1000, millis.unsigned_abs() % 1000);
        let sign = if millis < 0 { "-" } else { "" };
        // Writing to a Vec cannot fail.
        let _ = write!(out, "{sign}{seconds}");
        if rest != 0 {
            let _ = write!(out, ".{rest:03}");
            while out.last() == Some(&b'0') {
                out.pop();
            }
        }
    }

    fn size_bound(_: &Timestamp) -> usize {
        NUMBER_SIZE_BOUND + 1
    }

    /// `2025-03-06T12:25:06Z`: IAM and STS write no fraction. Time runs from the year -9999 to 9999 here.
    fn write_xml(value: &Timestamp, out: &mut Vec<u8>) {
        let seconds = value.as_millis().div_euclid(1000);
        let moment = jiff::Timestamp::from_second(seconds).unwrap_or(match seconds {
            ..0 => jiff::Timestamp::MIN,
            0.. => jiff::Timestamp::MAX,
        });
        // Writing to a Vec cannot fail.
        let _ = write!(out, "{}", moment.strftime("%Y-%m-%dT%H:%M:%SZ"));
    }

    fn xml_size_bound(_: &Timestamp) -> usize {
        "-9999-01-01T00:00:00Z".len()
    }
}

impl RecordedKind for Time {
    fn record(value: &Timestamp, out: &mut Vec<u8>) {
        Self::write(value, out);
    }
}

impl Take<'_> for Time {
    type Draft = Timestamp;
    // No request that we know holds a time, so no text is recorded.
    const REFUSALS: Refusals = NO_TEXT;

    fn integer(value: i64) -> Result<Timestamp, &'static str> {
        value.checked_mul(1000).map(Timestamp::from_millis).ok_or(UNREADABLE)
    }

    fn fraction(value: f64) -> Result<Timestamp, &'static str> {
        cut((value * 1000.0).round()).map(Timestamp::from_millis).ok_or(UNREADABLE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_written_in_seconds_with_up_to_three_decimals() {
        let written = |millis| {
            let mut out = Vec::new();
            Time::write(&Timestamp::from_millis(millis), &mut out);
            assert!(out.len() <= Time::size_bound(&Timestamp::from_millis(millis)));
            String::from_utf8(out).unwrap()
        };
        assert_eq!(written(1_671_028_960_515), "1671028960.515");
        assert_eq!(written(1_671_028_960_500), "1671028960.5");
        assert_eq!(written(1_671_028_960_000), "1671028960");
        assert_eq!(written(1_671_028_960_007), "1671028960.007");
        assert_eq!(written(0), "0");
        assert_eq!(written(-1), "-0.001");
        assert_eq!(written(i64::MIN), "-9223372036854775.808");
    }
}
