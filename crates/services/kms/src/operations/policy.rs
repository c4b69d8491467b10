//! Key policies. Each key has one.

pub(super) mod get_key_policy;
pub(super) mod list_key_policies;
pub(super) mod put_key_policy;
