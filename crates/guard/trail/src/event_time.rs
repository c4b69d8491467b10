//! Times as CloudTrail writes them: UTC, to the second.

use std::{cell::Cell, fmt::Write};

use terms::Timestamp;

/// `2026-03-02T08:15:31Z`
type Text = [u8; 20];

thread_local! {
    /// Calls come many to the second, so the last second's text is kept.
    static LAST: Cell<(i64, Text)> = const { Cell::new((i64::MIN, [b' '; 20])) };
}

pub(crate) fn with_event_time<T>(moment: Timestamp, use_text: impl FnOnce(&str) -> T) -> T {
    let second = moment.as_millis().div_euclid(1000);
    let (kept_second, mut text) = LAST.get();
    if kept_second != second {
        text = format(second);
        LAST.set((second, text));
    }
    use_text(std::str::from_utf8(&text).unwrap_or_default())
}

/// The second that a record's `eventTime` names.
pub fn event_seconds(text: &str) -> Option<i64> {
    Some(text.parse::<jiff::Timestamp>().ok()?.as_second())
}

fn format(second: i64) -> Text {
    let moment = jiff::Timestamp::from_second(second).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let moment = moment.to_zoned(jiff::tz::TimeZone::UTC);
    let mut text = String::with_capacity(20);
    let (year, month, day) = (moment.year(), moment.month(), moment.day());
    let (hour, minute, second) = (moment.hour(), moment.minute(), moment.second());
    // Writing to a string does not fail.
    let _ = write!(text, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z");
    text.as_bytes().try_into().unwrap_or([b'0'; 20])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_utc_to_the_second() {
        let text = |millis| with_event_time(Timestamp::from_millis(millis), str::to_owned);
        assert_eq!(text(1_772_439_331_999), "2026-03-02T08:15:31Z");
        assert_eq!(text(1_772_439_332_000), "2026-03-02T08:15:32Z");
        assert_eq!(text(0), "1970-01-01T00:00:00Z");
        assert_eq!(event_seconds("2026-03-02T08:15:31Z"), Some(1_772_439_331));
        assert_eq!(event_seconds("yesterday"), None);
    }
}
