//! AWS CloudTrail: what was done in an account lately, looked up on the trail.
//!
//! Everything that is recorded can be looked up a moment later. Trails, which bring records elsewhere, are not here yet.

mod error;
mod lookup;
mod operations;
mod paging;
mod record;
mod resources;
mod room;
pub mod shapes;

pub use error::Error;
pub use operations::{Operation, Outcome, answer};
pub use room::Room;
