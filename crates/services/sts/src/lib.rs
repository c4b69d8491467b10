//! AWS Security Token Service: who a caller is, and sessions that end.

pub mod shapes;
