//! Values of conditions that are more than text.

use std::net::IpAddr;

pub(super) fn boolean(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// A decimal number, exactly: billionths of one.
pub(super) fn number(text: &str) -> Option<i128> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_number = |digits: &str| !digits.is_empty() && digits.chars().all(|digit| digit.is_ascii_digit());
    if !is_number(whole) || !is_number(part) || part.len() > 9 || whole.len() > 20 {
        return None;
    }
    let billionths: i128 = format!("{part:0<9}").parse().ok()?;
    Some(sign * (whole.parse::<i128>().ok()? * 1_000_000_000 + billionths))
}

/// Milliseconds since 1970: seconds as a number, or the profile of ISO 8601 that the W3C wrote down.
pub(super) fn instant(text: &str) -> Option<i128> {
    if text.chars().all(|letter| letter.is_ascii_digit() || letter == '.') && text.len() > 4 {
        return Some(number(text)? / 1_000_000);
    }
    let (date, time) = match text.split_once('T') {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let parts: Vec<i128> = date.split('-').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let (year, month, day) = match parts.as_slice() {
        [year] => (*year, 1, 1),
        [year, month] => (*year, *month, 1),
        [year, month, day] => (*year, *month, *day),
        _ => return None,
    };
    let mut days = day - 1;
    for earlier in 1970..year {
        days += if is_leap(earlier) { 366 } else { 365 };
    }
    for earlier in 1..month {
        days += match earlier {
            4 | 6 | 9 | 11 => 30,
            2 if is_leap(year) => 29,
            2 => 28,
            _ => 31,
        };
    }
    let millis = match time {
        None => 0,
        Some(time) => time_of_day(time)?,
    };
    Some(days * 86_400_000 + millis)
}

fn is_leap(year: i128) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// `hh:mm[:ss[.s]]` and a zone.
fn time_of_day(text: &str) -> Option<i128> {
    let (clock, offset) = if let Some(clock) = text.strip_suffix('Z') {
        (clock, 0)
    } else {
        let (clock, zone) = text.split_at(text.rfind(['+', '-'])?);
        let (hours, minutes) = zone.split_once(':')?;
        // The sign belongs to both.
        let hours: i128 = hours.parse().ok()?;
        let minutes: i128 = minutes.parse().ok()?;
        (clock, hours * 60 + if zone.starts_with('-') { -minutes } else { minutes })
    };
    let mut parts = clock.split(':');
    let hours: i128 = parts.next()?.parse().ok()?;
    let minutes: i128 = parts.next()?.parse().ok()?;
    let seconds = number(parts.next().unwrap_or("0"))? / 1_000_000;
    Some((hours * 60 + minutes - offset) * 60_000 + seconds)
}

/// Base64, as the policy writes bytes.
pub(super) fn binary(text: &str) -> Option<Vec<u8>> {
    const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    if !text.len().is_multiple_of(4) {
        return None;
    }
    let mut bits = String::new();
    for letter in text.trim_end_matches('=').chars() {
        bits.push_str(&format!("{:06b}", LETTERS.find(letter)?));
    }
    let whole_bytes = bits.as_bytes().chunks_exact(8);
    whole_bytes.map(|byte| u8::from_str_radix(str::from_utf8(byte).ok()?, 2).ok()).collect()
}

pub(super) fn is_in_network(value: &str, network: &str) -> bool {
    let (base, length) = match network.split_once('/') {
        Some((base, length)) => (base, length.parse::<usize>().ok()),
        None => (network, None),
    };
    let (Some(value), Some(base)) = (bits(value), bits(base)) else { return false };
    let length = length.unwrap_or(base.len());
    value.len() == base.len() && value.chars().take(length).eq(base.chars().take(length))
}

fn bits(address: &str) -> Option<String> {
    Some(match address.parse().ok()? {
        IpAddr::V4(address) => format!("{:032b}", u32::from(address)),
        IpAddr::V6(address) => format!("{:0128b}", u128::from(address)),
    })
}
