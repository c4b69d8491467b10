//! `rate(10 days)`, `rate(6 hours)`.

use super::ScheduleError;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rate {
    Hours(i64),
    Days(i64),
}

impl Rate {
    /// What is between the brackets. Both the singular and the plural go with any number, as AWS was seen to admit.
    pub(super) fn parse(text: &str) -> Result<Self, ScheduleError> {
        let (number, unit) = text.split_once(' ').ok_or(ScheduleError::Expression)?;
        if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(ScheduleError::Expression);
        }
        // Digits that fit no number are a number all the same, and out of every range.
        let number = number.parse().unwrap_or(i64::MAX);
        match unit {
            "hour" | "hours" if (4..24).contains(&number) => Ok(Self::Hours(number)),
            "hour" | "hours" => Err(ScheduleError::RateInHours),
            "day" | "days" if (1..1000).contains(&number) => Ok(Self::Days(number)),
            "day" | "days" => Err(ScheduleError::RateInDays),
            _ => Err(ScheduleError::Expression),
        }
    }
}
