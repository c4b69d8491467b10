//! Wrong one-time codes, counted for each device.
//!
//! A code has a million values and three of them are good at any time. Whoever holds an access key must not be able to
//! try them all, so after a few wrong ones a device is believed nothing for a while.

use std::collections::HashMap;

use parking_lot::Mutex;
use terms::Timestamp;

const WRONG_CODES_MAX: u32 = 5;
const WINDOW_MS: i64 = 300_000;
/// Devices that are remembered; those whose window has passed are forgotten first.
const DEVICES_MAX: usize = 10_000;

#[derive(Default)]
pub struct WrongCodes(Mutex<HashMap<String, Tries>>);

struct Tries {
    began_at: Timestamp,
    wrong: u32,
}

impl WrongCodes {
    pub(crate) fn may_try(&self, serial_number: &str, now: Timestamp) -> bool {
        let tries = self.0.lock();
        tries.get(serial_number).is_none_or(|tries| tries.wrong < WRONG_CODES_MAX || tries.is_over(now))
    }

    pub(crate) fn note(&self, serial_number: &str, now: Timestamp) {
        let mut devices = self.0.lock();
        if devices.len() >= DEVICES_MAX {
            devices.retain(|_, tries| !tries.is_over(now));
        }
        let tries = devices.entry(serial_number.to_owned()).or_insert(Tries { began_at: now, wrong: 0 });
        if tries.is_over(now) {
            *tries = Tries { began_at: now, wrong: 0 };
        }
        tries.wrong = tries.wrong.saturating_add(1);
    }
}

impl Tries {
    fn is_over(&self, now: Timestamp) -> bool {
        now >= self.began_at.plus_millis(WINDOW_MS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    #[test]
    fn after_five_wrong_codes_a_device_rests_five_minutes_and_others_do_not() {
        let codes = WrongCodes::default();
        for second in 0..5 {
            assert!(codes.may_try("device", at(second)), "{second}");
            codes.note("device", at(second));
        }
        assert!(!codes.may_try("device", at(5)));
        assert!(!codes.may_try("device", at(299)));
        assert!(codes.may_try("other", at(5)));
        assert!(codes.may_try("device", at(300)));
        codes.note("device", at(300));
        assert!(codes.may_try("device", at(301)));
    }

    #[test]
    fn a_full_list_forgets_what_is_over() {
        let codes = WrongCodes::default();
        for number in 0..DEVICES_MAX {
            codes.note(&number.to_string(), at(0));
        }
        codes.note("late", at(300));
        assert_eq!(codes.0.lock().len(), 1);
    }
}
