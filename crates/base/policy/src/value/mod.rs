//! Values that condition operators compare.

mod decimal;
mod moment;
mod network;

pub(crate) use decimal::Decimal;
pub(crate) use moment::parse_moment;
pub(crate) use network::Network;
