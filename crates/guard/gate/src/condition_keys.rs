//! The global condition keys, computed when a policy asks for them.

use contract::Tag;
use policy::{ConditionContext, Principal, Resource, is_same_in_any_case};
use terms::{AccountId, Timestamp};

use crate::{
    Caller, RequestContext,
    target::{RequestTags, Target},
    user_identity::iso_seconds,
};

/// What is known of one request. Names arrive in lower case.
pub(crate) struct RequestKeys<'a> {
    pub(crate) context: &'a RequestContext,
    pub(crate) caller: &'a Caller,
    pub(crate) target: &'a Target<'a>,
}

impl ConditionContext for RequestKeys<'_> {
    fn values(&self, key: &str, take: &mut dyn FnMut(&str)) -> bool {
        match key.strip_prefix("aws:") {
            // A one-time code that is shown with this very request counts before what the session says.
            Some(name) => self.target.keys.values(key, take) || self.global(name, take),
            None => self.target.keys.values(key, take),
        }
    }
}

impl RequestKeys<'_> {
    fn global(&self, name: &str, take: &mut dyn FnMut(&str)) -> bool {
        if let Some((family, tag)) = name.split_once('/') {
            return self.tag(family, tag, take);
        }
        if let Some(service) = self.target.via
            && let Some(is_known) = of_forwarded_call(service, name, take)
        {
            return is_known;
        }
        match name {
            "sourceip" => one(&self.context.source_ip.to_canonical().to_string(), take),
            "securetransport" => one(if self.context.tls.is_some() { "true" } else { "false" }, take),
            "currenttime" => one(&iso_seconds(self.context.received_at), take),
            "epochtime" => one(&self.context.received_at.as_millis().div_euclid(1000).to_string(), take),
            "useragent" => header(self.context.user_agent.as_ref(), take),
            "referer" => header(self.context.referer.as_ref(), take),
            "requestedregion" => one(self.caller.region().as_str(), take),
            "resourceaccount" => self.owner().is_some_and(|account| one(account.as_str(), take)),
            "tagkeys" => self.tag_keys(take),
            // Nobody acts on a caller's behalf unless the target says so, and no service calls as itself.
            "viaawsservice" | "principalisawsservice" => one("false", take),
            _ => of_principal(self.caller.principal(), name, take) || self.of_session(name, take),
        }
    }

    fn of_session(&self, name: &str, take: &mut dyn FnMut(&str)) -> bool {
        let Some(session) = self.caller.session() else { return false };
        match name {
            "tokenissuetime" => one(&iso_seconds(session.issued_at), take),
            "multifactorauthpresent" => one(if session.mfa_at.is_some() { "true" } else { "false" }, take),
            "multifactorauthage" => session
                .mfa_at
                .is_some_and(|shown_at| one(&seconds_between(shown_at, self.context.received_at).to_string(), take)),
            "sourceidentity" => session.source_identity.as_deref().is_some_and(|identity| one(identity, take)),
            _ => false,
        }
    }

    fn tag(&self, family: &str, key: &str, take: &mut dyn FnMut(&str)) -> bool {
        match family {
            "principaltag" => one_tag(&self.caller.standing().tags, key, take),
            "resourcetag" => one_tag(self.target.tags, key, take),
            "requesttag" => match self.target.request_tags {
                RequestTags::Tags(tags) => one_tag(tags, key, take),
                RequestTags::Keys(_) | RequestTags::None => false,
            },
            _ => false,
        }
    }

    fn tag_keys(&self, take: &mut dyn FnMut(&str)) -> bool {
        match self.target.request_tags {
            RequestTags::None => return false,
            RequestTags::Tags(tags) => tags.iter().for_each(|tag| take(&tag.key)),
            RequestTags::Keys(keys) => keys.iter().for_each(|key| take(key)),
        }
        true
    }

    fn owner(&self) -> Option<AccountId> {
        match self.target.resource {
            Resource::One { account, .. } => Some(*account),
            Resource::Every => None,
        }
    }
}

