//! Time and randomness as the operating system gives them. Everything else takes them as arguments.

use std::time::{Duration, SystemTime};

use terms::{Clock, Entropy, Timestamp};

/// The system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the time of day enters the program")]
    fn now(&self) -> Timestamp {
        let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        // A clock set before 1970 is refused by every signature check anyway.
        Timestamp::from_millis(since_1970.map(millis).unwrap_or_default())
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// The system's random generator, by way of AWS-LC.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        if aws_lc_rs::rand::fill(bytes).is_err() {
            // Keys and tokens must never be made of anything else, and there is no caller who could go on without.
            std::process::abort();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_tells_a_time_in_this_century() {
        let now = SystemClock.now();
        assert!(now > Timestamp::from_millis(1_767_225_600_000), "before 2026: {now:?}");
        assert!(now < Timestamp::from_millis(4_102_444_800_000), "after 2099: {now:?}");
    }

    #[test]
    fn entropy_fills_every_byte_anew() {
        let draw = || {
            let mut bytes = [0; 32];
            SystemEntropy.fill(&mut bytes);
            bytes
        };
        assert_ne!(draw(), draw());
        assert_ne!(draw()[16..], [0; 16]);
    }
}
