//! Log groups.

pub(crate) mod create_log_group;
pub(super) mod delete_log_group;
pub(super) mod delete_retention_policy;
pub(super) mod describe_log_groups;
pub(super) mod put_log_group_deletion_protection;
pub(super) mod put_retention_policy;
