//! Where tests let the disk fail. Outside of tests nothing ever does here, and the compiler leaves nothing of it.

use std::io;

#[derive(Clone, Copy)]
#[cfg_attr(test, derive(PartialEq, Eq))]
pub(super) enum Step {
    /// Taking room on the disk for a segment.
    Reserve,
    Write,
    Sync,
}

#[derive(Default)]
pub(super) struct Faults {
    #[cfg(test)]
    failing: parking_lot::Mutex<Vec<Step>>,
}

impl Faults {
    #[cfg(not(test))]
    #[inline]
    pub(super) fn before(&self, _step: Step) -> io::Result<()> {
        Ok(())
    }

    #[cfg(test)]
    pub(super) fn before(&self, step: Step) -> io::Result<()> {
        if self.failing.lock().contains(&step) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        Ok(())
    }

    #[cfg(test)]
    pub(super) fn fail(&self, step: Step) {
        self.failing.lock().push(step);
    }

    #[cfg(test)]
    pub(super) fn heal(&self) {
        self.failing.lock().clear();
    }
}
