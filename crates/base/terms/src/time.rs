//! Points in time, and the clock as an argument.

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

/// A day in UTC, counted from 1970-01-01: the resolution of last-accessed dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Day(i32);

/// Tells the time. The binary passes the system's clock, tests pass one that they turn by hand.
pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;
}

const DAY_MS: i64 = 86_400_000;

impl Timestamp {
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// Seconds with a fraction, as awsJson writes time.
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of any date we meet are far below 2^53")]
    pub fn as_seconds(self) -> f64 {
        self.0 as f64 / 1000.0
    }

    #[must_use]
    pub const fn plus_millis(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    #[must_use]
    pub const fn plus_days(self, days: i64) -> Self {
        self.plus_millis(days.saturating_mul(DAY_MS))
    }

    pub fn day(self) -> Day {
        Day(i32::try_from(self.0.div_euclid(DAY_MS)).unwrap_or(i32::MAX))
    }
}

impl Day {
    pub const fn from_number(number: i32) -> Self {
        Self(number)
    }

    pub const fn number(self) -> i32 {
        self.0
    }

    /// Midnight UTC that begins the day.
    pub fn start(self) -> Timestamp {
        Timestamp(i64::from(self.0) * DAY_MS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_midnight_utc() {
        let moment = Timestamp::from_millis(1_671_028_960_515);
        assert_eq!(moment.day().start(), Timestamp::from_millis(1_670_976_000_000));
        assert_eq!(moment.day().start().day(), moment.day());
        assert_eq!(Timestamp::from_millis(-1).day(), Day::from_number(-1));
    }

    #[test]
    fn seconds_keep_their_milliseconds() {
        assert_eq!(Timestamp::from_millis(1_671_028_960_515).as_seconds().to_string(), "1671028960.515");
    }
}
