//! When a secret rotates.

use shape::{Long, Optional, Pattern, Text};

const HOURS: Pattern = Pattern { text: "[0-9]+h", holds: is_hours };
const SCHEDULE: Pattern = Pattern { text: r"[0-9A-Za-z\(\)#\?\*\-\/, ]+", holds: is_schedule };

shape::forms! {
    pub AutomaticallyRotateAfterDaysType: Long { min: 1, max: 1000 }
    pub DurationType: Text { min: 2, max: 3, pattern: HOURS }
    pub ScheduleExpressionType: Text { min: 1, max: 256, pattern: SCHEDULE }
}

shape::structure! {
    pub struct RotationRulesType {
        automatically_after_days: Optional<AutomaticallyRotateAfterDaysType> = "AutomaticallyAfterDays",
        duration: Optional<DurationType> = "Duration",
        schedule_expression: Optional<ScheduleExpressionType> = "ScheduleExpression",
    }
}

fn is_hours(text: &str) -> bool {
    text.strip_suffix('h').is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The characters only; the grammar is the operation's business.
fn is_schedule(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"()#?*-/, ".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_a_number_of_hours() {
        for (text, holds) in [("3h", true), ("24h", true), ("h", false), ("3", false), ("3H", false), ("-3h", false)] {
            assert_eq!(is_hours(text), holds, "{text}");
        }
    }

    #[test]
    fn a_schedule_is_made_of_a_few_characters() {
        assert!(is_schedule("cron(0 8 1-5/2 * ? L,SUN#1)"));
        for text in ["", "rate(1 day);", "räte(1)", "rate[1]", "rate(1\tday)"] {
            assert!(!is_schedule(text), "{text}");
        }
    }
}
