//! The edge, seen from real sockets.

mod drain;
mod http1;
mod http2;
mod limits;
mod scratch;
mod tls;
