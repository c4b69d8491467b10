//! Integration tests: one crate, one binary, personas and stories.
