//! The only floor that knows HTTP: listeners, limits, TLS, routes and the rendering of answers.

mod house;
mod proxies;
mod query;
mod routes;
pub mod server;
mod wire;

pub use house::House;
pub use proxies::TrustedProxies;
