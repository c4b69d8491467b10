//! The engine under test, asked through its public API about the same cases.

use std::sync::Arc;

use keepwell_policy::{
    self as policy, Action, Attached, Cause, ConditionContext, Explanation, FederatedUser, Inquiry, Policy, PolicyKind,
    PolicySet, PolicySource, Principal, Question, Resource, ResourceRole, RoleSession, SourceKind, User, Verdict,
    decide, explain,
};
use serde_json::Value;
use terms::{AccountId, RequestId};

use crate::case::{Caller, Context, Documents, Layer, Place, Reasons, Request, Role, role_arn, user_arn};

/// What the engine answers: nothing when it allows, else who refuses and whether a Deny matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Allowed,
    Denied { layer: Layer, is_explicit: bool },
}

/// The documents of a case, compiled once for all the requests under them.
pub(crate) struct Compiled {
    identity: PolicySet,
    nothing: PolicySet,
    boundary: Option<PolicySet>,
    session: Option<PolicySet>,
    resource: Option<PolicySet>,
    role: Role,
    service_control: Vec<PolicySet>,
    resource_control: Vec<PolicySet>,
    endpoint: Option<PolicySet>,
}

impl Compiled {
    pub(crate) fn new(documents: &Documents) -> Self {
        let one = |policy: &Value, kind, source| set(std::slice::from_ref(policy), kind, source, 0);
        let (own_kind, own_source) = match documents.role {
            Role::Optional => (PolicyKind::Resource, SourceKind::Resource),
            Role::Trust => (PolicyKind::Trust, SourceKind::Trust),
            Role::Key => (PolicyKind::Key, SourceKind::Resource),
        };
        Self {
            identity: set(&documents.identity, PolicyKind::Identity, SourceKind::User, 0),
            nothing: PolicySet::default(),
            boundary: documents.boundary.as_ref().map(|it| one(it, PolicyKind::Boundary, SourceKind::Boundary)),
            session: documents.session.as_ref().map(|these| set(these, PolicyKind::Session, SourceKind::Session, 0)),
            resource: documents.resource.as_ref().map(|it| one(it, own_kind, own_source)),
            role: documents.role,
            service_control: levels(&documents.service_control, SourceKind::ServiceControl),
            resource_control: levels(&documents.resource_control, SourceKind::ResourceControl),
            endpoint: documents.endpoint.as_ref().map(|it| one(it, PolicyKind::Endpoint, SourceKind::Endpoint)),
        }
    }

    /// The answer to a request, given twice: as a decision and as an explanation, which must agree.
    pub(crate) fn ask(&self, request: &Request) -> Result<(Outcome, Reasons), String> {
        let caller = &request.caller;
        let is_entity = caller.is_entity();
        let documents = policy::Documents {
            identity: if is_entity { &self.identity } else { &self.nothing },
            boundary: self.boundary.as_ref().filter(|_| is_entity),
            session: self.session.as_ref().filter(|_| caller.is_session()),
            resource: self.resource.as_ref(),
            resource_role: match self.role {
                Role::Optional => ResourceRole::Optional,
                Role::Trust => ResourceRole::Trust,
                Role::Key => ResourceRole::Key,
            },
            service_control: if caller.account().is_some() { &self.service_control } else { &[] },
            resource_control: &self.resource_control,
            endpoint: self.endpoint.as_ref(),
            granted: &[],
        };
        let context = Keys(&request.context);
        let principal = principal(caller);
        let owner = account(&request.owner);

        let inquiry = Inquiry {
            principal: &principal,
            action: &request.action,
            resource: &request.resource,
            resource_account: Some(owner),
        };
        let explanation = explain(&inquiry, &documents, &context);
        let explained = match &explanation.verdict {
            Verdict::Allowed => Outcome::Allowed,
            Verdict::Denied(cause) => denied(cause),
        };
        let is_there = |key: &String| request.context.get(&key.to_ascii_lowercase()).is_some_and(|it| !it.is_empty());
        if let Some(key) = explanation.missing_keys.iter().find(|key| is_there(key)) {
            return Err(format!("{key} is said to be missing and is there"));
        }

        let resource = if request.resource == "*" {
            Resource::Every
        } else {
            let arn: Arc<str> = Arc::from(request.resource.as_str());
            Resource::One { arn: Arc::clone(&arn), account: owner, asked: arn }
        };
        let question =
            Question { principal, action: known(&request.action), resource, request: RequestId::from_bytes([7; 16]) };
        let decision = decide(question, &documents, &context);
        let decided = match decision.cause() {
            None => Outcome::Allowed,
            Some(cause) => denied(&cause),
        };
        if decision.is_allowed() != (decided == Outcome::Allowed) {
            return Err(format!("is_allowed() is {} and the cause says {decided:?}", decision.is_allowed()));
        }
        if decided != explained {
            return Err(format!("the decision is {decided:?} and its explanation {explained:?}"));
        }
        Ok((decided, reasons(&explanation)))
    }
}

