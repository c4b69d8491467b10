use contract::RotationRules;
use proptest::prelude::{any, proptest};
use proptest::{prop_assert, prop_assert_eq};
use terms::Timestamp;

use super::{Schedule, ScheduleError};

pub(super) fn cron(expression: &str) -> RotationRules {
    RotationRules { schedule_expression: Some(expression.to_owned()), ..RotationRules::default() }
}

fn days(days: i64) -> RotationRules {
    RotationRules { automatically_after_days: Some(days), ..RotationRules::default() }
}

fn lasting(rules: RotationRules, duration: &str) -> RotationRules {
    RotationRules { duration: Some(duration.to_owned()), ..rules }
}

fn at(text: &str) -> Timestamp {
    Timestamp::from_millis(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
}

fn shown(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.as_millis()).unwrap().to_string()
}

/// The next window after a moment from which intervals count too.
fn window(rules: &RotationRules, after: &str) -> (String, String) {
    let window = Schedule::parse(rules).unwrap().next_window(at(after), at(after)).unwrap();
    (shown(window.opens_at), shown(window.closes_at))
}

fn texts(opens: &str, closes: &str) -> (String, String) {
    (opens.to_owned(), closes.to_owned())
}

#[test]
fn a_number_of_days_ends_with_the_day_that_was_recorded_at_aws() {
    let window = window(&days(30), "2026-02-03T17:42:24Z");
    assert_eq!(window, texts("2026-03-05T00:00:00Z", "2026-03-05T23:59:59Z"));
}

#[test]
fn rates_open_at_midnight_and_close_as_they_say() {
    let from = "2026-02-26T17:42:24Z";
    assert_eq!(window(&cron("rate(10 days)"), from), texts("2026-03-08T00:00:00Z", "2026-03-08T23:59:59Z"));
    assert_eq!(window(&cron("rate(1 day)"), from), texts("2026-02-27T00:00:00Z", "2026-02-27T23:59:59Z"));
    assert_eq!(window(&lasting(days(2), "3h"), from), texts("2026-02-28T00:00:00Z", "2026-02-28T02:59:59Z"));
    assert_eq!(window(&cron("rate(12 hours)"), from), texts("2026-02-27T00:00:00Z", "2026-02-27T00:59:59Z"));
    assert_eq!(
        window(&lasting(cron("rate(6 hours)"), "6h"), from),
        texts("2026-02-26T18:00:00Z", "2026-02-26T23:59:59Z")
    );
}

#[test]
fn a_turn_that_is_over_comes_again_the_next_day() {
    let schedule = Schedule::parse(&days(30)).unwrap();
    let window = schedule.next_window(at("2026-01-01T10:00:00Z"), at("2026-06-15T09:30:00Z")).unwrap();
    assert_eq!(shown(window.opens_at), "2026-06-16T00:00:00Z");
}

#[test]
fn cron_opens_when_it_says() {
    let from = "2024-02-28T09:00:00Z"; // a Wednesday of a leap year
    for (expression, opens, closes) in [
        ("cron(0 8 1 * ? *)", "2024-03-01T08:00:00Z", "2024-03-01T23:59:59Z"),
        ("cron(0 9 * * ? *)", "2024-02-29T09:00:00Z", "2024-02-29T23:59:59Z"),
        ("cron(0 /8 * * ? *)", "2024-02-28T16:00:00Z", "2024-02-28T16:59:59Z"),
        ("cron(0 2/10 * * ? *)", "2024-02-28T12:00:00Z", "2024-02-28T12:59:59Z"),
        ("cron(0 10 ? * 2#3 *)", "2024-03-18T10:00:00Z", "2024-03-18T23:59:59Z"),
        ("cron(0 10 ? * MON-FRI *)", "2024-02-28T10:00:00Z", "2024-02-28T23:59:59Z"),
        ("cron(0 10 L * ? *)", "2024-02-29T10:00:00Z", "2024-02-29T23:59:59Z"),
        ("cron(0 10 SUNL * ? *)", "2024-03-31T10:00:00Z", "2024-03-31T23:59:59Z"),
        ("cron(0 10 ? * L *)", "2024-03-02T10:00:00Z", "2024-03-02T23:59:59Z"),
        ("cron(0 10 ? * 6L *)", "2024-03-29T10:00:00Z", "2024-03-29T23:59:59Z"),
        ("cron(0 0 29 FEB ? *)", "2024-02-29T00:00:00Z", "2024-02-29T23:59:59Z"),
        ("cron(0 16 1,15 1/3 ? *)", "2024-04-01T16:00:00Z", "2024-04-01T23:59:59Z"),
        ("cron(0 0 ? feb mon#5 *)", "2044-02-29T00:00:00Z", "2044-02-29T23:59:59Z"),
    ] {
        assert_eq!(window(&cron(expression), from), texts(opens, closes), "{expression}");
    }
    assert_eq!(window(&lasting(cron("cron(0 20 1 * ? *)"), "4h"), from).1, "2024-03-01T23:59:59Z");
    assert_eq!(window(&lasting(cron("cron(0 8 1 * ? *)"), "2h"), from).1, "2024-03-01T09:59:59Z");
    // A fifth Monday of February, over a century without its leap year.
    assert_eq!(window(&cron("cron(0 0 ? 2 2#5 *)"), "2072-03-01T00:00:00Z").0, "2112-02-29T00:00:00Z");
}

