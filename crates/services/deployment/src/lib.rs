//! keepwell's own service: what AWS has no API for.
//!
//! Accounts of the server are made, listed and closed by principals of the first one. Anybody who may ask learns who can
//! read a secret, why a recent request was decided as it was, and what became of a secret's rotations. Databases
//! are adopted, so that their passwords are kept and changed without a function.

mod error;
mod operations;
mod paging;
mod principals;
mod room;
mod secrets;
pub mod shapes;
mod statements;

pub use error::Error;
pub use operations::{Operation, Outcome, answer};
pub use room::Room;
