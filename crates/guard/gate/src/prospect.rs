//! Requests that nobody has made yet: who may do what to a secret, and under which conditions.

use contract::{DecisionSubject, UnreadablePolicy};
use policy::{
    ConditionContext, Documents, Inquiry, PolicyKind, Possibility, Principal, ResourceRole, SourceKind, possible,
};

use crate::{
    condition_keys::{of_principal, one, one_tag},
    standing::Standing,
};

/// Everything that a principal may ask of a secret with one action.
#[derive(Clone, Copy)]
pub struct Prospect<'a> {
    pub standing: &'a Standing,
    pub secret: DecisionSubject<'a>,
    /// Such as `secretsmanager:GetSecretValue`.
    pub action: &'a str,
    /// The principal is known by its name alone, and what governs it is not.
    pub is_stranger: bool,
}

/// The condition keys that a secret has of itself, whoever asks for it.
#[derive(Clone, Copy)]
pub struct SecretSubjectKeys<'a>(pub DecisionSubject<'a>);

impl Prospect<'_> {
    /// Whether the principal may, and what it depends on. What the answer calls impossible is refused, whatever the
    /// request; what it calls certain is allowed.
    pub fn judge(&self) -> Result<Possibility, UnreadablePolicy> {
        let resource = match self.secret.resource_policy {
            Some(document) => Some(document.as_set(PolicyKind::Resource, SourceKind::Resource)?),
            None => None,
        };
        let standing = self.standing;
        let documents = Documents {
            identity: &standing.identity,
            boundary: standing.boundary.as_ref(),
            session: standing.session.as_ref(),
            resource,
            resource_role: ResourceRole::Optional,
            ..Documents::default()
        };
        let inquiry = Inquiry {
            principal: &standing.principal,
            action: self.action,
            resource: self.secret.arn,
            resource_account: Some(self.secret.scope.account),
        };
        Ok(possible(&inquiry, &documents, self, &|key| self.is_open(key)))
    }

    /// Does the value depend on the request? Whatever is not known for certain does.
    fn is_open(&self, key: &str) -> bool {
        let Some((service, name)) = key.split_once(':') else { return true };
        match service {
            "secretsmanager" => !(name.starts_with("resourcetag/") || OF_SECRETS.contains(&name)),
            "aws" => match name.split_once('/') {
                Some(("resourcetag", _)) => false,
                Some(("principaltag", _)) => self.is_session() || self.is_stranger,
                Some(("requesttag", _)) => self.has_request_tags(),
                Some(_) => true,
                None => self.is_open_globally(name),
            },
            _ => true,
        }
    }

    fn is_open_globally(&self, name: &str) -> bool {
        match name {
            "resourceaccount"
            | "requestedregion"
            | "viaawsservice"
            | "principalisawsservice"
            | "principalarn"
            | "principalaccount"
            | "principaltype" => false,
            "tagkeys" => self.has_request_tags(),
            // A session's name is part of its id.
            "userid" => self.is_session() || self.is_stranger,
            "username" => self.is_stranger,
            _ => true,
        }
    }

    fn is_session(&self) -> bool {
        matches!(self.standing.principal, Principal::RoleSession(_) | Principal::FederatedUser(_))
    }

    fn has_request_tags(&self) -> bool {
        ["TagResource", "UntagResource"].iter().any(|operation| self.action.ends_with(operation))
    }
}

/// Keys of the service that tell of the secret and not of the request.
const OF_SECRETS: &[&str] = &["secretid", "secretprimaryregion", "resource/type", "resource/allowrotationlambdaarn"];

impl ConditionContext for Prospect<'_> {
    fn values(&self, key: &str, take: &mut dyn FnMut(&str)) -> bool {
        let Some(name) = key.strip_prefix("aws:") else {
            return SecretSubjectKeys(self.secret).values(key, take);
        };
        match name.split_once('/') {
            Some(("resourcetag", tag)) => one_tag(self.secret.tags, tag, take),
            Some(("principaltag", tag)) => one_tag(&self.standing.tags, tag, take),
            Some(_) => false,
            None => match name {
                "resourceaccount" => one(self.secret.scope.account.as_str(), take),
                "requestedregion" => one(self.secret.scope.region.as_str(), take),
                "viaawsservice" => one("false", take),
                "principalisawsservice" => {
                    let is_service = matches!(self.standing.principal, Principal::AwsService { .. });
                    one(if is_service { "true" } else { "false" }, take)
                }
                name => of_principal(&self.standing.principal, name, take),
            },
        }
    }
}

impl ConditionContext for SecretSubjectKeys<'_> {
    fn values(&self, key: &str, take: &mut dyn FnMut(&str)) -> bool {
        let DecisionSubject { arn, scope, tags, partner_type, origin_region, .. } = self.0;
        let Some(name) = key.strip_prefix("secretsmanager:") else { return false };
        if let Some(tag) = name.strip_prefix("resourcetag/") {
            return one_tag(tags, tag, take);
        }
        match name {
            "secretid" => one(arn, take),
            // Only secrets of several regions have a primary one.
            "secretprimaryregion" => origin_region != scope.region && one(origin_region.as_str(), take),
            "resource/type" => partner_type.is_some_and(|kind| one(kind, take)),
            _ => false,
        }
    }
}
