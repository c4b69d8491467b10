//! The same schedules found in the dullest way: all days of twenty years, one after another, each held against the text.
//! It shares no line with the search, and keeps a calendar of its own.

use proptest::prelude::{Strategy, any, proptest};
use proptest::{prop_assert, prop_assert_eq, prop_oneof, sample::select, test_runner::Config};
use terms::Timestamp;

use super::{Schedule, ScheduleError, tests::cron};

const DAY_MS: i64 = 86_400_000;
/// 2024-01-01T00:00:00Z, a Monday.
const START: Timestamp = Timestamp::from_millis(1_704_067_200_000);
const YEARS: u32 = 20;
const MONTHS: &str = "   JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC";
const WEEKDAYS: &str = "   SUNMONTUEWEDTHUFRISAT";

struct OracleDay {
    number: i64,
    month: u32,
    day: u32,
    weekday: u32,
    length: u32,
}

fn twenty_years() -> impl Iterator<Item = OracleDay> {
    let months = (2024..2024 + YEARS).flat_map(|year| (1..=12).map(move |month| (year, month)));
    let days = months.flat_map(|(year, month)| {
        let is_leap = year % 4 == 0; // as all of these years are
        let length = match month {
            2 if is_leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        (1..=length).map(move |day| (month, day, length))
    });
    (0..).zip(days).map(|(number, (month, day, length))| {
        let weekday = u32::try_from((number + 1) % 7).unwrap() + 1;
        OracleDay { number, month, day, weekday, length }
    })
}

fn named(text: &str, names: &str) -> u32 {
    text.parse().unwrap_or_else(|_| u32::try_from(names.find(text).unwrap() / 3).unwrap())
}

fn says(field: &str, value: u32, first: u32, names: &str) -> bool {
    field.split(',').any(|item| {
        let mut parts = item.split('/');
        let (range, step) = (parts.next().unwrap(), parts.next());
        let mut ends = range.split('-');
        let from = match ends.next().unwrap() {
            "" | "*" => first,
            from => named(from, names),
        };
        let is_open = step.is_some() || range == "*";
        let to = ends.next().map_or(if is_open { 99 } else { from }, |to| named(to, names));
        from <= value && value <= to && (value - from).is_multiple_of(step.map_or(1, |step| step.parse().unwrap()))
    })
}

fn is_day(day: &OracleDay, of_month: &str, of_week: &str) -> bool {
    let is_in_last_week = day.day + 7 > day.length;
    if of_week == "?" {
        return of_month.split(',').any(|item| match item.strip_suffix('L') {
            Some("") => day.day == day.length,
            Some(weekday) => is_in_last_week && named(weekday, WEEKDAYS) == day.weekday,
            None => says(item, day.day, 1, ""),
        });
    }
    of_week.split(',').any(|item| match (item.strip_suffix('L'), item.split_once('#')) {
        (Some(""), _) => day.weekday == 7,
        (Some(weekday), _) => is_in_last_week && named(weekday, WEEKDAYS) == day.weekday,
        (None, Some((weekday, nth))) => {
            named(weekday, WEEKDAYS) == day.weekday && (day.day - 1) / 7 + 1 == nth.parse::<u32>().unwrap()
        }
        (None, None) => says(item, day.weekday, 1, WEEKDAYS),
    })
}

fn number(first: u32, last: u32) -> impl Strategy<Value = String> + Clone {
    (first..=last).prop_map(|number| number.to_string())
}

fn name(names: &'static str) -> impl Strategy<Value = String> + Clone {
    (1..names.len() / 3).prop_map(move |at| names.chars().skip(at * 3).take(3).collect())
}

/// An item of a field: a number, a name, a range, a step.
fn item(first: u32, last: u32, names: &'static str) -> impl Strategy<Value = String> + Clone {
    let one = if names.is_empty() {
        number(first, last).boxed()
    } else {
        prop_oneof![number(first, last), name(names)].boxed()
    };
    let range = (first..=last).prop_flat_map(move |from| (from..=last).prop_map(move |to| format!("{from}-{to}")));
    let stepped = (prop_oneof![text("*"), text(""), number(first, last).boxed()], number(2, last))
        .prop_map(|(base, step)| format!("{base}/{step}"));
    prop_oneof![3 => one, 1 => range, 1 => stepped, 1 => text("*")]
}

fn text(fixed: &'static str) -> proptest::strategy::BoxedStrategy<String> {
    proptest::strategy::Just(fixed.to_owned()).boxed()
}

fn list(item: impl Strategy<Value = String> + Clone) -> impl Strategy<Value = String> {
    proptest::collection::vec(item, 1..4).prop_map(|items| items.join(","))
}

fn hours() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => number(0, 23),
        3 => select(vec!["0/4", "2/10", "8/8", "*/6", "/8", "4/12", "1,9,17", "0-12/6", "0/5", "3,23", "0/7"]).prop_map(str::to_owned),
        1 => list(item(0, 23, "")),
    ]
}

