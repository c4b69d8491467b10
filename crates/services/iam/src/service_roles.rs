//! Roles that services make for themselves in an account, when they first need them.

use std::sync::Arc;

use contract::{Change, Commit, CommitError, Entity, Identities, PolicyDocument, RoleRecord};
use facades::{ServiceRole, ServiceRoleError, ServiceRoles};
use gate::{UniqueIdPrefix, new_unique_id};
use policy::{Action, Policy, PolicyKind};
use serde_json::json;
use service::TELLINGS_MAX;
use terms::{EventId, Region};
use trail::{ServiceEvent, Subject};

use crate::room::Room;

const CREATE_ROLE: Action = Action::new("iam:CreateRole");
const PATH: &str = "/service-role/";
const MAX_SESSION_SECONDS: u32 = 3600;

/// Makes such roles.
pub struct RoleMaker {
    room: Arc<Room>,
    /// In which the trail tells of them: IAM itself is in none.
    region: Region,
}

impl RoleMaker {
    pub fn new(room: Arc<Room>, region: Region) -> Self {
        Self { room, region }
    }
}

impl ServiceRoles for RoleMaker {
    fn ensure<'a>(&'a self, role: &'a ServiceRole<'a>) -> contract::Answer<'a, Result<String, ServiceRoleError>> {
        Box::pin(self.ensured(role))
    }
}

impl RoleMaker {
    async fn ensured(&self, role: &ServiceRole<'_>) -> Result<String, ServiceRoleError> {
        if let Some(arn) = found(&*self.identities(role).await?, role)? {
            return Ok(arn);
        }
        let _turn = self.room.turns.take(role.account).await;
        for _ in 0..TELLINGS_MAX {
            let identities = self.identities(role).await?;
            if let Some(arn) = found(&identities, role)? {
                return Ok(arn);
            }
            let new = self.new_role(&identities, role)?;
            match self.make(&identities, role, new.clone()).await {
                Ok(()) => return Ok(new.arn),
                // Another change of the account's IAM was faster.
                Err(CommitError::Conflict) => {}
                Err(error) => return Err(internal(error)),
            }
        }
        Err(ServiceRoleError::Internal("others were faster each time".to_owned()))
    }

    async fn identities(&self, role: &ServiceRole<'_>) -> Result<Arc<Identities>, ServiceRoleError> {
        let found = self.room.store.identities(role.account).await.map_err(internal)?;
        found.ok_or_else(|| ServiceRoleError::Refused(format!("The account {} is closed.", role.account)))
    }

    fn new_role(&self, identities: &Identities, role: &ServiceRole<'_>) -> Result<RoleRecord, ServiceRoleError> {
        let limit = self.room.quotas.roles;
        if identities.roles().count() >= limit {
            let text = format!("The role {} cannot be made: the account has {limit} roles already.", role.name);
            return Err(ServiceRoleError::Refused(text));
        }
        let mut id = new_unique_id(UniqueIdPrefix::Role, &*self.room.entropy);
        while identities.has_id(&id) {
            id = new_unique_id(UniqueIdPrefix::Role, &*self.room.entropy);
        }
        let trust_policy = trust_policy(role.trusted_service);
        Policy::parse(&trust_policy, PolicyKind::Trust).map_err(internal)?;
        Policy::parse(role.policy, PolicyKind::Identity).map_err(internal)?;
        Ok(RoleRecord {
            id,
            name: role.name.to_owned(),
            path: PATH.to_owned(),
            arn: format!("arn:aws:iam::{}:role{PATH}{}", role.account, role.name),
            created_at: role.now,
            description: Some(role.description.to_owned()),
            trust_policy: PolicyDocument::new(trust_policy),
            max_session_seconds: MAX_SESSION_SECONDS,
            tags: Vec::new(),
            boundary: None,
            inline: [(role.policy_name.to_owned(), PolicyDocument::new(role.policy))].into(),
            attached: Vec::new(),
        })
    }

    async fn make(&self, identities: &Identities, role: &ServiceRole<'_>, new: RoleRecord) -> Result<(), CommitError> {
        let room = &self.room;
        let permit = room.gate.authorize_account(role.account, CREATE_ROLE, role.request);
        let permit = permit.map_err(|error| CommitError::Internal(error.to_string().into()))?;
        let details = json!({"roleName": new.name, "roleArn": new.arn, "invokedBy": role.trusted_service}).to_string();
        let change = identities.change().put(Entity::Role(new));
        let subject = Subject::identities_changed(&change);
        let commit = Commit::under(permit).change(Change::Identity(change))?;
        let event = ServiceEvent {
            event: EventId::random(&*room.entropy),
            at: role.now,
            account: role.account,
            region: self.region,
            source: "iam.amazonaws.com",
            name: CREATE_ROLE.operation(),
            data: None,
            details: Some(&details),
            request_id: None,
            error: None,
        };
        room.recorder.commit_service_event(commit, &event, Some(subject)).await
    }
}

/// The role, if it is there. One of this name elsewhere is somebody else's, and the name is taken.
fn found(identities: &Identities, role: &ServiceRole<'_>) -> Result<Option<String>, ServiceRoleError> {
    match identities.role(role.name) {
        None => Ok(None),
        Some(held) if held.path == PATH => Ok(Some(held.arn.clone())),
        Some(held) => Err(ServiceRoleError::Refused(format!(
            "The role {} cannot be made under {PATH}: {} has its name.",
            role.name, held.arn
        ))),
    }
}

fn trust_policy(service: &str) -> String {
    let statement = json!({"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"});
    json!({"Version": "2012-10-17", "Statement": [statement]}).to_string()
}

fn internal(error: impl std::fmt::Display) -> ServiceRoleError {
    ServiceRoleError::Internal(error.to_string())
}

#[cfg(test)]
mod tests {
    use policy::Policy;

    use super::*;

    #[test]
    fn the_trust_policy_is_sound() {
        let text = trust_policy("secretsmanager.amazonaws.com");
        assert!(Policy::parse(&text, PolicyKind::Trust).is_ok());
        assert!(text.contains(r#""Principal":{"Service":"secretsmanager.amazonaws.com"}"#), "{text}");
    }
}
