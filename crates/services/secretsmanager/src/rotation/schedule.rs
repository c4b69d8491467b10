//! When a secret rotates: `rate(…)`, `cron(…)` or a number of days, and the windows that follow from them. Pure.
//!
//! All of it is UTC. A window opens on the hour, and closes before the UTC day ends and before the next one opens. AWS
//! documents the windows in the members of `RotationRulesType`; where it is silent, a comment says what was chosen.

mod cron;
mod rate;

#[cfg(test)]
mod oracle;
#[cfg(test)]
mod tests;

use contract::{RotationRules, RotationWindow};
use terms::Timestamp;

use self::{cron::Cron, rate::Rate};

const HOUR_MS: i64 = 3_600_000;
const SECOND_MS: i64 = 1000;
const HOURS_OF_DAY: i64 = 24;
/// The range of `AutomaticallyAfterDays` in AWS's model.
const DAYS_SHOWN_AT_MOST: i64 = 1000;

/// Rules that have been read: each has a window some day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Schedule {
    opens: Opens,
    /// How long a window stays open. None is until the day ends.
    hours: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Opens {
    /// At midnight of the day that is so many after the one that is counted from.
    AfterDays(i64),
    /// Every so many hours.
    EveryHours(i64),
    Cron(Cron),
}

/// Displays AWS's texts; each is an InvalidParameterException.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ScheduleError {
    #[error("You cannot specify both rotation frequency and schedule expression together.")]
    TwoKinds,
    /// Chosen: AWS's model says that one of the two is to be given.
    #[error("You must specify either AutomaticallyAfterDays or ScheduleExpression.")]
    NoKind,
    #[error("Invalid schedule expression.")]
    Expression,
    /// Chosen: it says more than AWS does, and begins alike.
    #[error("Invalid schedule expression. No date matches it.")]
    Never,
    // AWS's own English.
    #[error("Rate in hour should be least 4 and less than 24.")]
    RateInHours,
    #[error("Rate in day should be greater than 0 and less than 1000.")]
    RateInDays,
    #[error("Duration must be at least 1 hour, at most 24 hour.")]
    Duration,
    #[error("Duration cannot be greater than Rate in hour.")]
    DurationBeyondRate,
    #[error("Starting hour and duration must be within a day.")]
    BeyondDay,
}

impl Schedule {
    pub(crate) fn parse(rules: &RotationRules) -> Result<Self, ScheduleError> {
        let opens = match (rules.automatically_after_days, &rules.schedule_expression) {
            (Some(_), Some(_)) => return Err(ScheduleError::TwoKinds),
            (None, None) => return Err(ScheduleError::NoKind),
            // The model admits 1000 here, and rates only below it.
            (Some(days), None) if (1..=DAYS_SHOWN_AT_MOST).contains(&days) => Opens::AfterDays(days),
            (Some(_), None) => return Err(ScheduleError::RateInDays),
            (None, Some(expression)) => Opens::parse(expression)?,
        };
        let asked = rules.duration.as_deref().map(hours_of).transpose()?;
        if let Some(hours) = asked {
            opens.admits_duration(hours)?;
        }
        let hours = asked.or_else(|| opens.repeats_within_a_day().then_some(1));
        Ok(Self { opens, hours })
    }

    /// The first window that opens after a moment. Intervals count from when the value last changed; of one whose turn
    /// is long over, the window is the next one that can be: AWS does not say when it tries again, so this is chosen.
    pub(crate) fn next_window(&self, counted_from: Timestamp, after: Timestamp) -> Option<RotationWindow> {
        let opens_at = match &self.opens {
            Opens::AfterDays(days) => {
                let due = counted_from.day().start().plus_days(*days);
                due.max(after.day().start().plus_days(1))
            }
            // AWS's windows of hours start at midnight. All of these count from one that is long past, so that rates
            // that do not divide a day keep their distance too.
            Opens::EveryHours(hours) => {
                let step = hours * HOUR_MS;
                let passed = counted_from.max(after).as_millis().div_euclid(step);
                Timestamp::from_millis((passed + 1).saturating_mul(step))
            }
            Opens::Cron(cron) => cron.next(after)?,
        };
        Some(RotationWindow { opens_at, closes_at: self.close(opens_at) })
    }

    /// What DescribeSecret shows as `AutomaticallyAfterDays`, which for `rate(10 hours)` was seen to be 1: the longest
    /// that a value stays, in whole days. For cron it is chosen.
    pub(crate) fn shown_days(&self) -> i64 {
        match &self.opens {
            Opens::AfterDays(days) => *days,
            Opens::EveryHours(_) => 1,
            Opens::Cron(cron) => cron.longest_gap_days().clamp(1, DAYS_SHOWN_AT_MOST),
        }
    }

    /// The last second of the window, as AWS shows 23:59:59 for one that lasts the day. A rate in hours may open so late
    /// that its window would reach into the next day: then it is shorter.
    fn close(&self, opens_at: Timestamp) -> Timestamp {
        let day_ends = opens_at.day().start().plus_days(1);
        let ends = self.hours.map_or(day_ends, |hours| opens_at.plus_millis(hours * HOUR_MS).min(day_ends));
        ends.plus_millis(-SECOND_MS)
    }
}

impl Opens {
    fn parse(expression: &str) -> Result<Self, ScheduleError> {
        let within = |kind: &str| expression.strip_prefix(kind)?.strip_prefix('(')?.strip_suffix(')');
        match (within("rate"), within("cron")) {
            (Some(rate), _) => Ok(match Rate::parse(rate)? {
                Rate::Hours(hours) => Self::EveryHours(hours),
                Rate::Days(days) => Self::AfterDays(days),
            }),
            (None, Some(fields)) => Ok(Self::Cron(Cron::parse(fields)?)),
            (None, None) => Err(ScheduleError::Expression),
        }
    }

    fn repeats_within_a_day(&self) -> bool {
        match self {
            Self::AfterDays(_) => false,
            Self::EveryHours(_) => true,
            Self::Cron(cron) => cron.hours().len() > 1,
        }
    }

    fn admits_duration(&self, hours: i64) -> Result<(), ScheduleError> {
        match self {
            Self::AfterDays(_) => Ok(()),
            Self::EveryHours(rate) if hours > *rate => Err(ScheduleError::DurationBeyondRate),
            Self::EveryHours(_) => Ok(()),
            Self::Cron(cron) if cron.hours().last().is_some_and(|last| i64::from(last) + hours > HOURS_OF_DAY) => {
                Err(ScheduleError::BeyondDay)
            }
            Self::Cron(cron) if cron.hours().smallest_gap().is_some_and(|gap| hours > i64::from(gap)) => {
                Err(ScheduleError::DurationBeyondRate)
            }
            Self::Cron(_) => Ok(()),
        }
    }
}

/// Such as `3h`.
fn hours_of(duration: &str) -> Result<i64, ScheduleError> {
    let digits = duration.strip_suffix('h').ok_or(ScheduleError::Duration)?;
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let hours = digits.parse().ok().filter(|hours| is_number && (1..=HOURS_OF_DAY).contains(hours));
    hours.ok_or(ScheduleError::Duration)
}
