//! One case: who asks for what, under which documents, with which context. Documents are plain JSON here, so that the
//! two evaluators share nothing but the text of the policies.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

/// A caller, as far as policies can tell callers apart.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Caller {
    Root {
        account: String,
    },
    User {
        account: String,
        id: String,
        name: String,
        path: String,
    },
    RoleSession {
        account: String,
        id: String,
        role: String,
        path: String,
        session: String,
    },
    /// `user` is name, path and id of the user who federated; the account's root federated when there is none.
    FederatedUser {
        account: String,
        name: String,
        user: Option<(String, String, String)>,
    },
    AwsService {
        name: String,
    },
    Anonymous,
}

impl Caller {
    pub(crate) fn account(&self) -> Option<&str> {
        match self {
            Self::Root { account }
            | Self::User { account, .. }
            | Self::RoleSession { account, .. }
            | Self::FederatedUser { account, .. } => Some(account),
            Self::AwsService { .. } | Self::Anonymous => None,
        }
    }

    /// Whether this caller has policies of its own: users, role sessions and federated users do.
    pub(crate) fn is_entity(&self) -> bool {
        match self {
            Self::User { .. } | Self::RoleSession { .. } => true,
            Self::FederatedUser { user, .. } => user.is_some(),
            Self::Root { .. } | Self::AwsService { .. } | Self::Anonymous => false,
        }
    }

    pub(crate) fn is_session(&self) -> bool {
        matches!(self, Self::RoleSession { .. } | Self::FederatedUser { .. })
    }
}

pub(crate) fn user_arn(account: &str, path: &str, name: &str) -> String {
    format!("arn:aws:iam::{account}:user{path}{name}")
}

pub(crate) fn role_arn(account: &str, path: &str, name: &str) -> String {
    format!("arn:aws:iam::{account}:role{path}{name}")
}

/// Which part the resource's own policy plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Role {
    Optional,
    Trust,
    Key,
}

#[derive(Clone, Debug)]
pub(crate) struct Documents {
    pub(crate) identity: Vec<Value>,
    pub(crate) boundary: Option<Value>,
    pub(crate) session: Option<Vec<Value>>,
    pub(crate) resource: Option<Value>,
    pub(crate) role: Role,
    /// One list a level, from the root of the organization down to the account.
    pub(crate) service_control: Vec<Vec<Value>>,
    pub(crate) resource_control: Vec<Vec<Value>>,
    pub(crate) endpoint: Option<Value>,
}

pub(crate) type Context = BTreeMap<String, Vec<String>>;

#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) caller: Caller,
    pub(crate) action: String,
    /// An ARN, or `*` for an action that has no resource.
    pub(crate) resource: String,
    /// The account that owns the resource.
    pub(crate) owner: String,
    pub(crate) context: Context,
}

#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) documents: Documents,
    pub(crate) request: Request,
}

/// The kinds of policies that can refuse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Layer {
    ResourceControl,
    ServiceControl,
    Endpoint,
    Resource,
    Trust,
    Key,
    Identity,
    Boundary,
    Session,
}

impl Layer {
    pub(crate) const ALL: [Self; 9] = [
        Self::ResourceControl,
        Self::ServiceControl,
        Self::Endpoint,
        Self::Resource,
        Self::Trust,
        Self::Key,
        Self::Identity,
        Self::Boundary,
        Self::Session,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::ResourceControl => "resource-control",
            Self::ServiceControl => "service-control",
            Self::Endpoint => "endpoint",
            Self::Resource => "resource",
            Self::Trust => "trust",
            Self::Key => "key",
            Self::Identity => "identity",
            Self::Boundary => "boundary",
            Self::Session => "session",
        }
    }
}

/// Where a statement stands: its layer, the level of an organization, the document and the statement, from zero.
pub(crate) type Place = (Layer, usize, usize, usize);

/// Why a decision came out as it did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reasons {
    pub(crate) matched: BTreeSet<Place>,
    /// Statements that would apply but for their conditions, with the operators and keys that failed.
    pub(crate) near_misses: BTreeMap<Place, BTreeSet<(String, String)>>,
}

/// The layer of the resource's own policy.
impl From<Role> for Layer {
    fn from(role: Role) -> Self {
        match role {
            Role::Optional => Self::Resource,
            Role::Trust => Self::Trust,
            Role::Key => Self::Key,
        }
    }
}

impl Case {
    /// Takes away what this caller cannot have: root users, services and the anonymous have no policies of their own,
    /// and only members of an account stand under its service control policies.
    pub(crate) fn make_coherent(&mut self) {
        let caller = &self.request.caller;
        if !caller.is_entity() {
            self.documents.identity.clear();
            self.documents.boundary = None;
        }
        if !caller.is_session() {
            self.documents.session = None;
        }
        if caller.account().is_none() {
            self.documents.service_control.clear();
        }
    }

    /// The whole case, for a person to read and for a row of the table.
    pub(crate) fn to_json(&self) -> Value {
        let Documents { identity, boundary, session, resource, role, service_control, resource_control, endpoint } =
            &self.documents;
        let mut out = Map::new();
        out.insert("caller".into(), json!(format!("{:?}", self.request.caller)));
        out.insert("action".into(), json!(self.request.action));
        out.insert("resource".into(), json!(self.request.resource));
        out.insert("owner".into(), json!(self.request.owner));
        out.insert("role".into(), json!(format!("{role:?}")));
        out.insert("context".into(), json!(self.request.context));
        out.insert("identity".into(), json!(identity));
        for (name, document) in [("boundary", boundary), ("resource-policy", resource), ("endpoint", endpoint)] {
            if let Some(document) = document {
                out.insert(name.into(), document.clone());
            }
        }
        if let Some(session) = session {
            out.insert("session".into(), json!(session));
        }
        out.insert("service-control".into(), json!(service_control));
        out.insert("resource-control".into(), json!(resource_control));
        Value::Object(out)
    }
}
