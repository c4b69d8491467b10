//! Who is calling, and whether they may.
//!
//! [`Authenticator`] turns a signed request into a [`Caller`]; nothing else can make one. A caller has a [`Standing`]:
//! its principal with every policy that governs it, as of one state of its account's IAM. [`Gate`] turns a caller's
//! wish into a permit, or a refusal with AWS's text, and remembers what it decided.

mod access_key;
mod authenticate;
mod authorization_message;
mod authorize;
pub mod aws_managed;
mod caller;
mod condition_keys;
mod context;
mod credentials;
mod decisions;
pub mod mfa;
pub mod principals;
mod prospect;
mod role_sessions;
mod security_log;
mod service_caller;
mod session;
mod standing;
mod target;
mod unique_id;
mod user_identity;

pub use access_key::{AccessKeyPrefix, NewAccessKey, account_of_access_key, new_access_key};
pub use authenticate::{AuthenticationError, Authenticator, Service};
pub use authorization_message::AuthorizationMessages;
pub use authorize::{AuthorizationError, Gate};
pub use caller::Caller;
pub use condition_keys::tag_value;
pub use context::{RequestContext, TlsContext};
pub use credentials::{open_secret_access_key, seal_secret_access_key};
pub use decisions::Told;
pub use prospect::{Prospect, SecretSubjectKeys};
pub use role_sessions::{NewRoleSession, RoleSession, RoleSessionError, RoleSessions, RoleTaker};
pub use service_caller::ServiceCaller;
pub use session::{Restrictions, SessionClaims, SessionCredentials, SessionHolder, SessionKey};
pub use standing::{Standing, managed_policy};
pub use target::{Keys, NoKeys, RequestTags, ResourcePolicy, Target};
pub use unique_id::{UniqueIdPrefix, new_unique_id};
