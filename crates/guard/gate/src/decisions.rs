//! What was decided lately, kept so that somebody may ask why.

mod ring;
#[cfg(test)]
mod tests;

use std::{fmt, sync::Arc};

use contract::PolicyDocument;
use parking_lot::Mutex;
use policy::{
    Action, Answer, Cause, Decider, Deciders, Explanation, Layer, Matched, PolicySet, Principal, Resource, refusal_text,
};
use terms::{AccountId, EventId, RequestId, Timestamp};

use crate::{
    Caller, RequestContext,
    standing::Standing,
    target::{ResourcePolicy, Target},
};
use ring::{Ring, RingMax};

/// Refusals are what people ask about, so they have a ring of their own and no crowd of reads drives them out.
const REFUSED_MAX: RingMax = RingMax { count: 16_384, weight: 32 * MIB };
/// Allowed decisions are told on every read; more rings mean less waiting.
const RINGS: usize = 8;
const ALLOWED_MAX: RingMax = RingMax { count: 2_048, weight: 4 * MIB };
const MIB: usize = 1 << 20;

/// What was decided is kept with the policies that it was decided by, whatever becomes of them in the account. So there
/// is a bound for how many decisions there are, and one for how much they keep.
pub(crate) struct Decisions {
    refused: Mutex<Ring>,
    allowed: [Mutex<Ring>; RINGS],
}

/// One decision.
#[derive(Clone)]
pub struct Told {
    pub at: Timestamp,
    pub request_id: RequestId,
    pub event_id: EventId,
    pub action: Action,
    pub resource: Resource,
    account: AccountId,
    basis: Basis,
}

/// What a decision rests on: nothing is written out before somebody asks.
#[derive(Clone)]
pub(crate) enum Basis {
    Refusal {
        principal: Principal,
        /// As far as the caller was told.
        cause: Option<Cause>,
        explanation: Arc<Explanation>,
    },
    Statements {
        standing: Arc<Standing>,
        deciders: Deciders,
        /// Of the resource, where statements of it are among those that allowed.
        resource_policy: Option<KeptPolicy>,
    },
}

#[derive(Clone)]
pub(crate) struct KeptPolicy {
    document: PolicyDocument,
    read_as: fn(&PolicyDocument) -> ResourcePolicy<'_>,
}

impl KeptPolicy {
    fn new(document: &PolicyDocument, read_as: fn(&PolicyDocument) -> ResourcePolicy<'_>) -> Self {
        Self { document: document.clone(), read_as }
    }
}

impl Basis {
    /// The explanation tells nothing that is not for the caller's account.
    pub(crate) fn refusal(caller: &Caller, cause: Option<Cause>, explanation: Explanation) -> Self {
        Self::Refusal { principal: caller.principal().clone(), cause, explanation: Arc::new(explanation) }
    }

    pub(crate) fn statements(caller: &Caller, deciders: Deciders, target: &Target<'_>) -> Self {
        let is_by_resource = deciders.iter().any(|decider| decider.layer.is_of_the_resource());
        // What another account's policy says is not for the caller's.
        let is_kept = is_by_resource && !target.is_foreign_to(caller.account());
        let resource_policy = match target.policy.filter(|_| is_kept) {
            Some(ResourcePolicy::Secret(document)) => {
                Some(KeptPolicy::new(document, |kept| ResourcePolicy::Secret(kept)))
            }
            Some(ResourcePolicy::Function(document)) => {
                Some(KeptPolicy::new(document, |kept| ResourcePolicy::Function(kept)))
            }
            Some(ResourcePolicy::Trust(document)) => {
                Some(KeptPolicy::new(document, |kept| ResourcePolicy::Trust(kept)))
            }
            Some(ResourcePolicy::Key(document)) => Some(KeptPolicy::new(document, |kept| ResourcePolicy::Key(kept))),
            Some(ResourcePolicy::NoTrust | ResourcePolicy::NoKey) | None => None,
        };
        Self::Statements { standing: Arc::clone(caller.standing()), deciders, resource_policy }
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
        let ring = match basis {
            Basis::Refusal { .. } => Some(&self.refused),
            Basis::Statements { .. } => self.allowed.get(self.ring_of(context)),
        };
        let told = Told {
            at: context.received_at,
            request_id: context.request_id,
            event_id: context.event_id,
            action,
            resource: resource.clone(),
            account: caller.account(),
            basis,
        };
        let Some(ring) = ring else { return };
        let given_way = ring.lock().keep(told);
        drop(given_way);
    }

