//! A second evaluator, slow and plain on purpose: it walks the JSON of every document for every question and follows
//! the sentences of AWS's documentation one after the other. It knows nothing of the engine.

mod condition;
mod glob;
mod principal;
mod scalar;
mod variable;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::slice::from_ref;

use serde_json::Value;

use crate::case::{Caller, Case, Layer, Place, Reasons};
use principal::Naming;

/// How often each operator was asked, and with which answer.
pub(crate) type Tally = BTreeMap<String, [u64; 2]>;

/// What the documentation allows an evaluator to answer. AWS names one kind of policy when several refuse and does not
/// say which, so every kind that refuses is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) is_allowed: bool,
    /// Kinds of policies that hold a matching Deny.
    pub(crate) denying: BTreeSet<Layer>,
    /// Kinds of policies whose missing Allow is to blame, when there is no Deny.
    pub(crate) lacking: BTreeSet<Layer>,
    pub(crate) reasons: Reasons,
}

/// What the documents of one layer say.
#[derive(Clone, Copy, Default)]
struct Says {
    allow: bool,
    deny: bool,
    /// How the allowing statements of a policy with principals name the caller, the closest of them.
    naming: Option<Naming>,
}

pub(crate) fn evaluate(case: &Case, tally: &RefCell<Tally>) -> Answer {
    let documents = &case.documents;
    let mut reasons = Reasons::default();
    let mut read = |layer: Layer, level: usize, policies: &[Value]| {
        let mut out = Says::default();
        for (at, policy) in policies.iter().enumerate() {
            out.listen(policy, case, tally, (layer, level, at, 0), &mut reasons);
        }
        out
    };
    let mut one = |layer: Layer, policy: &Option<Value>| policy.as_ref().map(|policy| read(layer, 0, from_ref(policy)));
    let own = Layer::from(documents.role);
    let boundary = one(Layer::Boundary, &documents.boundary);
    let resource = one(own, &documents.resource).unwrap_or_default();
    let endpoint = one(Layer::Endpoint, &documents.endpoint);
    let identity = read(Layer::Identity, 0, &documents.identity);
    let session = documents.session.as_ref().map(|policies| read(Layer::Session, 0, policies));
    let mut levels = |layer: Layer, levels: &[Vec<Value>]| -> Vec<Says> {
        levels.iter().enumerate().map(|(level, policies)| read(layer, level, policies)).collect()
    };
    let service_control = levels(Layer::ServiceControl, &documents.service_control);
    let resource_control = levels(Layer::ResourceControl, &documents.resource_control);

    let mut denying = BTreeSet::new();
    for (layer, denies) in [
        (Layer::Identity, identity.deny),
        (Layer::Boundary, boundary.is_some_and(|says| says.deny)),
        (Layer::Session, session.is_some_and(|says| says.deny)),
        (own, resource.deny),
        (Layer::Endpoint, endpoint.is_some_and(|says| says.deny)),
        (Layer::ServiceControl, service_control.iter().any(|says| says.deny)),
        (Layer::ResourceControl, resource_control.iter().any(|says| says.deny)),
    ] {
        if denies {
            denying.insert(layer);
        }
    }
    if !denying.is_empty() {
        return Answer { is_allowed: false, denying, lacking: BTreeSet::new(), reasons };
    }

    // What filters a request whoever asks: each that exists must allow, and every level of an organization.
    let mut lacking = BTreeSet::new();
    if !resource_control.iter().all(|says| says.allow) {
        lacking.insert(Layer::ResourceControl);
    }
    if !service_control.iter().all(|says| says.allow) {
        lacking.insert(Layer::ServiceControl);
    }
    if endpoint.is_some_and(|says| !says.allow) {
        lacking.insert(Layer::Endpoint);
    }

    // What the caller's own account lets it do.
    let caller = &case.request.caller;
    let mut own_side = BTreeSet::new();
    // Root may do everything in its account, so that its federated user may do what the session policy allows.
    let is_of_root = matches!(caller, Caller::FederatedUser { user: None, .. }) && session.is_some();
    if !identity.allow && !is_of_root {
        own_side.insert(Layer::Identity);
    }
    if boundary.is_some_and(|says| !says.allow) {
        own_side.insert(Layer::Boundary);
    }
    // A federated user without a session policy may do nothing of its own; a role session may.
    let session_allows = match (caller, session) {
        (_, Some(says)) => says.allow,
        (Caller::FederatedUser { .. }, None) => false,
        (_, None) => true,
    };
    if !session_allows {
        own_side.insert(Layer::Session);
    }
    if matches!(caller, Caller::Root { .. }) {
        own_side.clear();
    }

    lacking.extend(match caller.account() {
        // Services and the anonymous have nothing but the resource's policy.
        None if resource.allow => BTreeSet::new(),
        None => BTreeSet::from([own]),
        Some(account) if account != case.request.owner => {
            let mut both = own_side;
            if !resource.allow {
                both.insert(own);
            }
            both
        }
        Some(_) => same_account(own, resource, own_side),
    });
    Answer { is_allowed: lacking.is_empty(), denying, lacking, reasons }
}

