//! As many decisions as there is room for: the oldest give way.

use std::{
    collections::{HashMap, VecDeque},
    iter,
    sync::Arc,
};

use policy::Resource;

use super::{Basis, Told};

/// Bounded by count, and by the weight of what the decisions keep alive. Policies that several of them share weigh once.
pub(super) struct Ring {
    told: VecDeque<Told>,
    /// By their addresses, which are nobody else's as long as a decision here keeps them.
    policies: HashMap<usize, Shared>,
    weight: usize,
    max: RingMax,
}

#[derive(Clone, Copy)]
pub(super) struct RingMax {
    pub(super) count: usize,
    /// In bytes, about.
    pub(super) weight: usize,
}

struct Shared {
    keepers: usize,
    weight: usize,
}

impl Ring {
    pub(super) fn new(max: RingMax) -> Self {
        Self { told: VecDeque::new(), policies: HashMap::new(), weight: 0, max }
    }

    /// Keeps one more. What gives way is the caller's to drop, once nobody waits for the ring: it may be much.
    pub(super) fn keep(&mut self, told: Told) -> (Option<Told>, Vec<Told>) {
        self.weight = self.weight.saturating_add(told.own_weight());
        if let Basis::Statements { standing, resource_policy, .. } = &told.basis {
            self.hold(address(standing), || standing.weight());
            if let Some(policy) = resource_policy {
                let text = policy.document.text();
                self.hold(address(text), || text.len());
            }
        }
        self.told.push_back(told);
        // Nearly always it is one for one, and then nothing is allocated.
        (self.give_way(), iter::from_fn(|| self.give_way()).collect())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Told> {
        self.told.iter()
    }

    /// The oldest, if it is too much. The newest stays, however heavy it is.
    fn give_way(&mut self) -> Option<Told> {
        let is_too_much = self.told.len() > self.max.count || self.weight > self.max.weight;
        if !is_too_much || self.told.len() == 1 {
            return None;
        }
        let oldest = self.told.pop_front()?;
        self.weight = self.weight.saturating_sub(oldest.own_weight());
        if let Basis::Statements { standing, resource_policy, .. } = &oldest.basis {
            self.release(address(standing));
            if let Some(policy) = resource_policy {
                self.release(address(policy.document.text()));
            }
        }
        Some(oldest)
    }

    fn hold(&mut self, address: usize, weigh: impl FnOnce() -> usize) {
        let policy = self.policies.entry(address).or_insert_with(|| {
            let weight = weigh();
            self.weight = self.weight.saturating_add(weight);
            Shared { keepers: 0, weight }
        });
        policy.keepers = policy.keepers.saturating_add(1);
    }

    fn release(&mut self, address: usize) {
        let Some(policy) = self.policies.get_mut(&address) else { return };
        policy.keepers = policy.keepers.saturating_sub(1);
        if policy.keepers == 0 {
            self.weight = self.weight.saturating_sub(policy.weight);
            self.policies.remove(&address);
        }
    }
}

impl Told {
    /// About how many bytes it keeps for itself alone.
    fn own_weight(&self) -> usize {
        let of_resource = match &self.resource {
            Resource::One { arn, asked, .. } => arn.len().saturating_add(asked.len()),
            Resource::Every => 0,
        };
        let of_refusal = self.refusal().map_or(0, policy::Explanation::weight);
        size_of::<Self>().saturating_add(of_resource).saturating_add(of_refusal)
    }
}

fn address<T: ?Sized>(shared: &Arc<T>) -> usize {
    Arc::as_ptr(shared).cast::<()>().addr()
}
