//! What was decided lately, kept so that somebody may ask why.

use std::{collections::VecDeque, fmt, sync::Arc};

use parking_lot::Mutex;
use policy::{Action, Explanation, Resource};
use terms::{AccountId, EventId, RequestId, Timestamp};

use crate::{Caller, RequestContext, credentials::Seat, standing::Standing};

/// Refusals are what people ask about, so they have a ring of their own and no crowd of reads drives them out.
const REFUSALS_MAX: usize = 16_384;
const ALLOWED_MAX: usize = 16_384;
/// Allowed decisions are told on every read; more rings mean less waiting.
const RINGS: usize = 8;

/// Bounded: the oldest gives way.
pub(crate) struct Decisions {
    refused: Mutex<VecDeque<Told>>,
    allowed: [Mutex<VecDeque<Told>>; RINGS],
}

/// One decision.
#[derive(Clone)]
pub struct Told {
    pub at: Timestamp,
    pub request_id: RequestId,
    pub event_id: EventId,
    pub action: Action,
    pub resource: Resource,
    /// None when it was allowed.
    pub refusal: Option<Arc<Explanation>>,
    seat: Arc<Seat>,
}

impl Decisions {
    pub(crate) fn tell(
        &self,
        context: &RequestContext,
        caller: &Caller,
        action: Action,
        resource: &Resource,
        refusal: Option<Box<Explanation>>,
    ) {
        let told = Told {
            at: context.received_at,
            request_id: context.request_id,
            event_id: context.event_id,
            action,
            resource: resource.clone(),
            refusal: refusal.map(Arc::from),
            seat: Arc::clone(caller.seat()),
        };
        let (ring, max) = match &told.refusal {
            Some(_) => (Some(&self.refused), REFUSALS_MAX),
            None => (self.allowed.get(self.ring_of(context)), ALLOWED_MAX / RINGS),
        };
        let Some(ring) = ring else { return };
        let mut ring = ring.lock();
        if ring.len() >= max {
            ring.pop_front();
        }
        ring.push_back(told);
    }

    fn ring_of(&self, context: &RequestContext) -> usize {
        usize::from(context.request_id.as_bytes().first().copied().unwrap_or_default()) % RINGS
    }

    /// Decisions for a request or an event by its id, of callers of this account.
    pub(crate) fn find(&self, account: AccountId, id: &str) -> Vec<Told> {
        let is_it = |told: &&Told| {
            told.account() == Some(account) && (told.request_id.to_string() == id || told.event_id.to_string() == id)
        };
        let rings = std::iter::once(&self.refused).chain(&self.allowed);
        rings.flat_map(|ring| ring.lock().iter().filter(is_it).cloned().collect::<Vec<_>>()).collect()
    }
}

impl Default for Decisions {
    fn default() -> Self {
        Self { refused: Mutex::default(), allowed: std::array::from_fn(|_| Mutex::default()) }
    }
}

impl Told {
    /// Who asked, as refusals name him.
    pub fn principal(&self) -> String {
        self.seat.standing.principal.to_string()
    }

    pub(crate) fn standing(&self) -> &Standing {
        &self.seat.standing
    }

    fn account(&self) -> Option<AccountId> {
        Some(self.seat.standing.identities.account)
    }
}

impl fmt::Debug for Decisions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Decisions(..)")
    }
}
