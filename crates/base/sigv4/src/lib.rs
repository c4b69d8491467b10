//! AWS Signature Version 4: canonical requests, header and presigned forms, verification and signing.
//!
//! A request arrives with a signature that proves nothing yet. The way from there to belief has four steps, in the
//! order in which AWS reports what is wrong:
//!
//! 1. [`PresentedSignature::parse`] reads the `Authorization` header or the `X-Amz-*` query parameters;
//! 2. [`PresentedSignature::check_time`] holds the signature's time against the clock;
//! 3. [`PresentedSignature::check_scope`] holds region, service, terminator and date against what is served here;
//! 4. [`PresentedSignature::verify`] rebuilds what the client must have signed and compares in constant time.
//!
//! Between 3 and 4 the caller looks up the access key, judges the session token and derives a [`SigningKey`], or
//! takes it from a cache: that look-up is not this crate's business, nor are clocks, keys at rest and HTTP bodies.
//!
//! The rules are those of every service but S3: paths are normalised and encoded a second time, and the payload hash
//! is always the hash of the body that came. [`sign`] holds the other side, for the command line and for tests.

mod amz_date;
mod authorization;
mod canonical;
mod claims;
mod credential_scope;
mod error;
mod freshness;
pub mod fuzz;
mod payload_hash;
mod presented;
mod presigned;
mod request;
pub mod sign;
mod signed_headers;
mod signing_key;
mod verify;

pub use canonical::{Expected, Scratch};
pub use credential_scope::CredentialScope;
pub use error::{ErrorKind, MissingHeaderParameters, MissingQueryParameters, SignatureError};
pub use presented::PresentedSignature;
pub use request::ReceivedRequest;
pub use signing_key::SigningKey;

/// The one algorithm spoken here. SigV4a (`AWS4-ECDSA-P256-SHA256`) is answered as an unsupported algorithm.
pub(crate) const ALGORITHM: &str = "AWS4-HMAC-SHA256";