    fn ring_of(&self, context: &RequestContext) -> usize {
        usize::from(context.request_id.as_bytes().first().copied().unwrap_or_default()) % RINGS
    }

    /// Decisions for a request or an event by its id, of callers of this account.
    pub(crate) fn find(&self, account: AccountId, id: &str) -> Vec<Told> {
        let Some(id) = parse_id(id) else { return Vec::new() };
        let is_it = |told: &&Told| {
            (*told.request_id.as_bytes() == id || *told.event_id.as_bytes() == id) && told.account == account
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
        let ring = |max| Mutex::new(Ring::new(max));
        Self { refused: ring(REFUSED_MAX), allowed: std::array::from_fn(|_| ring(ALLOWED_MAX)) }
    }
}

impl Told {
    /// Who asked, as refusals name him.
    pub fn principal(&self) -> String {
        self.asker().to_string()
    }

    /// Why it was refused, as far as it is for the caller's account. None when it was allowed.
    pub fn refusal(&self) -> Option<&Explanation> {
        match &self.basis {
            Basis::Refusal { explanation, .. } => Some(explanation),
            Basis::Statements { .. } => None,
        }
    }

    /// What the caller was told when it was refused.
    pub fn message(&self) -> Option<String> {
        match &self.basis {
            Basis::Refusal { principal, cause, .. } => {
                Some(refusal_text(principal, self.action, &self.resource, *cause))
            }
            Basis::Statements { .. } => None,
        }
    }

    /// Was it refused by a Deny, as far as it is for the caller's account?
    pub(crate) fn is_by_a_deny(&self) -> bool {
        let Basis::Refusal { cause, explanation, .. } = &self.basis else { return false };
        cause.is_some_and(|cause| cause.is_explicit)
            || explanation.layers.iter().any(|layer| layer.answer == Answer::ExplicitDeny)
    }

    /// The statements that matched, as the policies were then, but for those of another account's.
    pub fn statements(&self) -> Vec<Matched> {
        match &self.basis {
            Basis::Refusal { explanation, .. } => explanation.matched.clone(),
            Basis::Statements { deciders, .. } => {
                deciders.iter().filter_map(|decider| self.statement(decider)).collect()
            }
        }
    }

    /// Did more statements match than were kept?
    pub fn is_cut(&self) -> bool {
        matches!(&self.basis, Basis::Statements { deciders, .. } if deciders.is_cut())
    }

    pub(crate) fn asker(&self) -> &Principal {
        match &self.basis {
            Basis::Refusal { principal, .. } => principal,
            Basis::Statements { standing, .. } => &standing.principal,
        }
    }

    /// Whose caller it was.
    pub(crate) fn account(&self) -> AccountId {
        self.account
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
        let Basis::Statements { standing, resource_policy, .. } = &self.basis else { return None };
        match layer {
            Layer::Identity => Some(&standing.identity),
            Layer::Boundary => standing.boundary.as_ref(),
            Layer::Session => standing.session.as_ref(),
            Layer::Resource | Layer::Trust | Layer::Key => resource_policy.as_ref()?.set(),
            _ => None,
        }
    }
}

impl KeptPolicy {
    fn set(&self) -> Option<&PolicySet> {
        let policy = (self.read_as)(&self.document);
        policy.read().ok()?.0
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