/// The keys that a call of a service on its caller's behalf has otherwise than the caller's own, or lacks.
fn of_forwarded_call(service: &str, name: &str, take: &mut dyn FnMut(&str)) -> Option<bool> {
    match name {
        "viaawsservice" => Some(one("true", take)),
        "calledvia" | "calledviafirst" | "calledvialast" | "useragent" => Some(one(service, take)),
        "sourceip" | "referer" => Some(false),
        _ => None,
    }
}

/// The keys that follow from who asks.
pub(crate) fn of_principal(principal: &Principal, name: &str, take: &mut dyn FnMut(&str)) -> bool {
    match name {
        "principalarn" => match principal {
            Principal::RoleSession(session) => one(&session.role_arn, take),
            other => one(&other.to_string(), take),
        },
        "principalaccount" => principal.account().is_some_and(|account| one(account.as_str(), take)),
        "principaltype" => one(principal_type(principal), take),
        "userid" => principal.account().is_some_and(|account| one(&user_id(principal, account), take)),
        "username" => match principal {
            Principal::User(user) => one(&user.name, take),
            _ => false,
        },
        _ => false,
    }
}

pub(crate) fn one(value: &str, take: &mut dyn FnMut(&str)) -> bool {
    take(value);
    true
}

/// What is not text cannot be compared with any.
fn header(value: Option<&http::HeaderValue>, take: &mut dyn FnMut(&str)) -> bool {
    value.and_then(|value| value.to_str().ok()).is_some_and(|value| one(value, take))
}

/// The value of the tag with this key. Condition keys are one whatever their case, and so are the tag keys in them.
pub fn tag_value<'a>(tags: &'a [Tag], key: &str) -> Option<&'a str> {
    tags.iter().find(|tag| is_same_in_any_case(&tag.key, key)).map(|tag| &*tag.value)
}

pub(crate) fn one_tag(tags: &[Tag], key: &str, take: &mut dyn FnMut(&str)) -> bool {
    tag_value(tags, key).is_some_and(|value| one(value, take))
}

pub(crate) fn principal_type(principal: &Principal) -> &'static str {
    match principal {
        Principal::Root { .. } => "Account",
        Principal::User(_) => "User",
        Principal::RoleSession(_) => "AssumedRole",
        Principal::FederatedUser(_) => "FederatedUser",
        Principal::Service { .. } | Principal::AwsService { .. } => "Service",
        Principal::Anonymous => "Anonymous",
    }
}

pub(crate) fn user_id(principal: &Principal, account: AccountId) -> String {
    match principal {
        Principal::User(user) => user.id.clone(),
        Principal::RoleSession(session) => format!("{}:{}", session.role_id, session.session_name),
        Principal::FederatedUser(federated) => format!("{account}:{}", federated.name),
        _ => account.to_string(),
    }
}

fn seconds_between(from: Timestamp, to: Timestamp) -> i64 {
    to.as_millis().saturating_sub(from.as_millis()).max(0).div_euclid(1000)
}

#[cfg(test)]
mod tests {
    use policy::in_lower_case;

    use super::*;

    #[test]
    fn a_tag_is_found_by_its_key_in_whatever_case() {
        let tags = ["Team", "Größe", "ΟΔΟΣ"].map(|key| Tag { key: key.to_owned(), value: format!("of {key}") });
        for (asked, found) in [
            ("TEAM", Some("of Team")),
            ("GRÖßE", Some("of Größe")),
            ("GRÖSSE", None),
            ("οδος", Some("of ΟΔΟΣ")),
            ("Οδοσ", Some("of ΟΔΟΣ")),
            ("", None),
        ] {
            // As policies ask: a part of the whole key.
            let key = in_lower_case(&format!("aws:ResourceTag/{asked}"));
            let (_, key) = key.split_once('/').unwrap();
            assert_eq!(tag_value(&tags, key), found, "{asked}");
        }
    }
}
