//! The store contract in SQLite, the embedded default.
//!
//! One writer thread takes whatever waits, writes it in one transaction and makes it durable together (group
//! commit). Reads are answered from a cache of records, which the writer replaces before it answers, so it is exact;
//! what is not cached is read by a few reader threads, so that a cold page never stops a runtime worker. The folder is
//! locked by one process: that is what makes the cache exact.

mod cache;
mod failure;
mod folder;
mod functions;
mod identities;
mod keys;
mod list;
mod logs;
mod migrate;
#[cfg(test)]
mod plans;
mod read;
mod readers;
mod scopes;
mod store;
#[cfg(test)]
mod testing;
mod versions;
mod write;
mod write_functions;
mod write_identities;
mod write_keys;
mod write_logs;
mod writer;

pub use folder::FolderError;
pub use migrate::MigrationError;
pub use readers::ReadersError;
pub use store::{Evidence, OpenError, Settings, SqliteStore};
