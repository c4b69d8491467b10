//! Rotation: what a secret's rotation is, when it is due, and who does it.
//!
//! A secret's rotation lies in its record. `run` says what becomes of it, purely; `scheduler` takes what is due from the
//! store's jobs and has the four steps done; `schedule` knows AWS's grammar.

#[cfg_attr(not(test), expect(dead_code, reason = "its tests are the first to read it; RotateSecret is next"))]
pub(crate) mod schedule;
mod settings;
mod token;

use std::sync::Arc;

use facades::RotationFunctions;
use seal::KeyMaterial;

pub use settings::{RotationProfile, RotationSettings};
pub(crate) use token::RotationTokens;

/// What rotates secrets, and by which rules.
pub struct Rotation {
    pub functions: Arc<dyn RotationFunctions>,
    pub settings: RotationSettings,
    pub(crate) tokens: RotationTokens,
}

impl Rotation {
    /// `token_key` is for rotation tokens alone.
    pub fn new(functions: Arc<dyn RotationFunctions>, settings: RotationSettings, token_key: KeyMaterial) -> Self {
        Self { functions, settings, tokens: RotationTokens::new(token_key) }
    }
}
