//! Rotation: new material for a key, on its dates or at once.

pub(super) mod disable_key_rotation;
pub(super) mod enable_key_rotation;
pub(super) mod get_key_rotation_status;
pub(super) mod list_key_rotations;
pub(super) mod rotate_key_on_demand;

use contract::KeyRecord;

use crate::{
    error::Error,
    related::require_primary,
    states::{require_enabled, require_symmetric},
};

/// Of several Regions, a key is rotated at its primary.
fn require_rotatable(key: &KeyRecord) -> Result<(), Error> {
    require_symmetric(key.details.spec)?;
    require_primary(key)?;
    require_enabled(&key.arn, key.details.state)
}
