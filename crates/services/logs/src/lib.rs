//! CloudWatch Logs: what functions and others write down, kept sealed and read back.

pub mod shapes;
