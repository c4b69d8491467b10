//! SQLite lives through the stories of the suite, and through a few of its own.
#![expect(clippy::unwrap_used, reason = "tests, and what they share, fail by panicking")]

mod fixture;
mod folder;
mod full_disk;
mod rows;

/// Everything that was read or written stays cached.
mod with_a_roomy_cache {
    suite::stories!(crate::fixture::Folder<{ 64 << 20 }>);
}

/// A few records fit: eviction and refill race with writes.
mod with_a_tight_cache {
    suite::stories!(crate::fixture::Folder<{ 16 << 10 }>);
}

/// Nothing fits: every read comes from the database.
mod without_a_cache {
    suite::stories!(crate::fixture::Folder<0>);
}
