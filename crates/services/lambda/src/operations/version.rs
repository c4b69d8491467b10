//! Published versions.

pub(super) mod list_versions_by_function;
pub(super) mod publish_version;
