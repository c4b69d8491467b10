//! Tags of keys.

pub(super) mod list_resource_tags;
pub(super) mod tag_resource;
pub(super) mod untag_resource;
