//! What was decided lately, kept so that somebody may ask why.

use std::{collections::VecDeque, fmt, sync::Arc};

use contract::PolicyDocument;
use parking_lot::Mutex;
use policy::{Action, Decider, Deciders, Explanation, Layer, Matched, PolicySet, Resource, Verdict};
use terms::{AccountId, EventId, RequestId, Timestamp};

use crate::{Caller, RequestContext, credentials::Seat, standing::Standing, target::ResourcePolicy};

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
    allowed_by: Deciders,
    /// Of the resource, where statements of it are among those that allowed.
    resource_policy: Option<(bool, PolicyDocument)>,
    seat: Arc<Seat>,
}

/// What a decision rests on, as it is told: nothing is written out before somebody asks.
pub(crate) enum Basis {
    Refusal(Arc<Explanation>),
    Statements(Deciders, Option<(bool, PolicyDocument)>),
}

impl Basis {
    pub(crate) fn statements(deciders: Deciders, policy: Option<ResourcePolicy<'_>>) -> Self {
        let is_by_resource = deciders.iter().any(|decider| matches!(decider.layer, Layer::Resource | Layer::Trust));
        let kept = match policy.filter(|_| is_by_resource) {
            Some(ResourcePolicy::Secret(document)) => Some((false, document.clone())),
            Some(ResourcePolicy::Trust(document)) => Some((true, document.clone())),
            Some(ResourcePolicy::NoTrust) | None => None,
        };
        Self::Statements(deciders, kept)
    }
}

impl Decisions {
    pub(crate) fn tell(
        &self,
        context: &RequestContext,
        caller: &Caller,
        action: Action,
        resource: &Resource,
        basis: Basis,
    ) {
        let (refusal, allowed_by, resource_policy) = match basis {
            Basis::Refusal(explanation) => (Some(explanation), Deciders::default(), None),
            Basis::Statements(deciders, policy) => (None, deciders, policy),
        };
        let told = Told {
            at: context.received_at,
            request_id: context.request_id,
            event_id: context.event_id,
            action,
            resource: resource.clone(),
            refusal,
            allowed_by,
            resource_policy,
            seat: Arc::clone(caller.seat()),
        };
        let (ring, max) = match &told.refusal {
            Some(_) => (Some(&self.refused), REFUSALS_MAX),
            None => (self.allowed.get(self.ring_of(context)), ALLOWED_MAX / RINGS),
        };
        let Some(ring) = ring else { return };
        let mut ring = ring.lock();
        // What gives way is dropped without the lock: it may be the last that knows its account's state.
        let oldest = if ring.len() >= max { ring.pop_front() } else { None };
        ring.push_back(told);
        drop(ring);
        drop(oldest);
    }

    fn ring_of(&self, context: &RequestContext) -> usize {
        usize::from(context.request_id.as_bytes().first().copied().unwrap_or_default()) % RINGS
    }

    /// Decisions for a request or an event by its id, of callers of this account.
    pub(crate) fn find(&self, account: AccountId, id: &str) -> Vec<Told> {
        let Some(id) = parse_id(id) else { return Vec::new() };
        let is_it = |told: &&Told| {
            (*told.request_id.as_bytes() == id || *told.event_id.as_bytes() == id) && told.account() == account
        };
        let rings = std::iter::once(&self.refused).chain(&self.allowed);
        let mut found: Vec<Told> =
            rings.flat_map(|ring| ring.lock().iter().filter(is_it).cloned().collect::<Vec<_>>()).collect();
        found.sort_by_key(|told| told.at);
        found
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

    /// What the caller was told when it was refused.
    pub fn message(&self) -> Option<String> {
        match self.refusal.as_ref()?.verdict {
            Verdict::Denied(cause) => Some(cause.text(&self.seat.standing.principal, self.action, &self.resource)),
            Verdict::Allowed => None,
        }
    }

    /// Does the resource belong to another account than the caller? Then what its policy says is not for the caller's.
    pub fn is_foreign(&self) -> bool {
        matches!(&self.resource, Resource::One { account, .. } if *account != self.account())
    }

    /// The statements that matched, as the policies were then.
    pub fn statements(&self) -> Vec<Matched> {
        match &self.refusal {
            Some(refusal) => refusal.matched.clone(),
            None => self.allowed_by.iter().filter_map(|decider| self.statement(decider)).collect(),
        }
    }

    /// Did more statements match than were kept?
    pub fn is_cut(&self) -> bool {
        self.allowed_by.is_cut()
    }

    fn statement(&self, decider: Decider) -> Option<Matched> {
        let attached = self.set(decider.layer)?.documents().get(usize::from(decider.document))?;
        let number = usize::from(decider.statement);
        let statement = attached.policy.statements().get(number)?;
        Some(Matched {
            source: attached.source.clone(),
            statement: number,
            sid: statement.sid().map(str::to_owned),
            effect: statement.effect(),
            layer: decider.layer,
            position: statement.position(),
        })
    }

    fn set(&self, layer: Layer) -> Option<&PolicySet> {
        let standing = &self.seat.standing;
        match layer {
            Layer::Identity => Some(&standing.identity),
            Layer::Boundary => standing.boundary.as_ref(),
            Layer::Session => standing.session.as_ref(),
            Layer::Resource | Layer::Trust => {
                let (is_trust, document) = self.resource_policy.as_ref()?;
                let policy = if *is_trust { ResourcePolicy::Trust(document) } else { ResourcePolicy::Secret(document) };
                policy.read().ok()?.0
            }
            _ => None,
        }
    }

    pub(crate) fn standing(&self) -> &Standing {
        &self.seat.standing
    }

    fn account(&self) -> AccountId {
        self.seat.standing.identities.account
    }
}

/// The bytes of an id as answers and records write it.
fn parse_id(text: &str) -> Option<[u8; 16]> {
    let digits: Vec<u8> = text
        .bytes()
        .filter(|byte| *byte != b'-')
        .map(|byte| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect::<Option<_>>()?;
    let bytes: Vec<u8> = digits.as_chunks::<2>().0.iter().map(|[high, low]| high << 4 | low).collect();
    if digits.len() == 32 { bytes.try_into().ok() } else { None }
}

impl fmt::Debug for Decisions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Decisions(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_as_they_are_written() {
        let id = RequestId::from_bytes([0x0a, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0xff, 11, 12, 13, 14, 15]);
        assert_eq!(parse_id(&id.to_string()), Some(*id.as_bytes()));
        let (short, long) = (id.to_string().replacen('0', "", 1), format!("{id}0"));
        for wrong in ["", "x", "0a", short.as_str(), long.as_str(), "ü"] {
            assert_eq!(parse_id(wrong), None, "{wrong}");
        }
    }
}
