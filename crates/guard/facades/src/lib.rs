//! Traits and values by which services use each other without naming each other. The binary plugs them together.

mod envelope;

pub use envelope::{Envelope, EnvelopeError, KeyChoice};
