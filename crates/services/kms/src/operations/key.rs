//! Keys: making them, looking at them, switching them off and on, and their end.

pub(super) mod cancel_key_deletion;
pub(super) mod create_key;
pub(super) mod describe_key;
pub(super) mod disable_key;
pub(super) mod enable_key;
pub(super) mod list_keys;
pub(super) mod metadata;
pub(super) mod schedule_key_deletion;
pub(super) mod update_key_description;
