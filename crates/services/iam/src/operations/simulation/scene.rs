//! All that a simulation decides from.

use std::{collections::HashMap, net::IpAddr, sync::Arc};

use contract::{Identities, RoleRecord, Tag, UserRecord};
use gate::{Restrictions, Standing};
use policy::{
    Attached, Documents, Explanation, Inquiry, MapContext, Policy, PolicyKind, PolicySet, PolicySource, Position,
    Principal, SourceKind, User, explain,
};
use terms::AccountId;

use super::{asked_policy, holdings::Holding, positions::starts, question::Question};
use crate::{
    error::Error,
    holder::Holder,
    shapes::{ContextEntry, ContextKeyTypeEnum},
};

/// Who makes the request that is simulated.
pub(super) struct Actor {
    principal: Principal,
    tags: Vec<Tag>,
    /// Nobody knows anything of an actor that is made up.
    is_known: bool,
}

/// A policy of the scene: answers name it, and tell where in its text a statement stands.
pub(super) struct Told {
    pub(super) id: String,
    /// Where each statement is told to begin, by where it does.
    pub(super) starts: HashMap<Position, Position>,
}

pub(super) struct Scene {
    actor: Actor,
    /// Sources are numbers in this list.
    told: Vec<Told>,
    identity: PolicySet,
    boundary: Option<PolicySet>,
    resource: Option<PolicySet>,
    service_control: Vec<PolicySet>,
    context: MapContext,
}

impl Actor {
    pub(super) fn of(identities: &Arc<Identities>, holder: &Holder) -> Result<Self, Error> {
        match holder {
            Holder::User(user) => Self::of_user(identities, user),
            Holder::Role(role) => Self::of_role(identities, role),
            Holder::Group(_) => Ok(Self::made_up(identities.account)),
        }
    }

    /// The IAM user that the request names as its caller, here or in another account.
    pub(super) fn named(identities: &Arc<Identities>, arn: &str) -> Result<Self, Error> {
        let invalid = || Error::InvalidInput(format!("Invalid caller ARN: {arn}"));
        let (account, tail) =
            arn.strip_prefix("arn:aws:iam::").and_then(|rest| rest.split_once(':')).ok_or_else(invalid)?;
        let account = AccountId::parse(account).map_err(|_| invalid())?;
        let (path, name) = tail.strip_prefix("user").and_then(|tail| tail.rsplit_once('/')).ok_or_else(invalid)?;
        if name.is_empty() {
            return Err(invalid());
        }
        if let Some(user) = identities.user(name).filter(|user| user.arn == arn) {
            return Self::of_user(identities, user);
        }
        let (name, path) = (name.to_owned(), format!("{path}/"));
        let user = User { account, id: String::new(), name, path, arn: arn.to_owned() };
        Ok(Self { principal: Principal::User(Arc::new(user)), tags: Vec::new(), is_known: true })
    }

    /// A user of the account without any qualities.
    pub(super) fn made_up(account: AccountId) -> Self {
        let user = User { account, id: String::new(), name: String::new(), path: "/".to_owned(), arn: String::new() };
        Self { principal: Principal::User(Arc::new(user)), tags: Vec::new(), is_known: false }
    }

    fn of_user(identities: &Arc<Identities>, user: &UserRecord) -> Result<Self, Error> {
        let Standing { principal, tags, .. } = Standing::of_user(identities, user)?;
        Ok(Self { principal, tags, is_known: true })
    }

    fn of_role(identities: &Arc<Identities>, role: &RoleRecord) -> Result<Self, Error> {
        let standing = Standing::of_role_session(identities, role, "simulation", &Restrictions::default())?;
        let Standing { principal, tags, .. } = standing;
        Ok(Self { principal, tags, is_known: true })
    }

    /// Condition keys that follow from who asks, of which the request need not tell.
    fn context(&self) -> MapContext {
        let mut context = MapContext::default();
        if !self.is_known {
            return context;
        }
        let mut put = |key: &str, value: &str| context.insert(key, [value]);
        match &self.principal {
            Principal::User(user) => {
                put("aws:username", &user.name);
                put("aws:PrincipalArn", &user.arn);
                put("aws:PrincipalType", "User");
                if !user.id.is_empty() {
                    put("aws:userid", &user.id);
                }
            }
            Principal::RoleSession(session) => {
                put("aws:PrincipalArn", &session.role_arn);
                put("aws:PrincipalType", "AssumedRole");
            }
            _ => {}
        }
        if let Some(account) = self.principal.account() {
            put("aws:PrincipalAccount", account.as_str());
        }
        for tag in &self.tags {
            put(&format!("aws:PrincipalTag/{}", tag.key), &tag.value);
        }
        context
    }
}

