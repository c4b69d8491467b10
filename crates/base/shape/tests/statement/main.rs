//! One statement, and what it yields in each protocol.
#![expect(clippy::unwrap_used, clippy::panic, reason = "the helpers of these tests may fail a test")]

mod json;
mod order;
mod query;
mod rest;
