//! AWS Secrets Manager: shapes, operations and the rules of versions, labels and deletion.
//!
//! An operation is one file in `operations/`, and reads as a story: find, ask for the permit, decide with pure rules
//! (`versions`, `tags`, `filters`, `principals`), seal, commit with its record. Errors are in [`Error`], in AWS's words.

mod background;
mod door;
mod error;
mod filters;
mod found;
mod keys;
mod listing;
mod managed;
mod operations;
mod paging;
mod principals;
mod quotas;
mod resource_policy;
mod room;
mod rotation;
pub mod shapes;
mod tags;
mod turnstiles;
mod versions;

pub use door::Door;
pub use error::Error;
pub use operations::{Operation, Outcome, answer};
pub use quotas::Quotas;
pub use room::Room;
pub use rotation::{Rotation, RotationProfile, RotationSettings, Scheduler};
pub use turnstiles::Turnstiles;