/// Within one account a resource's policy can grant alone, as far as the way it names the caller carries.
fn same_account(own: Layer, resource: Says, mut own_side: BTreeSet<Layer>) -> BTreeSet<Layer> {
    let is_mandatory = own != Layer::Resource;
    match resource.naming {
        Some(Naming::Itself) => BTreeSet::new(),
        // A role, for its sessions; a user, for those it federated: only the boundary and the session policy still bind.
        Some(Naming::Origin) => {
            own_side.remove(&Layer::Identity);
            own_side
        }
        Some(Naming::Account) => own_side,
        None if is_mandatory => BTreeSet::from([own]),
        None => own_side,
    }
}

impl Says {
    fn listen(&mut self, policy: &Value, case: &Case, tally: &RefCell<Tally>, place: Place, reasons: &mut Reasons) {
        let has_variables = policy["Version"] == "2012-10-17";
        for (at, statement) in list(&policy["Statement"]).into_iter().enumerate() {
            let place = (place.0, place.1, place.2, at);
            // Conditions are looked at in any case, so that the tally sees them all.
            let failed = condition::failures(&statement["Condition"], &case.request.context, has_variables, tally);
            let Some(naming) = is_about(statement, case, has_variables) else { continue };
            if !failed.is_empty() {
                reasons.near_misses.insert(place, failed);
                continue;
            }
            reasons.matched.insert(place);
            if statement["Effect"] == "Deny" {
                self.deny = true;
            } else {
                self.allow = true;
                self.naming = self.naming.max(Some(naming));
            }
        }
    }
}

/// Whether a statement is about this caller, action and resource, and how it names the caller.
fn is_about(statement: &Value, case: &Case, has_variables: bool) -> Option<Naming> {
    let request = &case.request;
    let action = if statement["Action"].is_null() {
        !list(&statement["NotAction"]).iter().any(|pattern| glob::action(text(pattern), &request.action))
    } else {
        list(&statement["Action"]).iter().any(|pattern| glob::action(text(pattern), &request.action))
    };

    let covers = |pattern: &&Value| {
        variable::expand(text(pattern), has_variables, &request.context)
            .is_some_and(|pattern| glob::resource(&pattern, &request.resource))
    };
    let resource = if !statement["Resource"].is_null() {
        list(&statement["Resource"]).iter().any(covers)
    } else if !statement["NotResource"].is_null() {
        !list(&statement["NotResource"]).iter().any(covers)
    } else {
        true // a role's trust policy names no resource: it is the role
    };
    principal::naming(statement, &request.caller).filter(|_| action && resource)
}

/// One or several: policies may leave the brackets out.
fn list(value: &Value) -> Vec<&Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(items) => items.iter().collect(),
        one => vec![one],
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
