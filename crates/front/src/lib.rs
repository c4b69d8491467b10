//! The only floor that knows HTTP: listeners, limits, TLS, routes and the rendering of answers.

pub mod server;
