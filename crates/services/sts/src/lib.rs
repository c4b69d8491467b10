//! AWS Security Token Service: who a caller is, and sessions that end.
//!
//! Nothing of a session is stored. Its claims are sealed into the token that its holder carries; what he may do is read
//! anew at every request.

mod chain;
mod durations;
mod error;
mod one_time_codes;
mod operations;
mod packed;
mod role_arn;
mod room;
pub mod shapes;
mod trust_keys;
mod wrong_codes;

pub use error::Error;
pub use operations::{NAMESPACE, Operation, Outcome, answer};
pub use room::Room;
pub use wrong_codes::WrongCodes;
