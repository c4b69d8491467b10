//! One file an operation, under the operation's name: what it answers, byte for byte where that is known.

mod access;
mod batch_get_secret_value;
mod cancel_rotate_secret;
mod create_secret;
mod delete_resource_policy;
mod delete_secret;
mod describe_secret;
mod get_random_password;
mod get_resource_policy;
mod get_secret_value;
mod list_resource_policies;
mod list_secret_version_ids;
mod list_secrets;
mod put_resource_policy;
mod put_secret_value;
mod restore_secret;
mod rotate_secret;
mod secret_ids;
mod tag_resource;
mod untag_resource;
mod update_secret;
mod update_secret_version_stage;
mod validate_resource_policy;
mod wire;
