//! Keys stay out of swap.

use std::{
    mem, ptr,
    sync::atomic::{AtomicU8, Ordering},
};

/// What became of every wish so far: a page that is locked or refused belongs to the process, as this does.
static WISHES: AtomicU8 = AtomicU8::new(NONE);

const NONE: u8 = 0;
const ALL_GRANTED: u8 = 1;
const SOME_REFUSED: u8 = 2;

/// Whether the system has locked every [`KeyMaterial`](crate::KeyMaterial) of this process into memory so far. Without
/// keys there is nothing to tell.
///
/// It refuses beyond `RLIMIT_MEMLOCK`. A key that was refused works like any other.
pub fn memory_is_locked() -> Option<bool> {
    match WISHES.load(Ordering::Relaxed) {
        NONE => None,
        wishes => Some(wishes == ALL_GRANTED),
    }
}

/// Asks the system to keep the pages of a value in memory, where it must stay.
///
/// They are never unlocked. Locks do not nest, and a page holds several keys: the first of them that is dropped would
/// unlock the others. So a page whose keys are gone may stay locked until the allocator gives it back to the system.
pub(crate) fn keep_in_memory<T>(value: &T) {
    let wish = match region::lock(ptr::from_ref(value), size_of::<T>()) {
        Ok(guard) => {
            mem::forget(guard);
            ALL_GRANTED
        }
        Err(_) => SOME_REFUSED,
    };
    WISHES.fetch_max(wish, Ordering::Relaxed);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::key;

    #[test]
    fn what_is_told_to_be_locked_is_locked() {
        let key = key(1);
        let told = memory_is_locked().expect("a key was made");
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let locked =
            status.lines().find_map(|line| line.strip_prefix("VmLck:")).unwrap().trim().trim_end_matches(" kB");
        assert!(!told || locked.parse::<u64>().unwrap() >= 4, "{locked} kB are locked");
        drop(key);
    }
}