fn days() -> impl Strategy<Value = (String, String)> {
    let of_month = prop_oneof![4 => item(1, 31, ""), 1 => text("L"), 1 => name(WEEKDAYS).prop_map(|name| name + "L")];
    let nth = (item_weekday(), 1..6_u32).prop_map(|(weekday, nth)| format!("{weekday}#{nth}"));
    let of_week = prop_oneof![
        3 => item(1, 7, WEEKDAYS),
        1 => nth,
        1 => text("L"),
        1 => item_weekday().prop_map(|weekday| weekday + "L"),
    ];
    prop_oneof![
        list(of_month).prop_map(|days| (days, "?".to_owned())),
        list(of_week).prop_map(|days| ("?".to_owned(), days)),
    ]
}

fn item_weekday() -> impl Strategy<Value = String> + Clone {
    prop_oneof![number(1, 7), name(WEEKDAYS)]
}

fn is_too_dense(hours: &[i64]) -> bool {
    let tomorrow = hours.iter().map(|hour| hour + 24);
    let all: Vec<i64> = hours.iter().copied().chain(tomorrow).collect();
    all.windows(2).any(|pair| pair[1] - pair[0] < 4)
}

proptest! {
    #![proptest_config(Config::with_cases(48))]

    #[test]
    fn every_window_of_twenty_years_is_found_and_no_other(
        hours in hours(), (of_month, of_week) in days(), months in list(item(1, 12, MONTHS)), lag in any::<u16>(),
    ) {
        let text = format!("cron(0 {hours} {of_month} {months} {of_week} *)");
        let at: Vec<i64> = (0..24).filter(|hour| says(&hours, u32::try_from(*hour).unwrap(), 0, "")).collect();
        let days = twenty_years().filter(|day| says(&months, day.month, 1, MONTHS) && is_day(day, &of_month, &of_week));
        let openings: Vec<Timestamp> = days
            .flat_map(|day| at.iter().map(move |hour| START.plus_millis(day.number * DAY_MS + hour * 3_600_000)))
            .collect();

        let schedule = match Schedule::parse(&cron(&text)) {
            Ok(schedule) => schedule,
            Err(ScheduleError::Never) => {
                prop_assert!(openings.is_empty(), "{text} fires");
                return Ok(());
            }
            Err(error) => {
                prop_assert!(error == ScheduleError::Expression && is_too_dense(&at), "{text}: {error}");
                return Ok(());
            }
        };
        prop_assert!(!is_too_dense(&at), "{text} is too dense");
        let mut after = START.plus_millis(-1);
        for opening in openings {
            let window = schedule.next_window(START, after).unwrap();
            prop_assert_eq!(window.opens_at, opening, "{}", text);
            prop_assert_eq!(window.closes_at.day(), opening.day());
            // From any moment until the next opening.
            let within = i64::from(lag) * 60_000 % (4 * 3_600_000);
            after = opening.plus_millis(within);
        }
    }
}
