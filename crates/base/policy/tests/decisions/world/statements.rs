//! Invented statements.

use serde_json::{Map, Value, json};

use super::{conditions, words};
use crate::case::Role;
use crate::chance::Chance;

/// Where a document is kept, which says what its statements may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holder {
    Identity,
    Boundary,
    Session,
    Resource,
    Trust,
    Key,
    Endpoint,
    ServiceControl,
    ResourceControl,
}

impl Holder {
    /// How often a document begins with a statement that allows everything. Filters mostly do, or nothing would pass.
    pub(super) fn open_percent(self) -> u64 {
        match self {
            Self::Identity => 30,
            Self::Resource | Self::Trust | Self::Key => 0,
            Self::Boundary | Self::Session => 75,
            Self::Endpoint | Self::ServiceControl | Self::ResourceControl => 85,
        }
    }

    fn deny_percent(self) -> u64 {
        match self {
            Self::Identity => 15,
            Self::Resource | Self::Trust | Self::Key => 25,
            Self::Boundary | Self::Session => 30,
            Self::Endpoint | Self::ServiceControl | Self::ResourceControl => 60,
        }
    }
}

/// Allows everything.
pub(super) fn open(holder: Holder) -> Value {
    match holder {
        Holder::Endpoint | Holder::ResourceControl => {
            json!({ "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*" })
        }
        _ => json!({ "Effect": "Allow", "Action": "*", "Resource": "*" }),
    }
}

pub(super) fn invent(chance: &mut Chance, holder: Holder, role: Role, has_variables: bool) -> Value {
    let is_deny = chance.percent(holder.deny_percent());
    let mut statement = Map::new();
    statement.insert("Effect".into(), json!(if is_deny { "Deny" } else { "Allow" }));

    match holder {
        Holder::Identity | Holder::Boundary | Holder::Session | Holder::ServiceControl => {}
        Holder::ResourceControl => {
            statement.insert("Principal".into(), json!("*"));
        }
        Holder::Resource | Holder::Key if chance.percent(10) => {
            statement.insert("NotPrincipal".into(), json!({ "AWS": chance.pick(words::EXCEPTIONS) }));
        }
        _ => {
            statement.insert("Principal".into(), principal(chance, holder));
        }
    }

    let is_inverted = holder != Holder::Trust && chance.percent(10);
    let name = if is_inverted { "NotAction" } else { "Action" };
    statement.insert(name.into(), one_or_more(chance, words::action_patterns(role)));

    if holder != Holder::Trust {
        let is_inverted = chance.percent(10);
        let is_own = matches!(holder, Holder::Resource | Holder::Key);
        let value = if is_own && !is_inverted && chance.percent(60) {
            json!("*")
        } else {
            one_or_more(chance, words::resource_patterns(role))
        };
        let has_plain_star = value == "*" || value.as_array().is_some_and(|all| all.contains(&json!("*")));
        let is_inverted = is_inverted && !has_plain_star;
        statement.insert(if is_inverted { "NotResource" } else { "Resource" }.into(), value);
    }

    if chance.percent(if is_deny { 75 } else { 30 }) {
        statement.insert("Condition".into(), conditions::block(chance, has_variables));
    }
    Value::Object(statement)
}

fn principal(chance: &mut Chance, holder: Holder) -> Value {
    match chance.below(20) {
        0 => json!({ "Service": chance.pick(&["lambda.amazonaws.com", "events.amazonaws.com"]) }),
        1 => json!({ "Service": ["lambda.amazonaws.com", "ecs.amazonaws.com"], "AWS": chance.pick(words::PRINCIPALS) }),
        2 if holder != Holder::Trust => json!("*"),
        3 => json!({ "AWS": "*" }),
        4 if holder == Holder::Trust => {
            json!({ "Federated": "arn:aws:iam::111122223333:oidc-provider/issuer.example" })
        }
        5..8 => json!({ "AWS": ["arn:aws:iam::111122223333:root", "444455556666"] }),
        _ => json!({ "AWS": [chance.pick(words::PRINCIPALS), chance.pick(words::PRINCIPALS)] }),
    }
}

fn one_or_more(chance: &mut Chance, of: &[&str]) -> Value {
    match chance.below(4) {
        0 => json!([chance.pick(of)]),
        1 => json!([chance.pick(of), chance.pick(of)]),
        _ => json!(chance.pick(of)),
    }
}
