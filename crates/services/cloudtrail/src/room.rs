//! What every operation of the service is given.

use std::{ops::Deref, sync::Arc};

use gate::{Gate, Target};
use policy::Resource;
use seal::KeyMaterial;
use service::Asked;
use shape::Structure;
use terms::Entropy;
use tokio::sync::Semaphore;
use trail::{History, Recorder};

use crate::error::Error;

/// So many look at once: each keeps a thread and some memory busy. The others wait their turn.
const LOOKS_MAX: usize = 2;

/// The service: its guards, and the past.
pub struct Room {
    pub gate: Arc<Gate>,
    pub recorder: Arc<Recorder>,
    pub entropy: Arc<dyn Entropy>,
    /// Seals paging tokens.
    pub paging_key: KeyMaterial,
    pub(crate) history: Arc<History>,
    pub(crate) looks: Arc<Semaphore>,
}

impl Room {
    pub fn new(gate: Arc<Gate>, recorder: Arc<Recorder>, entropy: Arc<dyn Entropy>, paging_key: KeyMaterial) -> Self {
        let history = Arc::new(recorder.history());
        Self { gate, recorder, entropy, paging_key, history, looks: Arc::new(Semaphore::new(LOOKS_MAX)) }
    }
}

/// One call of one operation.
pub(crate) struct Call<'a>(Asked<'a, Room>);

impl<'a> Deref for Call<'a> {
    type Target = Asked<'a, Room>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<'a> Call<'a> {
    pub(crate) fn of(asked: Asked<'a, Room>, _: &impl Structure) -> Self {
        Self(asked)
    }

    /// Events are nobody's resource: policies see `*`.
    pub(crate) async fn authorize(&self) -> Result<(), Error> {
        let target = Target::new(&Resource::Every);
        self.room.gate.authorize(self.context, self.caller, self.action, &target).await?;
        Ok(())
    }
}
