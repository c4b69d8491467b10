//! AWS Secrets Manager that people run themselves: the commands, the configuration, and the house that `serve` opens.
//!
//! This crate chooses the adapters and touches the operating system. What the service does is in the crates below.

mod client;
pub mod client_files;
mod commands;
pub mod config;
pub mod greeting;
pub mod house;
mod keepers;
pub mod logging;
mod private_file;
mod process;
pub mod root_key;
mod shell;
pub mod signals;
pub mod system;

pub use commands::run;
