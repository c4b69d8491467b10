//! The operations, one file each.
//!
//! What is the same around all of them is the frame's (`service`). Here rivals for one secret take turns, once they
//! have been in each other's way.

mod batch_get_secret_value;
pub(crate) mod cancel_rotate_secret;
pub(crate) mod create_secret;
mod delete_resource_policy;
mod delete_secret;
pub(crate) mod describe_secret;
mod get_random_password;
mod get_resource_policy;
pub(crate) mod get_secret_value;
mod list_resource_policies;
mod list_secret_version_ids;
mod list_secrets;
mod put_resource_policy;
pub(crate) mod put_secret_value;
mod restore_secret;
mod rotate_secret;
pub(crate) mod tag_resource;
mod untag_resource;
mod update_secret;
pub(crate) mod update_secret_version_stage;
mod validate_resource_policy;

use service::{Asked, Service};
use shape::{ParseError, Rendered, Reply, Structure, parse_json};
use trail::Recorder;

use crate::{
    error::Error,
    room::{Call, Room},
};

service::operations! {
    Room, Call, "secretsmanager:";

    BatchGetSecretValue => batch_get_secret_value, Read;
    CancelRotateSecret => cancel_rotate_secret, Write in_turn(secret_id);
    CreateSecret => create_secret, Write in_turn(name);
    DeleteResourcePolicy => delete_resource_policy, Write in_turn(secret_id);
    DeleteSecret => delete_secret, Write in_turn(secret_id);
    DescribeSecret => describe_secret, Read;
    GetRandomPassword => get_random_password, Read;
    GetResourcePolicy => get_resource_policy, Read;
    GetSecretValue => get_secret_value, Read;
    ListResourcePolicies => list_resource_policies, Read;
    ListSecretVersionIds => list_secret_version_ids, Read;
    ListSecrets => list_secrets, Read;
    PutResourcePolicy => put_resource_policy, Write in_turn(secret_id);
    PutSecretValue => put_secret_value, Write in_turn(secret_id);
    RestoreSecret => restore_secret, Write in_turn(secret_id);
    RotateSecret => rotate_secret, Write in_turn(secret_id);
    TagResource => tag_resource, Write in_turn(secret_id);
    UntagResource => untag_resource, Write in_turn(secret_id);
    UpdateSecret => update_secret, Write in_turn(secret_id);
    UpdateSecretVersionStage => update_secret_version_stage, Write in_turn(secret_id);
    ValidateResourcePolicy => validate_resource_policy, Read;
}

impl Service for Room {
    type Operation = Operation;
    type Error = Error;
    type Request = [u8];

    const SOURCE: &'static str = "secretsmanager.amazonaws.com";

    fn recorder(&self) -> &Recorder {
        &self.recorder
    }

    fn parse<R: Structure>(request: &[u8]) -> Result<R, ParseError> {
        parse_json(request)
    }

    fn render(_: &Asked<'_, Self>, answer: &impl Reply) -> Rendered {
        service::json(answer)
    }
}
