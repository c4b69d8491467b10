//! Keys in several Regions: making replicas, and choosing which of them is the primary.

pub(super) mod replicate_key;
pub(super) mod update_primary_region;

use contract::KeyRecord;

use crate::{error::Error, related::not_primary};

/// Neither a replica nor a key of one Region.
fn require_primary(key: &KeyRecord) -> Result<(), Error> {
    if key.details.primary_region == Some(key.scope.region) { Ok(()) } else { Err(not_primary(key)) }
}
