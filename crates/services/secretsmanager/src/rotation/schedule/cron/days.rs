//! Which days of a month: by number, by weekday, the third Friday, the last day, the last Sunday.

use jiff::civil::Date;

use super::numbers::{Field, Numbers, digits};

const DAYS_OF_MONTH: Field = Field { first: 1, last: 31, names: &[] };
const WEEKDAYS: Field = Field { first: 1, last: 7, names: &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"] };
const SATURDAY: u8 = 7;
const WEEK: u8 = 7;

/// Both of the fields of days become one of these; only one of them says anything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Days {
    numbers: Numbers,
    has_last: bool,
    /// 1 is Sunday, here and below.
    weekdays: Numbers,
    last_weekdays: Numbers,
    /// The weekday, and which of them in the month.
    nth_weekdays: Vec<(u8, u8)>,
}

/// As much of a month as its days depend on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Month {
    pub(super) length: u8,
    /// The weekday of its first day.
    starts_on: u8,
}

impl Month {
    pub(super) fn of(date: Date) -> Self {
        let starts_on = date.first_of_month().weekday().to_sunday_one_offset();
        Self { length: date.days_in_month().unsigned_abs(), starts_on: starts_on.unsigned_abs() }
    }

    fn weekday(self, day: u8) -> u8 {
        (self.starts_on + day + WEEK - 2) % WEEK + 1
    }
}

impl Days {
    /// `L` is the last day, `SUNL` the last Sunday.
    pub(super) fn of_month(text: &str) -> Option<Self> {
        let mut days = Self::default();
        for item in text.split(',') {
            match last(item) {
                Some("") => days.has_last = true,
                // By name only: `5L` says nothing in a field of numbers.
                Some(name) if digits(name).is_none() => days.last_weekdays.insert(WEEKDAYS.number(name)?),
                _ => DAYS_OF_MONTH.add(item, &mut days.numbers)?,
            }
        }
        Some(days)
    }

    /// `L` is the week's last day, `FRIL` or `6L` the last Friday of the month, `FRI#3` or `6#3` its third.
    pub(super) fn of_week(text: &str) -> Option<Self> {
        let mut days = Self::default();
        for item in text.split(',') {
            match (last(item), item.split_once('#')) {
                (Some(""), _) => days.weekdays.insert(SATURDAY),
                (Some(weekday), _) => days.last_weekdays.insert(WEEKDAYS.number(weekday)?),
                (None, Some((weekday, nth))) => {
                    let nth = digits(nth).filter(|nth| (1..=5).contains(nth))?;
                    days.nth_weekdays.push((WEEKDAYS.number(weekday)?, nth));
                }
                (None, None) => WEEKDAYS.add(item, &mut days.weekdays)?,
            }
        }
        Some(days)
    }

    pub(super) fn include(&self, month: Month, day: u8) -> bool {
        let weekday = month.weekday(day);
        self.numbers.contains(day)
            || self.weekdays.contains(weekday)
            || (self.has_last && day == month.length)
            || (self.last_weekdays.contains(weekday) && day + WEEK > month.length)
            || self.nth_weekdays.contains(&(weekday, day.div_ceil(WEEK)))
    }
}

fn last(item: &str) -> Option<&str> {
    item.strip_suffix(['L', 'l'])
}
