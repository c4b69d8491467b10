//! Rotation: what a secret's rotation is, when it is due, and who does it.
//!
//! A secret's rotation lies in its record. `run` says what becomes of it, purely; `scheduler` takes what is due from the
//! store's jobs, and `attempt` has the four steps done; `schedule` knows AWS's grammar.

mod attempt;
mod chance;
mod checks;
mod events;
mod outside;
mod places;
mod rules;
pub(crate) mod run;
pub(crate) mod schedule;
mod scheduler;
mod settings;
mod shown;
mod token;
mod unplanned;

use std::sync::Arc;

use facades::RotationFunctions;
use seal::KeyMaterial;
use tokio::sync::Notify;

pub(crate) use attempt::{end_what_is_over, rotation_job};
pub(crate) use checks::check_job;
pub(crate) use outside::{job_after, with_new_value};
pub(crate) use rules::{rules_of, rules_of_managed};
pub use scheduler::Scheduler;
pub use settings::{RotationProfile, RotationSettings};
pub(crate) use shown::ShownRotation;
pub(crate) use token::RotationTokens;

/// What rotates secrets, and by which rules.
pub struct Rotation {
    pub functions: Arc<dyn RotationFunctions>,
    pub settings: RotationSettings,
    pub(crate) tokens: RotationTokens,
    /// Wakes the scheduler.
    pub(crate) asked_for: Notify,
}

impl Rotation {
    /// `token_key` is for rotation tokens alone.
    pub fn new(functions: Arc<dyn RotationFunctions>, settings: RotationSettings, token_key: KeyMaterial) -> Self {
        Self { functions, settings, tokens: RotationTokens::new(token_key), asked_for: Notify::new() }
    }
}
