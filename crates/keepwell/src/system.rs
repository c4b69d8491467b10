//! Time and randomness as the operating system gives them. Everything else takes them as arguments.

use std::cell::RefCell;
use std::time::{Duration, SystemTime};

use terms::{Clock, Entropy, Timestamp};
use zeroize::Zeroize;

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
        if bytes.len() > SHORT_BYTES_MAX {
            return draw(bytes);
        }
        STOCK.with_borrow_mut(|stock| stock.fill(bytes));
    }
}

fn draw(bytes: &mut [u8]) {
    if aws_lc_rs::rand::fill(bytes).is_err() {
        // Keys and tokens must never be made of anything else, and there is no caller who could go on without.
        std::process::abort();
    }
}

/// Ids and nonces, of which every request has several, are taken from a stock: a draw costs the same for 16 bytes and
/// for hundreds. Keys are longer, and drawn when they are needed.
const SHORT_BYTES_MAX: usize = 16;
const STOCK_BYTES: usize = 512;

thread_local! {
    static STOCK: RefCell<Stock> = const { RefCell::new(Stock { bytes: [0; STOCK_BYTES], left: 0 }) };
}

/// Random bytes that nobody has seen yet. What was handed out is wiped.
struct Stock {
    bytes: [u8; STOCK_BYTES],
    left: usize,
}

impl Stock {
    fn fill(&mut self, wanted: &mut [u8]) {
        if self.left < wanted.len() {
            draw(&mut self.bytes);
            self.left = STOCK_BYTES;
        }
        let rest = self.left.saturating_sub(wanted.len());
        if let Some(taken) = self.bytes.get_mut(rest..self.left) {
            wanted.copy_from_slice(taken);
            taken.zeroize();
            self.left = rest;
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

    #[test]
    fn short_draws_from_the_stock_are_never_the_same_and_never_blank() {
        let mut seen = std::collections::HashSet::new();
        for length in (8..=16).cycle().take(10_000) {
            let mut bytes = vec![0; length];
            SystemEntropy.fill(&mut bytes);
            assert!(bytes.iter().any(|byte| *byte != 0));
            assert!(seen.insert(bytes));
        }
    }

    #[test]
    fn what_was_handed_out_is_wiped() {
        let mut stock = Stock { bytes: [0; STOCK_BYTES], left: 0 };
        let mut taken = [0; 16];
        stock.fill(&mut taken);
        assert_eq!(stock.left, STOCK_BYTES - 16);
        assert_eq!(stock.bytes[stock.left..], [0; 16]);
        assert!(!stock.bytes.windows(16).any(|window| window == taken));
    }
}