#[test]
fn an_opening_that_has_begun_is_not_the_next() {
    let schedule = Schedule::parse(&cron("cron(0 8 * * ? *)")).unwrap();
    let opening = at("2026-05-05T08:00:00Z");
    assert_eq!(schedule.next_window(opening, opening.plus_millis(-1)).unwrap().opens_at, opening);
    assert_eq!(schedule.next_window(opening, opening).unwrap().opens_at, opening.plus_days(1));
}

#[test]
fn what_aws_refuses_is_refused_in_its_words() {
    for (rules, error) in [
        (RotationRules { automatically_after_days: Some(1), ..cron("rate(1 day)") }, ScheduleError::TwoKinds),
        (RotationRules::default(), ScheduleError::NoKind),
        (lasting(RotationRules::default(), "1h"), ScheduleError::NoKind),
        (days(0), ScheduleError::RateInDays),
        (days(1001), ScheduleError::RateInDays),
        (cron("rate(3 hours)"), ScheduleError::RateInHours),
        (cron("rate(24 hours)"), ScheduleError::RateInHours),
        (cron("rate(99999999999999999999 hours)"), ScheduleError::RateInHours),
        (cron("rate(0 days)"), ScheduleError::RateInDays),
        (cron("rate(1000 days)"), ScheduleError::RateInDays),
        (lasting(days(1), "0h"), ScheduleError::Duration),
        (lasting(days(1), "25h"), ScheduleError::Duration),
        (lasting(days(1), "+1h"), ScheduleError::Duration),
        (lasting(days(1), "h"), ScheduleError::Duration),
        (lasting(days(1), "1"), ScheduleError::Duration),
        (lasting(cron("rate(4 hours)"), "5h"), ScheduleError::DurationBeyondRate),
        (lasting(cron("cron(0 0/8 * * ? *)"), "9h"), ScheduleError::BeyondDay),
        (lasting(cron("cron(0 0,4,12 * * ? *)"), "5h"), ScheduleError::DurationBeyondRate),
        (lasting(cron("cron(0 21 * * ? *)"), "4h"), ScheduleError::BeyondDay),
        (cron("cron(0 8 30 2 ? *)"), ScheduleError::Never),
        (cron("cron(0 8 31 FEB,APR,JUN,SEP,NOV ? *)"), ScheduleError::Never),
    ] {
        assert_eq!(Schedule::parse(&rules), Err(error), "{rules:?}");
    }
}

