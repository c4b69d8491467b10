//! The thread that keeps one empty segment ahead, and that notices when a disk which refused has room again.

use std::time::Duration;

use parking_lot::MutexGuard;

use super::append::SpareSegment;
use super::health::Trouble;
use super::node_log::Shared;

const RETRY_INTERVAL: Duration = Duration::from_millis(500);

pub(super) fn keep_a_spare(shared: &Shared) {
    let mut state = shared.state.lock();
    while shared.health.check_lasting().is_ok() {
        if matches!(state.spare, SpareSegment::Wanted | SpareSegment::Refused) {
            let prepared = MutexGuard::unlocked(&mut state, || {
                shared.folder.prepare_spare(shared.settings.segment_bytes, &shared.faults)
            });
            match prepared {
                Ok(spare) => {
                    if matches!(state.spare, SpareSegment::Refused) {
                        tracing::info!("the node log has room for its next segment again");
                    }
                    state.spare = SpareSegment::Ready(spare);
                    shared.health.clear(Trouble::Full);
                }
                Err(error) => {
                    if !matches!(state.spare, SpareSegment::Refused) {
                        let left_bytes = state.active.capacity.saturating_sub(state.active.offset);
                        tracing::warn!(%error, left_bytes, "no room for the node log's next segment");
                    }
                    state.spare = SpareSegment::Refused;
                }
            }
            shared.room.notify_all();
        }
        let writable = shared.mend(&mut state).is_ok();
        // The lock was free while a segment was laid out: who closed the log then, called before this thread listened.
        if shared.health.check_lasting().is_err() {
            break;
        }
        if writable && !matches!(state.spare, SpareSegment::Refused) {
            shared.errand.wait(&mut state);
        } else {
            shared.errand.wait_for(&mut state, RETRY_INTERVAL);
        }
    }
}
