//! The wire shapes of STS, stated by hand, one Rust type a wire shape.
//!
//! `e2e/python/test_shapes.py` holds every statement against the service model inside the installed `botocore` package.
//! Members that the house does not serve are stated all the same, so that a request which holds them is understood and
//! can be refused.

mod assume_role;
mod credentials;
mod decode_authorization_message;
mod forms;
mod get_access_key_info;
mod get_caller_identity;
mod get_federation_token;
mod get_session_token;
mod session;

use shape::{OperationShape, ServiceDescription};

pub use assume_role::{AssumeRole, AssumeRoleRequest, AssumeRoleResponse, AssumedRoleUser, ProvidedContext};
pub use credentials::Credentials;
pub use decode_authorization_message::{
    DecodeAuthorizationMessage, DecodeAuthorizationMessageRequest, DecodeAuthorizationMessageResponse,
};
pub use get_access_key_info::{GetAccessKeyInfo, GetAccessKeyInfoRequest, GetAccessKeyInfoResponse};
pub use get_caller_identity::{GetCallerIdentity, GetCallerIdentityRequest, GetCallerIdentityResponse};
pub use get_federation_token::{
    FederatedUser, GetFederationToken, GetFederationTokenRequest, GetFederationTokenResponse,
};
pub use get_session_token::{GetSessionToken, GetSessionTokenRequest, GetSessionTokenResponse};
pub use session::{PolicyDescriptorType, Tag};

/// Every operation whose shapes are stated here.
pub const OPERATIONS: &[OperationShape] = &[
    OperationShape::of::<AssumeRole>(),
    OperationShape::of::<DecodeAuthorizationMessage>(),
    OperationShape::of::<GetAccessKeyInfo>(),
    OperationShape::of::<GetCallerIdentity>(),
    OperationShape::of::<GetFederationToken>(),
    OperationShape::of::<GetSessionToken>(),
];

/// The statements as data, to be compared with AWS's model.
pub fn description() -> ServiceDescription {
    ServiceDescription::of(OPERATIONS)
}

/// Parses the bytes as each operation's request. Panics when a promise of the shapes is broken.
pub fn fuzz_all(bytes: &[u8]) {
    for operation in OPERATIONS {
        (operation.fuzz)(bytes);
    }
}

#[cfg(test)]
mod tests;
