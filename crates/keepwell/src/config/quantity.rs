//! Sizes and times as people write them: `512 MiB`, `25 s`, `100 ms`.

use std::fmt;
use std::time::Duration;

/// A number of bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bytes(u64);

impl Bytes {
    pub const fn new(bytes: u64) -> Self {
        Self(bytes)
    }

    pub const fn kib(count: u64) -> Self {
        Self(count * 1024)
    }

    pub const fn mib(count: u64) -> Self {
        Self::kib(count * 1024)
    }

    pub const fn get(self) -> u64 {
        self.0
    }

    /// For sizes of things in memory.
    pub fn as_usize(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} B", self.0)
    }
}

/// Units of a thousand are taken as well as units of 1024, and never confused: `MB` is 1,000,000 and `MiB` 1,048,576.
const SIZES: [(&str, u64); 8] = [
    ("", 1),
    ("B", 1),
    ("kB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
];

const TIMES_MS: [(&str, u64); 5] = [("ms", 1), ("s", 1_000), ("min", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

pub(super) fn parse_bytes(text: &str) -> Result<Bytes, String> {
    parse(text, &SIZES).map(Bytes).ok_or_else(|| {
        format!(
            "expected a size in bytes, such as 65536, \"64 KiB\" or \"512 MiB\", not {}",
            super::setting::quote(text)
        )
    })
}

/// A time has a unit, always: a bare `30` has been taken for seconds and for milliseconds often enough.
pub(super) fn parse_duration(text: &str) -> Result<Duration, String> {
    parse(text, &TIMES_MS).map(Duration::from_millis).ok_or_else(|| {
        format!(
            "expected a time with its unit (ms, s, min, h, d), such as \"100 ms\" or \"25 s\", not {}",
            super::setting::quote(text)
        )
    })
}

/// As the file would write it: whole mebibytes as such, anything else to the byte.
pub(super) fn write_bytes(bytes: Bytes) -> String {
    match bytes.get() {
        count if count > 0 && count.is_multiple_of(Bytes::mib(1).get()) => {
            super::setting::quote(&format!("{} MiB", count / Bytes::mib(1).get()))
        }
        count => count.to_string(),
    }
}

/// In the largest unit that needs no fraction.
pub(super) fn write_duration(duration: Duration) -> String {
    let millis = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let fits = |(_, unit): &&(&str, u64)| millis >= *unit && millis.is_multiple_of(*unit);
    match TIMES_MS.iter().rev().find(fits) {
        Some((name, unit)) => format!("{} {name}", millis / unit),
        None => format!("{millis} ms"),
    }
}

fn parse(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let text = text.trim();
    let digits_end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, unit) = text.split_at_checked(digits_end)?;
    let (_, factor) = units.iter().find(|(name, _)| *name == unit.trim_start())?;
    digits.parse::<u64>().ok()?.checked_mul(*factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_bytes_or_carry_a_unit() {
        for (text, bytes) in
            [("65536", 65_536), ("64 KiB", 65_536), ("512MiB", 536_870_912), ("1 MB", 1_000_000), (" 7 B ", 7)]
        {
            assert_eq!(parse_bytes(text), Ok(Bytes::new(bytes)), "{text}");
        }
        for wrong in ["", "MiB", "-1", "1.5 GiB", "1 mib", "1 TiBs", "20000000000 GiB", "1 2"] {
            assert!(parse_bytes(wrong).unwrap_err().contains("512 MiB"), "{wrong}");
        }
    }

    #[test]
    fn times_must_carry_a_unit() {
        for (text, millis) in [("100 ms", 100), ("25s", 25_000), ("2 min", 120_000), ("1 d", 86_400_000), ("0 s", 0)] {
            assert_eq!(parse_duration(text), Ok(Duration::from_millis(millis)), "{text}");
        }
        for wrong in ["", "30", "s", "1.5 s", "-1 s", "1 month", "99999999999999999 d"] {
            assert!(parse_duration(wrong).unwrap_err().contains("25 s"), "{wrong}");
        }
    }

    #[test]
    fn what_is_written_is_read_back_as_itself() {
        for millis in [0, 1, 100, 1_500, 25_000, 90_000, 7_200_000, 86_400_000] {
            let duration = Duration::from_millis(millis);
            assert_eq!(parse_duration(&write_duration(duration)), Ok(duration));
        }
        assert_eq!(write_duration(Duration::from_secs(120)), "2 min");
        assert_eq!(write_bytes(Bytes::mib(256)), "\"256 MiB\"");
        assert_eq!(write_bytes(Bytes::new(65_536)), "65536");
    }
}
