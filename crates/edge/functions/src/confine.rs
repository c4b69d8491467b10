//! The processes below the host: a warden over each environment, and what becomes the function.

mod cell;
mod enter;
mod landlock;
mod seccomp;
mod warden;

use std::io::{self, Read, Write};
use std::process::ExitCode;

use serde::{Serialize, de::DeserializeOwned};
use zeroize::Zeroizing;

pub(crate) use cell::{Cell, Ended, Exit, Limits};
pub(crate) use landlock::abi as landlock_abi;
pub(crate) use seccomp::is_to_be_had as seccomp_is_to_be_had;

pub(crate) const WARDEN: &str = "warden";
const ENTER: &str = "enter";

/// A description of a cell is small; this ends a conversation that has lost its step.
const MESSAGE_BYTES_MAX: u32 = 4 * 1024 * 1024;

/// What the program does when it is started with [`crate::CONFINE_COMMAND`], which only the host and the warden do:
/// standard input is a socket to them.
pub fn run(role: &str) -> ExitCode {
    match role {
        WARDEN => warden::run(),
        ENTER => enter::run(),
        _ => ExitCode::FAILURE,
    }
}

/// A message between these processes: its length in four bytes, and JSON.
pub(crate) fn message(value: &impl Serialize) -> io::Result<Zeroizing<Vec<u8>>> {
    let json = Zeroizing::new(serde_json::to_vec(value)?);
    let length = u32::try_from(json.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
    Ok(Zeroizing::new([&length.to_be_bytes()[..], &json].concat()))
}

fn send(mut to: impl Write, value: &impl Serialize) -> io::Result<()> {
    to.write_all(&message(value)?)
}

fn receive<T: DeserializeOwned>(mut from: impl Read) -> io::Result<T> {
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    let length = Some(u32::from_be_bytes(length)).filter(|length| *length <= MESSAGE_BYTES_MAX);
    let length = length.and_then(|length| usize::try_from(length).ok()).ok_or(io::ErrorKind::InvalidData)?;
    let mut json = Zeroizing::new(vec![0; length]);
    from.read_exact(&mut json)?;
    Ok(serde_json::from_slice(&json)?)
}
