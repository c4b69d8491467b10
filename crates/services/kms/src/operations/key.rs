//! Keys: making them, looking at them, switching them off and on, and their end.

mod metadata;

pub(super) mod describe_key;
