//! A second evaluator, slow and plain on purpose: it walks the JSON of every document for every question and follows
//! the sentences of AWS's documentation one after the other. It knows nothing of the engine.

mod condition;
mod glob;
mod principal;
mod scalar;
mod variable;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::case::{Caller, Case, Layer};
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
    let read = |policies: &[Value]| says(policies, case, tally);

    let identity = read(&documents.identity);
    let boundary = documents.boundary.as_ref().map(|policy| read(std::slice::from_ref(policy)));
    let session = documents.session.as_ref().map(|policies| read(policies));
    let resource = documents.resource.as_ref().map(|policy| read(std::slice::from_ref(policy))).unwrap_or_default();
    let endpoint = documents.endpoint.as_ref().map(|policy| read(std::slice::from_ref(policy)));
    let service_control: Vec<Says> = documents.service_control.iter().map(|level| read(level)).collect();
    let resource_control: Vec<Says> = documents.resource_control.iter().map(|level| read(level)).collect();

    let own = Layer::from(documents.role);
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
        return Answer { is_allowed: false, denying, lacking: BTreeSet::new() };
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
    Answer { is_allowed: lacking.is_empty(), denying, lacking }
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

fn says(policies: &[Value], case: &Case, tally: &RefCell<Tally>) -> Says {
    let mut out = Says::default();
    for policy in policies {
        let has_variables = policy["Version"] == "2012-10-17";
        for statement in list(&policy["Statement"]) {
            let Some(naming) = matches(statement, case, has_variables, tally) else { continue };
            if statement["Effect"] == "Deny" {
                out.deny = true;
            } else {
                out.allow = true;
                out.naming = out.naming.max(Some(naming));
            }
        }
    }
    out
}

/// Whether a statement applies, and how it names the caller. Every part is looked at, so that the tally sees them all.
fn matches(statement: &Value, case: &Case, has_variables: bool, tally: &RefCell<Tally>) -> Option<Naming> {
    let request = &case.request;
    let naming = principal::naming(statement, &request.caller);

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

    let conditions = condition::hold(&statement["Condition"], &request.context, has_variables, tally);
    naming.filter(|_| action && resource && conditions)
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
