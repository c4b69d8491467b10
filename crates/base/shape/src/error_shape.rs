//! The form of an error in a REST protocol.

use serde::Serialize;

/// An error that a REST service's model gives a form of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ErrorShape {
    pub name: &'static str,
    pub status: u16,
    /// How the member that holds the text is spelled: `message` or `Message`.
    pub message: &'static str,
}

impl ErrorShape {
    pub const fn new(name: &'static str, status: u16, message: &'static str) -> Self {
        Self { name, status, message }
    }
}
