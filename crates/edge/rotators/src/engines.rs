//! Which rotators there are.

use crate::{catalogue::Catalogue, settings::RotatorSettings};

/// All of them, under the names of AWS's functions or, where AWS has none, under names of keepwell's own.
pub(crate) fn all(_settings: &RotatorSettings) -> Catalogue {
    Catalogue::new()
}
