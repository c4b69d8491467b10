//! AWS Lambda: functions and what governs them. What runs them is behind [`facades::FunctionHost`].
//!
//! A function's code and variables rest sealed and are opened for the holder of a permit ([`Vault`]). It runs with a session
//! of its role ([`Runner`]), and what it writes is written as that role ([`Output`]).

mod aliases;
mod code;
mod environment;
mod error;
mod find;
mod function_name;
mod invocation;
mod operations;
mod output;
mod paging;
mod passing;
mod permissions;
mod roles;
mod room;
mod rotation;
mod running;
mod runtimes;
mod settings;
pub mod shapes;
mod shown;
mod tags;
#[cfg(test)]
mod testing;
mod vault;
mod versions;

pub use error::Error;
pub use invocation::{Means, Runner};
pub use operations::{Operation, Outcome, answer};
pub use output::{Output, OutputMeans};
pub use roles::{HeldSessions, Roles};
pub use room::Room;
pub use vault::Vault;
