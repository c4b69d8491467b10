//! The store contract in SQLite, the embedded default.
