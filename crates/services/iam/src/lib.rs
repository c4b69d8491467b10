//! AWS Identity and Access Management: users, groups, roles, policies and what hangs on them.

mod documents;
mod error;
mod holder;
mod managed_policy;
mod names;
mod operations;
mod paging;
mod passwords;
mod quotas;
mod room;
mod service_keys;
mod service_roles;
pub mod shapes;
mod tags;

pub use error::Error;
pub use operations::{NAMESPACE, Operation, Outcome, answer};
pub use quotas::Quotas;
pub use room::Room;
pub use service_roles::RoleMaker;
