//! `cron(Minutes Hours Day-of-month Month Day-of-week Year)` as AWS Secrets Manager reads it.

mod days;
mod numbers;

use jiff::{Timestamp as Moment, civil::Date, tz::TimeZone};
use terms::Timestamp;

use self::{
    days::{Days, Month},
    numbers::{Field, Numbers},
};
use super::{HOUR_MS, HOURS_OF_DAY, ScheduleError};

const HOURS: Field = Field { first: 0, last: 23, names: &[] };
const MONTHS: Field = Field {
    first: 1,
    last: 12,
    names: &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
};
/// As often as AWS rotates.
const HOURS_APART: u8 = 4;
/// The rarest day is a fifth weekday of February: 28 years apart, and 40 where a century skips its leap year.
const YEARS_AHEAD: i16 = 41;
/// In which every month has begun with every day of the week, leap years included.
const CYCLE: (i16, i16) = (2001, 2029);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cron {
    hours: Numbers,
    days: Days,
    months: Numbers,
}

impl Cron {
    /// The fields, between the brackets. Minutes are `0`, years are `*`, and one of the two kinds of day is `?`.
    pub(super) fn parse(text: &str) -> Result<Self, ScheduleError> {
        let fields: Vec<&str> = text.split(' ').collect();
        let ["0", hours, day_of_month, month, day_of_week, "*"] = fields.as_slice() else {
            return Err(ScheduleError::Expression);
        };
        let days = match (*day_of_month, *day_of_week) {
            ("?", "?") => None,
            (days, "?") => Days::of_month(days),
            ("?", days) => Days::of_week(days),
            _ => None,
        };
        let fields = HOURS.parse(hours).zip(days).zip(MONTHS.parse(month));
        let ((hours, days), months) = fields.ok_or(ScheduleError::Expression)?;
        if hours.smallest_gap().is_some_and(|gap| gap < HOURS_APART) || hours.is_too_dense_overnight() {
            return Err(ScheduleError::Expression);
        }
        let cron = Self { hours, days, months };
        if cron.days_of_the_cycle().next().is_none() { Err(ScheduleError::Never) } else { Ok(cron) }
    }

    pub(super) fn hours(&self) -> Numbers {
        self.hours
    }

    /// The first opening after a moment.
    pub(super) fn next(&self, after: Timestamp) -> Option<Timestamp> {
        let moment = Moment::from_millisecond(after.as_millis()).ok()?;
        let today = TimeZone::UTC.to_datetime(moment).date();
        let last_year = today.year().saturating_add(YEARS_AHEAD).min(Date::MAX.year());
        // Of the first month, some days are over; of today, some hours.
        self.days_from(today, last_year).flat_map(|date| self.openings_of(date)).find(|opens_at| *opens_at > after)
    }

    fn openings_of(&self, date: Date) -> impl Iterator<Item = Timestamp> {
        let midnight = date.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp().as_millisecond());
        let hours = self.hours;
        midnight.into_iter().flat_map(move |midnight| {
            hours.iter().map(move |hour| Timestamp::from_millis(midnight + i64::from(hour) * HOUR_MS))
        })
    }

    /// The most days from one opening to the next.
    pub(super) fn longest_gap_days(&self) -> i64 {
        let epoch = Date::constant(CYCLE.0, 1, 1);
        let cycle = Date::constant(CYCLE.1, 1, 1).duration_since(epoch).as_hours() / HOURS_OF_DAY;
        let days: Vec<i64> =
            self.days_of_the_cycle().map(|date| date.duration_since(epoch).as_hours() / HOURS_OF_DAY).collect();
        let next = days.iter().skip(1).copied().chain(days.first().map(|first| first + cycle));
        days.iter().zip(next).map(|(day, next)| next - day).max().unwrap_or(cycle)
    }

    fn days_of_the_cycle(&self) -> impl Iterator<Item = Date> {
        self.days_from(Date::constant(CYCLE.0, 1, 1), CYCLE.1 - 1)
    }

    /// From the first day of a date's month on, and all of the last year.
    fn days_from(&self, date: Date, last_year: i16) -> impl Iterator<Item = Date> {
        (date.year()..=last_year)
            .flat_map(move |year| self.months.iter().map(move |month| (year, month)))
            .filter_map(|(year, month)| Date::new(year, i8::try_from(month).ok()?, 1).ok())
            .skip_while(move |first| *first < date.first_of_month())
            .flat_map(move |first| {
                let month = Month::of(first);
                let days = (1..=month.length).filter(move |day| self.days.include(month, *day));
                days.filter_map(move |day| first.with().day(i8::try_from(day).ok()?).build().ok())
            })
    }
}