#[test]
fn what_is_not_of_the_grammar_is_an_invalid_expression() {
    for expression in [
        "",
        "rate",
        "rate()",
        "rate(1)",
        "rate(1 week)",
        "rate(1 minute)",
        "rate(-1 days)",
        "rate(+1 days)",
        "rate(1  days)",
        "rate(1 days",
        "rate(one day)",
        "Rate(1 day)",
        " rate(1 day)",
        "rate(1 day) ",
        "cron()",
        "cron(0 8 * * ? *",
        "cron(0 8 * * ?)",
        "cron(0 8 * * ? * *)",
        "cron(0  8 * * ? *)",
        "cron(5 8 * * ? *)",
        "cron(* 8 * * ? *)",
        "cron(0/30 8 * * ? *)",
        "cron(0 24 * * ? *)",
        "cron(0 * * * ? *)",
        "cron(0 0/3 * * ? *)",
        "cron(0 8,10 * * ? *)",
        "cron(0 8-12 * * ? *)",
        "cron(0 2,23 * * ? *)",
        "cron(0 8/0 * * ? *)",
        "cron(0 8/24 * * ? *)",
        "cron(0 8/ * * ? *)",
        "cron(0 ? * * ? *)",
        "cron(0 L * * ? *)",
        "cron(0 8 * * * *)",
        "cron(0 8 ? * ? *)",
        "cron(0 8 1 * 2 *)",
        "cron(0 8 0 * ? *)",
        "cron(0 8 32 * ? *)",
        "cron(0 8 5L * ? *)",
        "cron(0 8 1W * ? *)",
        "cron(0 8 LW * ? *)",
        "cron(0 8 L-3 * ? *)",
        "cron(0 8 5-1 * ? *)",
        "cron(0 8 1, * ? *)",
        "cron(0 8 ,1 * ? *)",
        "cron(0 8 1 0 ? *)",
        "cron(0 8 1 13 ? *)",
        "cron(0 8 1 JANUARY ? *)",
        "cron(0 8 1 L ? *)",
        "cron(0 8 1 ? ? *)",
        "cron(0 8 ? * 0 *)",
        "cron(0 8 ? * 8 *)",
        "cron(0 8 ? * MON#0 *)",
        "cron(0 8 ? * MON#6 *)",
        "cron(0 8 ? * #2 *)",
        "cron(0 8 ? * FRI-MON *)",
        "cron(0 8 * * ? 2026)",
        "cron(0 8 * * ? ?)",
        "cron(0 +8 * * ? *)",
        "cron(0 008888 * * ? *)",
        "at(2026-01-01)",
        "0 8 * * ? *",
    ] {
        assert_eq!(Schedule::parse(&cron(expression)), Err(ScheduleError::Expression), "{expression}");
    }
}

#[test]
fn the_days_that_describe_shows_are_the_longest_that_a_value_stays() {
    for (rules, days) in [
        (days(30), 30),
        (cron("rate(10 hours)"), 1),
        (cron("rate(999 days)"), 999),
        (cron("cron(0 8 * * ? *)"), 1),
        (cron("cron(0 0/4 * * ? *)"), 1),
        (cron("cron(0 8 1 * ? *)"), 31),
        (cron("cron(0 8 31 * ? *)"), 61),
        (cron("cron(0 8 ? * MON-FRI *)"), 3),
        (cron("cron(0 8 ? * SAT#1 *)"), 35),
        (cron("cron(0 8 1 1 ? *)"), 366),
        (cron("cron(0 8 29 2 ? *)"), 1000),
    ] {
        assert_eq!(Schedule::parse(&rules).unwrap().shown_days(), days, "{rules:?}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_it_stumble(text in ".{0,40}", fields in "cron\\([0-9A-Z*?/,#L -]{0,40}\\)", after in any::<i64>()) {
        for expression in [text, fields] {
            if let Ok(schedule) = Schedule::parse(&cron(&expression)) {
                schedule.next_window(Timestamp::from_millis(after), Timestamp::from_millis(after));
                schedule.shown_days();
            }
        }
    }

    #[test]
    fn an_interval_opens_later_within_its_day_and_before_its_next(
        is_hours in any::<bool>(), number in 1..999_i64, hours in 1..=24_i64,
        counted in 0..4_102_444_800_000_i64, later in 0..400_000_000_000_i64,
    ) {
        let rate = if is_hours { format!("rate({} hours)", 4 + number % 20) } else { format!("rate({number} days)") };
        let Ok(schedule) = Schedule::parse(&lasting(cron(&rate), &format!("{hours}h"))) else {
            prop_assert!(is_hours && hours > 4 + number % 20);
            return Ok(());
        };
        let (counted, after) = (Timestamp::from_millis(counted), Timestamp::from_millis(counted + later));
        let window = schedule.next_window(counted, after).unwrap();
        prop_assert!(window.opens_at > after);
        prop_assert_eq!(window.opens_at.as_millis() % 3_600_000, 0);
        prop_assert!(window.closes_at > window.opens_at);
        prop_assert_eq!(window.closes_at.day(), window.opens_at.day());
        let next = schedule.next_window(window.opens_at, window.opens_at).unwrap();
        prop_assert!(next.opens_at > window.closes_at);
        let step = if is_hours { (4 + number % 20) * 3_600_000 } else { number * 86_400_000 };
        prop_assert_eq!(next.opens_at.as_millis() - window.opens_at.as_millis(), step);
    }
}
