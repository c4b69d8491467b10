//! Who is calling, and whether they may.
//!
//! [`Authenticator`] turns a signed request into a [`Caller`]; nothing else can make one. [`Gate`] turns a caller's
//! wish into a permit, or a refusal with AWS's text. Until policies arrive the only callers are accounts' root users.

mod authenticate;
mod authorize;
mod caller;
mod context;
mod credentials;
mod security_log;

pub use authenticate::{AuthenticationError, Authenticator, Service};
pub use authorize::{AuthorizationError, Gate};
pub use caller::Caller;
pub use context::{RequestContext, TlsContext};
pub use credentials::{open_secret_access_key, seal_secret_access_key};
