//! A principal with everything that governs it, as of one state of its account's IAM.

use std::sync::Arc;

use contract::{
    GroupRecord, Identities, InlinePolicies, PolicyDocument, RoleRecord, Tag, UnreadablePolicy, UserRecord,
};
use policy::{
    Attached, FederatedUser, Policy, PolicyKind, PolicySet, PolicySource, Principal, RoleSession, SourceKind, User,
    is_same_in_any_case,
};
use terms::AccountId;

use crate::{aws_managed, session::Restrictions};

/// Built once for a principal and a state of its account, and used by every decision until the state changes. It does
/// not hold that state: what was decided is remembered with its standing, and would keep every state alive.
#[derive(Debug)]
pub struct Standing {
    pub principal: Principal,
    pub identity: PolicySet,
    /// Empty where the boundary's policy is gone: then it lets nothing through.
    pub boundary: Option<PolicySet>,
    pub session: Option<PolicySet>,
    /// The principal's tags, overlaid by its session's.
    pub tags: Vec<Tag>,
}

impl Standing {
    pub fn of_root(identities: &Identities) -> Self {
        Self {
            principal: Principal::Root { account: identities.account },
            identity: PolicySet::default(),
            boundary: None,
            session: None,
            tags: Vec::new(),
        }
    }

    pub fn of_user(identities: &Identities, user: &UserRecord) -> Result<Self, UnreadablePolicy> {
        Ok(Self {
            principal: Principal::User(Arc::new(named_user(identities.account, user))),
            identity: PolicySet::new(policies_of_user(identities, user)?),
            boundary: boundary(identities, user.boundary.as_deref())?,
            session: None,
            tags: user.tags.clone(),
        })
    }

    /// A role as somebody who assumed it under this name.
    pub fn of_role_session(
        identities: &Identities,
        role: &RoleRecord,
        session_name: &str,
        restrictions: &Restrictions,
    ) -> Result<Self, UnreadablePolicy> {
        let account = identities.account;
        let session = RoleSession {
            account,
            role_id: role.id.clone(),
            role_arn: role.arn.clone(),
            role_name: role.name.clone(),
            session_name: session_name.to_owned(),
            arn: format!("arn:aws:sts::{account}:assumed-role/{}/{session_name}", role.name),
        };
        let mut policies = inline(SourceKind::Role, &role.arn, &role.inline)?;
        policies.extend(managed(identities, &role.attached)?);
        Ok(Self {
            principal: Principal::RoleSession(Arc::new(session)),
            identity: PolicySet::new(policies),
            boundary: boundary(identities, role.boundary.as_deref())?,
            session: session_policies(identities, restrictions)?,
            tags: overlaid(&role.tags, &restrictions.tags),
        })
    }

    /// A federated user: may do what the user may who asked for it, or the root user, and what its session's policies
    /// allow; without any of these, nothing.
    pub fn of_federated_user(
        identities: &Identities,
        user: Option<&UserRecord>,
        name: &str,
        restrictions: &Restrictions,
    ) -> Result<Self, UnreadablePolicy> {
        let account = identities.account;
        let federated = FederatedUser {
            account,
            name: name.to_owned(),
            arn: format!("arn:aws:sts::{account}:federated-user/{name}"),
            user_arn: user.map(|user| user.arn.clone()),
            user_id: user.map(|user| user.id.clone()),
        };
        let (identity, bound) = match user {
            Some(user) => (PolicySet::new(policies_of_user(identities, user)?), user.boundary.as_deref()),
            None => (everything(), None),
        };
        Ok(Self {
            principal: Principal::FederatedUser(Arc::new(federated)),
            identity,
            boundary: boundary(identities, bound)?,
            session: Some(session_policies(identities, restrictions)?.unwrap_or_default()),
            tags: overlaid(user.map_or(&[], |user| &user.tags), &restrictions.tags),
        })
    }

    /// About as many bytes as its texts have.
    pub(crate) fn weight(&self) -> usize {
        let sets = std::iter::once(&self.identity).chain(&self.boundary).chain(&self.session);
        let of_tags = self.tags.iter().map(|tag| tag.key.len().saturating_add(tag.value.len()));
        sets.map(PolicySet::text_bytes).chain(of_tags).sum()
    }
}

fn named_user(account: AccountId, user: &UserRecord) -> User {
    User { account, id: user.id.clone(), name: user.name.clone(), path: user.path.clone(), arn: user.arn.clone() }
}