impl Scene {
    /// What the principal has, what the request adds, and whom it lets ask. `boundary`: the principal's own, which one
    /// in the request replaces; empty where its policy is gone.
    pub(super) fn build(
        question: &Question<'_>,
        actor: Actor,
        holdings: Vec<Holding>,
        boundary: Option<Option<Holding>>,
    ) -> Result<Self, Error> {
        let mut told = Vec::new();
        let mut identity = Vec::new();
        for holding in holdings {
            identity.push(kept(&mut told, SourceKind::Input, &holding)?);
        }
        for (number, text) in (1_usize..).zip(question.policies) {
            let policy = asked_policy(text, PolicyKind::Session)?;
            identity.push(put(&mut told, SourceKind::Input, format!("PolicyInputList.{number}"), text, policy));
        }
        let boundary = match (question.boundaries, boundary) {
            ([text, ..], _) => {
                let policy = asked_policy(text, PolicyKind::Session)?;
                let id = "PermissionsBoundaryPolicyInputList.1".to_owned();
                Some(PolicySet::new(vec![put(&mut told, SourceKind::Boundary, id, text, policy)]))
            }
            ([], Some(own)) => {
                let own = own.map(|own| kept(&mut told, SourceKind::Boundary, &own)).transpose()?;
                Some(PolicySet::new(own.into_iter().collect()))
            }
            ([], None) => None,
        };
        let resource = match question.resource_policy {
            None => None,
            Some(text) => {
                let policy = asked_policy(text, PolicyKind::Resource)?;
                let id = "ResourcePolicy".to_owned();
                Some(PolicySet::new(vec![put(&mut told, SourceKind::Resource, id, text, policy)]))
            }
        };
        let service_control = organization(question, &mut told)?;
        let mut context = actor.context();
        for entry in question.context {
            insert(&mut context, entry)?;
        }
        Ok(Self { actor, told, identity: PolicySet::new(identity), boundary, resource, service_control, context })
    }

    pub(super) fn explain(&self, question: &Question<'_>, action: &str, resource: &str) -> Explanation {
        let inquiry = Inquiry {
            principal: &self.actor.principal,
            action,
            resource,
            resource_account: self.resource.as_ref().and_then(|_| question.owner_of(resource)),
        };
        let documents = Documents {
            identity: &self.identity,
            boundary: self.boundary.as_ref(),
            resource: self.resource.as_ref(),
            service_control: &self.service_control,
            ..Documents::default()
        };
        explain(&inquiry, &documents, &self.context)
    }

    /// Is the resource another account's? Only a simulation that has the resource's policy looks at that.
    pub(super) fn is_across_accounts(&self, question: &Question<'_>, resource: &str) -> bool {
        let owner = self.resource.as_ref().and_then(|_| question.owner_of(resource));
        owner.is_some_and(|owner| self.actor.principal.account() != Some(owner))
    }

    pub(super) fn has_boundary(&self) -> bool {
        self.boundary.is_some()
    }

    pub(super) fn has_organization(&self) -> bool {
        !self.service_control.is_empty()
    }

    /// How many statements one decision may look at.
    pub(super) fn statements(&self) -> usize {
        self.told.iter().map(|told| told.starts.len()).sum()
    }

    /// The policy that a matched statement is from.
    pub(super) fn told(&self, source: &PolicySource) -> Option<&Told> {
        self.told.get(source.id.parse::<usize>().ok()?)
    }
}

fn organization(question: &Question<'_>, told: &mut Vec<Told>) -> Result<Vec<PolicySet>, Error> {
    let mut levels = Vec::new();
    for (number, level) in (1_usize..).zip(question.organization) {
        let texts = level.service_control_policy_input_list.as_deref().unwrap_or_default();
        if texts.is_empty() {
            return Err(Error::InvalidInput(format!(
                "Organization policy at index {number} must contain at least one service control policy"
            )));
        }
        let mut policies = Vec::new();
        for text in texts {
            let policy = asked_policy(text, PolicyKind::Control)?;
            let id = format!("OrderedOrganizationPolicyInputList.{number}");
            policies.push(put(told, SourceKind::ServiceControl, id, text, policy));
        }
        levels.push(PolicySet::new(policies));
    }
    Ok(levels)
}

fn kept(told: &mut Vec<Told>, kind: SourceKind, holding: &Holding) -> Result<Attached, Error> {
    let policy = holding.document.compiled(PolicyKind::Identity)?;
    Ok(attach(told, kind, holding.origin.id(), holding.document.text(), policy))
}

fn put(told: &mut Vec<Told>, kind: SourceKind, id: String, text: &str, policy: Policy) -> Attached {
    attach(told, kind, id, text, Arc::new(policy))
}

fn attach(told: &mut Vec<Told>, kind: SourceKind, id: String, text: &str, policy: Arc<Policy>) -> Attached {
    let source = PolicySource { kind, id: told.len().to_string().into() };
    told.push(Told { id, starts: starts(text, &policy) });
    Attached { source, policy }
}

/// What the request tells comes over what is known.
fn insert(context: &mut MapContext, entry: &ContextEntry) -> Result<(), Error> {
    let name = entry.context_key_name.as_deref();
    let name = name.ok_or_else(|| Error::InvalidInput("A context entry must have a name.".to_owned()))?;
    let values = entry.context_key_values.as_deref().unwrap_or_default();
    if let Some(value) = values.iter().find(|value| !is_of(entry.context_key_type, value)) {
        return Err(Error::InvalidInput(format!("Invalid value for context key {name}: {value}")));
    }
    if !values.is_empty() {
        context.insert(name, values.iter().cloned());
    }
    Ok(())
}

/// Is it a value of the type that the entry says? Dates and binary values are what conditions make of them.
fn is_of(kind: Option<ContextKeyTypeEnum>, value: &str) -> bool {
    match kind {
        Some(ContextKeyTypeEnum::Numeric | ContextKeyTypeEnum::NumericList) => value.parse::<f64>().is_ok(),
        Some(ContextKeyTypeEnum::Boolean | ContextKeyTypeEnum::BooleanList) => {
            value.eq_ignore_ascii_case("true") || value.eq_ignore_ascii_case("false")
        }
        Some(ContextKeyTypeEnum::Ip | ContextKeyTypeEnum::IpList) => {
            let address = value.split_once('/').map_or(value, |(address, _)| address);
            address.parse::<IpAddr>().is_ok()
        }
        _ => true,
    }
}
