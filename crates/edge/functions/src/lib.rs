//! Where customers' functions run.
//!
//! Three kinds of process take part, all of them this program started anew:
//!
//! ```text
//! server ── socket ── host ── socket ── warden ── function
//! ```
//!
//! - The **server** holds keys and runs no function. It has a [`HostClient`].
//! - The **host** holds no keys. It unpacks code, keeps the environments in which functions run, serves each of them the
//!   Lambda Runtime API on a port of its own, and passes on what they print: [`host::run`].
//! - A **warden** stands over one environment. Whatever is started below it stays below it, also what would detach
//!   itself, and all of it is killed when the warden's socket to the host closes: [`confine::run`].
//! - The **function** is a runtime with the customer's code. It begins as this program, which takes everything away from
//!   itself that a function must not have, and then becomes the runtime.
//!
//! Each process ends when the one above it does, however that ended.

mod client;
pub mod confine;
pub mod host;
mod process_tree;
mod protocol;
pub mod remote;
mod runtimes;
mod settings;
mod wire;

pub use client::HostClient;
pub use settings::{Interpreter, OfficialClient, Settings, UserIds};

/// Of a deployment package once it is unpacked, as AWS has it.
pub const UNPACKED_BYTES_MAX: u64 = 262_144_000;

/// Arguments by which this program becomes one of the processes above.
pub const HOST_COMMAND: &str = "functions-host";
pub const CONFINE_COMMAND: &str = "functions-confine";
