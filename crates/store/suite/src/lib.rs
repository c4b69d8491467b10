//! The stories that every store adapter lives through.
