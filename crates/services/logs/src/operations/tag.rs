//! Tags of log groups. The older operations name the group, the newer ones its ARN, and policies see what was named.

pub(super) mod list_tags_for_resource;
pub(super) mod list_tags_log_group;
pub(super) mod tag_log_group;
pub(super) mod tag_resource;
pub(super) mod untag_log_group;
pub(super) mod untag_resource;
