//! What keeps a log from recording, as bits of one atomic: asked before every call, so it must cost nothing.

use std::sync::atomic::{AtomicU8, Ordering};

use super::LogError;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// No room for the next segment and none left in the active one.
    Full = 1,
    /// The last write failed, and what it left behind is not yet wiped.
    Write = 2,
    /// A sync failed. Never taken back.
    Sync = 4,
    /// Never taken back.
    Closed = 8,
}

#[derive(Default)]
pub(super) struct Health(AtomicU8);

impl Health {
    /// Whether this is news.
    pub(super) fn set(&self, trouble: Trouble) -> bool {
        self.0.fetch_or(trouble as u8, Ordering::AcqRel) & trouble as u8 == 0
    }

    /// Whether this is news.
    pub(super) fn clear(&self, trouble: Trouble) -> bool {
        self.has(trouble) && self.0.fetch_and(!(trouble as u8), Ordering::AcqRel) & trouble as u8 != 0
    }

    pub(super) fn has(&self, trouble: Trouble) -> bool {
        self.0.load(Ordering::Acquire) & trouble as u8 != 0
    }

    /// The gravest trouble.
    pub(super) fn check(&self) -> Result<(), LogError> {
        if self.0.load(Ordering::Acquire) == 0 {
            return Ok(());
        }
        self.check_lasting()?;
        if self.has(Trouble::Write) {
            return Err(LogError::Write);
        }
        if self.has(Trouble::Full) {
            return Err(LogError::Full);
        }
        Ok(())
    }

    /// Only the troubles that do not pass.
    pub(super) fn check_lasting(&self) -> Result<(), LogError> {
        if self.has(Trouble::Closed) {
            return Err(LogError::Closed);
        }
        if self.has(Trouble::Sync) {
            return Err(LogError::Sync);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Health, Trouble};
    use crate::log::LogError;

    #[test]
    fn the_gravest_trouble_is_told_and_each_passes_by_itself() {
        let health = Health::default();
        health.check().unwrap();
        assert!(health.set(Trouble::Full));
        assert!(!health.set(Trouble::Full));
        assert!(matches!(health.check(), Err(LogError::Full)));
        health.check_lasting().unwrap();
        assert!(health.set(Trouble::Write));
        assert!(matches!(health.check(), Err(LogError::Write)));
        assert!(health.clear(Trouble::Write));
        assert!(!health.clear(Trouble::Write));
        assert!(matches!(health.check(), Err(LogError::Full)));
        health.set(Trouble::Sync);
        assert!(matches!(health.check_lasting(), Err(LogError::Sync)));
        health.set(Trouble::Closed);
        assert!(matches!(health.check(), Err(LogError::Closed)));
    }
}
