//! Stories lived through the official Rust SDK.