fn denied(cause: &Cause) -> Outcome {
    Outcome::Denied { layer: layer(cause.layer), is_explicit: cause.is_explicit }
}

fn layer(layer: policy::Layer) -> Layer {
    match layer {
        policy::Layer::Identity => Layer::Identity,
        policy::Layer::Resource => Layer::Resource,
        policy::Layer::Boundary => Layer::Boundary,
        policy::Layer::Session => Layer::Session,
        policy::Layer::ServiceControl => Layer::ServiceControl,
        policy::Layer::ResourceControl => Layer::ResourceControl,
        policy::Layer::Endpoint => Layer::Endpoint,
        policy::Layer::Trust => Layer::Trust,
        policy::Layer::Key => Layer::Key,
    }
}

fn reasons(explanation: &Explanation) -> Reasons {
    let place = |of: policy::Layer, source: &PolicySource, statement: usize| -> Place {
        let (level, document) = source.id.split_once('/').unwrap();
        (layer(of), level.parse().unwrap(), document.parse().unwrap(), statement)
    };
    let mut reasons = Reasons::default();
    for matched in &explanation.matched {
        reasons.matched.insert(place(matched.layer, &matched.source, matched.statement));
    }
    for miss in &explanation.near_misses {
        let failed = reasons.near_misses.entry(place(miss.layer, &miss.source, miss.statement)).or_default();
        failed.insert((miss.operator.clone(), miss.key.clone()));
    }
    reasons
}

fn set(policies: &[Value], kind: PolicyKind, source: SourceKind, level: usize) -> PolicySet {
    let attached = policies.iter().enumerate().map(|(at, policy)| {
        let text = policy.to_string();
        let policy = Policy::parse(&text, kind).unwrap_or_else(|error| panic!("{kind:?} is refused: {error}\n{text}"));
        let source = PolicySource { kind: source, id: Arc::from(format!("{level}/{at}")) };
        Attached { source, policy: Arc::new(policy) }
    });
    PolicySet::new(attached.collect())
}

fn levels(levels: &[Vec<Value>], source: SourceKind) -> Vec<PolicySet> {
    let level = |(level, policies): (usize, &Vec<Value>)| set(policies, PolicyKind::Control, source, level);
    levels.iter().enumerate().map(level).collect()
}

pub(crate) fn account(text: &str) -> AccountId {
    AccountId::parse(text).unwrap()
}

/// Actions are constants of the server; those of the tables become constants here.
fn known(action: &str) -> Action {
    use std::collections::BTreeSet;
    use std::sync::Mutex;
    static KNOWN: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut known = KNOWN.lock().unwrap();
    let name = known.get(action).copied().unwrap_or_else(|| String::leak(action.to_owned()));
    known.insert(name);
    Action::new(name)
}

fn principal(caller: &Caller) -> Principal {
    match caller {
        Caller::Root { account: id } => Principal::Root { account: account(id) },
        Caller::User { account: owner, id, name, path } => Principal::User(Arc::new(User {
            account: account(owner),
            id: id.clone(),
            name: name.clone(),
            path: path.clone(),
            arn: user_arn(owner, path, name),
        })),
        Caller::RoleSession { account: owner, id, role, path, session } => {
            Principal::RoleSession(Arc::new(RoleSession {
                account: account(owner),
                role_id: id.clone(),
                role_arn: role_arn(owner, path, role),
                role_name: role.clone(),
                session_name: session.clone(),
                arn: format!("arn:aws:sts::{owner}:assumed-role/{role}/{session}"),
            }))
        }
        Caller::FederatedUser { account: owner, name, user } => Principal::FederatedUser(Arc::new(FederatedUser {
            account: account(owner),
            name: name.clone(),
            arn: format!("arn:aws:sts::{owner}:federated-user/{name}"),
            user_arn: user.as_ref().map(|(name, path, _)| user_arn(owner, path, name)),
            user_id: user.as_ref().map(|(_, _, id)| id.clone()),
        })),
        Caller::AwsService { name } => Principal::AwsService { name: Arc::from(name.as_str()), account: None },
        Caller::Anonymous => Principal::Anonymous,
    }
}

struct Keys<'a>(&'a Context);

impl ConditionContext for Keys<'_> {
    fn values(&self, key: &str, take: &mut dyn FnMut(&str)) -> bool {
        let Some(values) = self.0.get(key) else { return false };
        values.iter().for_each(|value| take(value));
        true
    }
}