fn policies_of_user(identities: &Identities, user: &UserRecord) -> Result<Vec<Attached>, UnreadablePolicy> {
    let mut policies = inline(SourceKind::User, &user.arn, &user.inline)?;
    policies.extend(managed(identities, &user.attached)?);
    for group in identities.groups_of(&user.id) {
        policies.extend(policies_of_group(identities, group)?);
    }
    Ok(policies)
}

fn policies_of_group(identities: &Identities, group: &GroupRecord) -> Result<Vec<Attached>, UnreadablePolicy> {
    let mut policies = inline(SourceKind::Group, &group.arn, &group.inline)?;
    policies.extend(managed(identities, &group.attached)?);
    Ok(policies)
}

fn inline(kind: SourceKind, owner: &str, policies: &InlinePolicies) -> Result<Vec<Attached>, UnreadablePolicy> {
    let attached = policies.iter().map(|(name, document)| {
        let source = PolicySource { kind, id: format!("{owner}/{name}").into() };
        Ok(Attached { source, policy: document.compiled(PolicyKind::Identity)? })
    });
    attached.collect()
}

fn managed(identities: &Identities, arns: &[String]) -> Result<Vec<Attached>, UnreadablePolicy> {
    arns.iter().filter_map(|arn| managed_policy(identities, arn).transpose()).collect()
}

/// The managed policy with this ARN, the account's own or one of AWS's. None when there is none.
pub fn managed_policy(identities: &Identities, arn: &str) -> Result<Option<Attached>, UnreadablePolicy> {
    if let Some(policy) = aws_managed::policy(arn) {
        return Ok(Some(attached(SourceKind::AwsManaged, arn, policy.document().compiled(PolicyKind::Identity)?)));
    }
    let document = identities.policy_by_arn(arn).and_then(|policy| policy.document());
    let compiled = document.map(|document| document.compiled(PolicyKind::Identity)).transpose()?;
    Ok(compiled.map(|policy| attached(SourceKind::UserManaged, arn, policy)))
}

fn attached(kind: SourceKind, id: &str, policy: Arc<Policy>) -> Attached {
    Attached { source: PolicySource { kind, id: id.into() }, policy }
}

fn boundary(identities: &Identities, arn: Option<&str>) -> Result<Option<PolicySet>, UnreadablePolicy> {
    let Some(arn) = arn else { return Ok(None) };
    let policy = managed_policy(identities, arn)?.map(|policy| attached(SourceKind::Boundary, arn, policy.policy));
    Ok(Some(PolicySet::new(policy.into_iter().collect())))
}

/// None when the session was begun without any. A managed policy that is gone allows nothing any more.
fn session_policies(
    identities: &Identities,
    restrictions: &Restrictions,
) -> Result<Option<PolicySet>, UnreadablePolicy> {
    if restrictions.policy.is_none() && restrictions.policy_arns.is_empty() {
        return Ok(None);
    }
    let mut policies = Vec::new();
    if let Some(text) = &restrictions.policy {
        let policy = PolicyDocument::new(&**text).compiled(PolicyKind::Session)?;
        policies.push(attached(SourceKind::Session, "session-policy", policy));
    }
    for arn in &restrictions.policy_arns {
        let policy = managed_policy(identities, arn)?;
        policies.extend(policy.map(|policy| attached(SourceKind::Session, arn, policy.policy)));
    }
    Ok(Some(PolicySet::new(policies)))
}

/// What the root user may: everything.
fn everything() -> PolicySet {
    const ALL: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;
    let policy = Policy::parse(ALL, PolicyKind::Identity).ok();
    PolicySet::new(policy.map(|policy| attached(SourceKind::User, "root", Arc::new(policy))).into_iter().collect())
}

/// Keys are one whatever their case; the session's come over the role's.
fn overlaid(own: &[Tag], over: &[Tag]) -> Vec<Tag> {
    let is_covered = |tag: &&Tag| over.iter().any(|new| is_same_in_any_case(&new.key, &tag.key));
    own.iter().filter(|tag| !is_covered(tag)).chain(over).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sessions_tag_comes_over_its_roles_whatever_the_case() {
        let tags = |tags: &[(&str, &str)]| -> Vec<Tag> {
            tags.iter().map(|(key, value)| Tag { key: (*key).to_owned(), value: (*value).to_owned() }).collect()
        };
        let own = tags(&[("team", "red"), ("größe", "L"), ("kept", "yes")]);
        let over = tags(&[("Team", "blue"), ("GRÖßE", "S")]);
        assert_eq!(overlaid(&own, &over), tags(&[("kept", "yes"), ("Team", "blue"), ("GRÖßE", "S")]));
    }
}
