//! Dates of conditions.

use jiff::{Timestamp, civil, tz::TimeZone};

/// A date as W3C's profile of ISO 8601 writes it, or seconds since 1970. Four digits alone are a year.
pub(crate) fn parse_moment(text: &str) -> Option<Timestamp> {
    let is_year = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_year {
        return midnight(&format!("{text}-01-01"));
    }
    if let Some(moment) = from_epoch(text) {
        return Some(moment);
    }
    match text.len() {
        7 => midnight(&format!("{text}-01")),
        10 => midnight(text),
        _ => text.parse().ok().or_else(|| utc(text.parse().ok()?)),
    }
}

fn from_epoch(text: &str) -> Option<Timestamp> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits(whole.strip_prefix('-').unwrap_or(whole)) || !is_digits(fraction) {
        return None;
    }
    let nanos: i32 = format!("{fraction:0<9}").get(..9)?.parse().ok()?;
    let nanos = if whole.starts_with('-') { -nanos } else { nanos };
    Timestamp::new(whole.parse().ok()?, nanos).ok()
}

fn midnight(date: &str) -> Option<Timestamp> {
    utc(date.parse::<civil::Date>().ok()?.at(0, 0, 0, 0))
}

fn utc(date: civil::DateTime) -> Option<Timestamp> {
    Some(date.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_moment_is_the_same_moment() {
        let moment = parse_moment("2020-01-01T00:00:00Z").unwrap();
        for same in [
            "2020",
            "2020-01",
            "2020-01-01",
            "2020-01-01T00:00Z",
            "2020-01-01T01:00:00+01:00",
            "2020-01-01T00:00:00.000Z",
            "2020-01-01T00:00:00",
            "1577836800",
            "1577836800.0",
        ] {
            assert_eq!(parse_moment(same), Some(moment), "{same}");
        }
        assert!(parse_moment("1577836800.5").unwrap() > moment);
        assert!(parse_moment("-1.5").unwrap() < parse_moment("-1").unwrap());
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for wrong in ["", "-", "tomorrow", "2020-13", "2020-02-30", "99999999999999999999", "1.2.3", "2020-01-01T"] {
            assert_eq!(parse_moment(wrong), None, "{wrong}");
        }
    }
}
