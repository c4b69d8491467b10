//! The engine under test, asked through its public API about the same cases.

use std::sync::Arc;

use keepwell_policy::{
    self as policy, Action, Attached, Cause, ConditionContext, FederatedUser, Inquiry, Policy, PolicyKind, PolicySet,
    PolicySource, Principal, Question, Resource, ResourceRole, RoleSession, SourceKind, User, Verdict, decide, explain,
};
use serde_json::Value;
use terms::{AccountId, RequestId};

use crate::case::{Caller, Context, Documents, Layer, Request, Role, role_arn, user_arn};

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
        let one = |policy: &Value, kind, source| set(std::slice::from_ref(policy), kind, source);
        let (own_kind, own_source) = match documents.role {
            Role::Optional => (PolicyKind::Resource, SourceKind::Resource),
            Role::Trust => (PolicyKind::Trust, SourceKind::Trust),
            Role::Key => (PolicyKind::Key, SourceKind::Resource),
        };
        Self {
            identity: set(&documents.identity, PolicyKind::Identity, SourceKind::User),
            nothing: PolicySet::default(),
            boundary: documents.boundary.as_ref().map(|it| one(it, PolicyKind::Boundary, SourceKind::Boundary)),
            session: documents.session.as_ref().map(|these| set(these, PolicyKind::Session, SourceKind::Session)),
            resource: documents.resource.as_ref().map(|it| one(it, own_kind, own_source)),
            role: documents.role,
            service_control: levels(&documents.service_control, SourceKind::ServiceControl),
            resource_control: levels(&documents.resource_control, SourceKind::ResourceControl),
            endpoint: documents.endpoint.as_ref().map(|it| one(it, PolicyKind::Endpoint, SourceKind::Endpoint)),
        }
    }

    /// The answer to a request, given twice: as a decision and as an explanation, which must agree.
    pub(crate) fn ask(&self, request: &Request) -> Result<Outcome, String> {
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
        let explained = match explain(&inquiry, &documents, &context).verdict {
            Verdict::Allowed => Outcome::Allowed,
            Verdict::Denied(cause) => denied(&cause),
        };

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
        Ok(decided)
    }
}

fn denied(cause: &Cause) -> Outcome {
    let layer = match cause.layer {
        policy::Layer::Identity => Layer::Identity,
        policy::Layer::Resource => Layer::Resource,
        policy::Layer::Boundary => Layer::Boundary,
        policy::Layer::Session => Layer::Session,
        policy::Layer::ServiceControl => Layer::ServiceControl,
        policy::Layer::ResourceControl => Layer::ResourceControl,
        policy::Layer::Endpoint => Layer::Endpoint,
        policy::Layer::Trust => Layer::Trust,
        policy::Layer::Key => Layer::Key,
    };
    Outcome::Denied { layer, is_explicit: cause.is_explicit }
}

fn set(policies: &[Value], kind: PolicyKind, source: SourceKind) -> PolicySet {
    let attached = policies.iter().enumerate().map(|(at, policy)| {
        let text = policy.to_string();
        let policy = Policy::parse(&text, kind).unwrap_or_else(|error| panic!("{kind:?} is refused: {error}\n{text}"));
        let source = PolicySource { kind: source.clone(), id: Arc::from(format!("document/{at}")) };
        Attached { source, policy: Arc::new(policy) }
    });
    PolicySet::new(attached.collect())
}

fn levels(levels: &[Vec<Value>], source: SourceKind) -> Vec<PolicySet> {
    levels.iter().map(|level| set(level, PolicyKind::Control, source.clone())).collect()
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
