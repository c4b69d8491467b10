//! The only floor that knows HTTP: listeners, limits, TLS, routes and the rendering of answers.

mod door;
mod house;
mod proxies;
mod query;
mod rest;
mod routes;
pub mod server;
mod wire;

pub use door::{Door, Seal, ShareNotTaken};
pub use house::House;
pub use proxies::TrustedProxies;
