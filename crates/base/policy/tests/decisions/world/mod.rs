//! Invented worlds: documents of every kind and requests under them, out of words so few that matches and near misses
//! are frequent.

mod conditions;
mod statements;
mod words;

use serde_json::{Value, json};

use crate::case::{Case, Context, Documents, Request, Role};
use crate::chance::Chance;
use statements::Holder;

/// Requests that are asked under the same documents; each is a case of its own.
const REQUESTS_A_WORLD: usize = 6;

pub(crate) struct World {
    pub(crate) documents: Documents,
    pub(crate) requests: Vec<Request>,
}

impl World {
    pub(crate) fn invent(chance: &mut Chance) -> Self {
        let role = match chance.below(10) {
            0..6 => Role::Optional,
            6..8 => Role::Trust,
            _ => Role::Key,
        };
        let documents = documents(chance, role);
        let requests = (0..REQUESTS_A_WORLD).map(|_| request(chance, role)).collect();
        Self { documents, requests }
    }

    pub(crate) fn case(&self, request: &Request) -> Case {
        let mut case = Case { documents: self.documents.clone(), request: request.clone() };
        case.make_coherent();
        case
    }
}

fn documents(chance: &mut Chance, role: Role) -> Documents {
    let own = match role {
        Role::Optional => Holder::Resource,
        Role::Trust => Holder::Trust,
        Role::Key => Holder::Key,
    };
    let identity = (0..[0, 1, 2, 2, 3][chance.below(5)]).map(|_| document(chance, Holder::Identity, role)).collect();
    let boundary = chance.percent(35).then(|| document(chance, Holder::Boundary, role));
    let session =
        chance.percent(60).then(|| (0..1 + chance.below(2)).map(|_| document(chance, Holder::Session, role)).collect());
    let has_own = chance.percent(if role == Role::Optional { 65 } else { 95 });
    let resource = has_own.then(|| document(chance, own, role));
    let service_control = levels(chance, Holder::ServiceControl, role);
    let resource_control = levels(chance, Holder::ResourceControl, role);
    let endpoint = chance.percent(20).then(|| document(chance, Holder::Endpoint, role));
    Documents { identity, boundary, session, resource, role, service_control, resource_control, endpoint }
}

fn levels(chance: &mut Chance, holder: Holder, role: Role) -> Vec<Vec<Value>> {
    let depth = if chance.percent(25) { 1 + chance.below(3) } else { 0 };
    (0..depth).map(|_| (0..1 + chance.below(2)).map(|_| document(chance, holder, role)).collect()).collect()
}

fn document(chance: &mut Chance, holder: Holder, role: Role) -> Value {
    let version = match holder {
        Holder::Resource | Holder::Trust | Holder::Key | Holder::Endpoint => match chance.below(10) {
            0 => None,
            1 => Some("2008-10-17"),
            _ => Some("2012-10-17"),
        },
        _ => Some("2012-10-17"),
    };
    let mut statements = Vec::new();
    if chance.percent(holder.open_percent()) {
        statements.push(statements::open(holder));
    }
    let count = if statements.is_empty() { 1 + chance.below(3) } else { chance.below(3) };
    statements.extend((0..count).map(|_| statements::invent(chance, holder, role, version == Some("2012-10-17"))));
    let statement = match statements.len() {
        1 if chance.percent(50) => statements.remove(0),
        _ => Value::Array(statements),
    };
    match version {
        Some(version) => json!({ "Version": version, "Statement": statement }),
        None => json!({ "Statement": statement }),
    }
}

fn request(chance: &mut Chance, role: Role) -> Request {
    let caller = words::caller(chance);
    let (action, resource, owner) = match role {
        Role::Optional if chance.percent(8) => {
            let home = caller.account().unwrap_or(words::HOME).to_owned();
            ("secretsmanager:ListSecrets".to_owned(), "*".to_owned(), home)
        }
        _ => {
            let action = chance.pick(words::actions(role)).to_owned();
            let resource = chance.pick(words::resources(role)).to_owned();
            let owner = resource.split(':').nth(4).unwrap().to_owned();
            (action, resource, owner)
        }
    };
    let context: Context = conditions::context(chance, &caller);
    Request { caller, action, resource, owner, context }
}
