//! Moments drawn by chance, so that not everything happens at once.

use contract::RotationWindow;
use terms::{Entropy, Timestamp};

use super::settings::RotationSettings;

pub(crate) struct Chance<'a>(pub(crate) &'a dyn Entropy);

impl Chance<'_> {
    /// Between zero and this.
    pub(crate) fn up_to(&self, most: i64) -> i64 {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        // What lies above favours the small a little, which does no harm here.
        let drawn = i64::from_le_bytes(bytes).wrapping_abs().max(0);
        most.checked_add(1).and_then(|count| drawn.checked_rem(count)).unwrap_or(0)
    }

    /// A moment of the window, not before now, and early in it.
    pub(crate) fn within(&self, window: RotationWindow, now: Timestamp, settings: &RotationSettings) -> Timestamp {
        let earliest = window.opens_at.max(now);
        let left = window.closes_at.as_millis().saturating_sub(earliest.as_millis()).max(0);
        let spread = i64::try_from(settings.start_spread.as_millis()).unwrap_or(i64::MAX);
        earliest.plus_millis(self.up_to(left.min(spread)))
    }
}
