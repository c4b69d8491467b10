//! Turns of a rotator, with every step taken twice, as if nobody had heard that it was done.

use super::Tools;
use crate::{
    document::SecretDocument,
    failure::Failure,
    rotator::{Rotator, Versions},
};

impl Tools {
    /// Until the new value has shown that it is good. Returns it.
    pub(crate) async fn turn(
        &self,
        rotator: &dyn Rotator,
        current: &SecretDocument,
        previous: Option<&SecretDocument>,
    ) -> Result<SecretDocument, String> {
        let told = |failure: Failure| failure.to_string();
        let pending = rotator.create(&self.errand(), current).await.map_err(told)?;
        let versions = Versions { current: current.clone(), pending: pending.clone(), previous: previous.cloned() };
        for _ in 0..2 {
            rotator.set(&self.errand(), &versions).await.map_err(told)?;
            rotator.test(&self.errand(), &pending).await.map_err(told)?;
        }
        Ok(pending)
    }

    /// The whole of it, where whoever holds the current value gets in until the new one has taken its place.
    pub(crate) async fn whole_turn(
        &self,
        rotator: &dyn Rotator,
        current: &SecretDocument,
        previous: Option<&SecretDocument>,
    ) -> SecretDocument {
        let pending = self.turn(rotator, current, previous).await.unwrap();
        rotator.test(&self.errand(), current).await.unwrap();
        for _ in 0..2 {
            rotator.retire(&self.errand(), &pending, current).await.unwrap();
        }
        pending
    }
}
