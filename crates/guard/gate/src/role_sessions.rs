//! Sessions that a service of AWS begins for itself, of a role that trusts it: a function's role, for one.

use std::sync::Arc;

use contract::{Identities, PolicyDocument, Reads, RoleRecord, StoreError};
use policy::{Action, Documents, PolicyKind, Question, Resource, ResourceRole, SourceKind, decide};
use seal::SealError;
use terms::{AccountId, Entropy, Region, RequestId, Timestamp};

use crate::{
    Caller, Restrictions, SessionClaims, SessionCredentials, SessionHolder, SessionKey,
    credentials::{CredentialCard, Seated},
    service_caller::{ServiceCaller, ServiceKeys},
};

const ASSUME_ROLE: Action = Action::new("sts:AssumeRole");

/// Begins such sessions.
pub struct RoleSessions {
    store: Arc<dyn Reads>,
    key: Arc<SessionKey>,
    entropy: Arc<dyn Entropy>,
}

/// A service, and what it takes a role for.
#[derive(Debug, Clone, Copy)]
pub struct RoleTaker<'a> {
    /// Such as `lambda.amazonaws.com`.
    pub service: &'a str,
    /// What it serves with the role, such as a function.
    pub source_arn: &'a str,
    pub source_account: AccountId,
    pub request: RequestId,
    pub now: Timestamp,
}

/// The session that is wanted.
#[derive(Debug, Clone)]
pub struct NewRoleSession<'a> {
    pub role_arn: &'a str,
    pub session_name: &'a str,
    pub region: Region,
    pub expires_at: Timestamp,
    /// Narrow what the role may, for this session. Policies that cannot be read let nothing through.
    pub restrictions: Restrictions,
}

/// A session that was begun.
#[derive(Clone)]
pub struct RoleSession {
    pub credentials: Arc<SessionCredentials>,
    card: Arc<CredentialCard>,
    region: Region,
}

#[derive(Debug, Clone, thiserror::Error)]
pub enum RoleSessionError {
    /// There is no such role, or it does not trust the service. Nobody is told which.
    #[error("the role cannot be assumed")]
    NotAssumable,
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("a session cannot be sealed")]
    Sealing,
}

impl RoleTaker<'_> {
    fn as_caller(&self) -> ServiceCaller<'_> {
        let Self { service, source_arn, source_account, request, now } = *self;
        ServiceCaller { service, source_arn, source_account, request, now }
    }
}

impl RoleSession {
    /// The role's account.
    pub fn account(&self) -> AccountId {
        self.card.account
    }
}

impl RoleSessions {
    pub fn new(store: Arc<dyn Reads>, key: Arc<SessionKey>, entropy: Arc<dyn Entropy>) -> Self {
        Self { store, key, entropy }
    }

    /// May the service take this role? The role's trust policy alone decides.
    pub async fn check(&self, role_arn: &str, taker: &RoleTaker<'_>) -> Result<(), RoleSessionError> {
        self.find(role_arn, taker).await.map(drop)
    }

    /// Begins a session, if the role trusts the service.
    pub async fn begin(&self, new: NewRoleSession<'_>, taker: &RoleTaker<'_>) -> Result<RoleSession, RoleSessionError> {
        let NewRoleSession { role_arn, session_name, region, expires_at, restrictions } = new;
        let (identities, role) = self.find(role_arn, taker).await?;
        let claims = SessionClaims {
            account: identities.account.to_string(),
            holder: SessionHolder::Role { id: role.id.clone(), session_name: session_name.to_owned() },
            issued_at: taker.now,
            expires_at,
            restrictions,
            source_identity: None,
            mfa_at: None,
            is_chained: false,
        };
        let credentials = Arc::new(self.key.issue(&claims, &*self.entropy)?);
        let card = Arc::new(CredentialCard::of_session(&credentials, identities.account, claims));
        Ok(RoleSession { credentials, card, region })
    }

    /// The session as a caller, with what governs its role now. None when it is over, or its role is gone.
    pub async fn caller(&self, session: &RoleSession, now: Timestamp) -> Result<Option<Caller>, StoreError> {
        if session.credentials.expires_at <= now {
            return Ok(None);
        }
        let Some(identities) = self.store.identities(session.card.account).await? else { return Ok(None) };
        let Some(seat) = session.card.seat(&identities)? else { return Ok(None) };
        let seated = Seated { card: Arc::clone(&session.card), seat, identities };
        Ok(Some(Caller::new(seated, session.region)))
    }

    async fn find(
        &self,
        role_arn: &str,
        taker: &RoleTaker<'_>,
    ) -> Result<(Arc<Identities>, Arc<RoleRecord>), RoleSessionError> {
        let (account, name) = role_of_arn(role_arn).ok_or(RoleSessionError::NotAssumable)?;
        let identities = self.store.identities(account).await?.ok_or(RoleSessionError::NotAssumable)?;
        let role = identities.role(name).filter(|role| role.arn == role_arn).map(Arc::clone);
        let role = role.ok_or(RoleSessionError::NotAssumable)?;
        if !trusts(&role.trust_policy, role_arn, account, taker)? {
            return Err(RoleSessionError::NotAssumable);
        }
        Ok((identities, role))
    }
}

/// Account and name, if the ARN could be of a role.
fn role_of_arn(arn: &str) -> Option<(AccountId, &str)> {
    let (account, path_and_name) = arn.strip_prefix("arn:aws:iam::")?.split_once(":role/")?;
    Some((AccountId::parse(account).ok()?, path_and_name.rsplit('/').next()?))
}

fn trusts(
    policy: &PolicyDocument,
    role_arn: &str,
    account: AccountId,
    taker: &RoleTaker<'_>,
) -> Result<bool, StoreError> {
    let arn: Arc<str> = role_arn.into();
    let caller = taker.as_caller();
    let question = Question {
        principal: caller.principal(),
        action: ASSUME_ROLE,
        resource: Resource::One { asked: Arc::clone(&arn), arn, account },
        request: taker.request,
    };
    let documents = Documents {
        resource: Some(policy.as_set(PolicyKind::Trust, SourceKind::Trust)?),
        resource_role: ResourceRole::Trust,
        ..Documents::default()
    };
    Ok(decide(question, &documents, &ServiceKeys { caller: &caller, resource_account: Some(account) }).is_allowed())
}

impl From<SealError> for RoleSessionError {
    fn from(_: SealError) -> Self {
        Self::Sealing
    }
}

#[cfg(test)]
mod tests {
    use terms::Entropy;

    use super::*;

    const ROLE: &str = "arn:aws:iam::111122223333:role/team/reader";
    const FUNCTION: &str = "arn:aws:lambda:us-east-1:111122223333:function:reader";

    struct Zeroes;

    impl Entropy for Zeroes {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(0);
        }
    }

    fn is_trusted(statement: &str, service: &str) -> bool {
        let account = AccountId::parse("111122223333").unwrap();
        let policy = PolicyDocument::new(format!(r#"{{"Version":"2012-10-17","Statement":[{statement}]}}"#));
        let taker = RoleTaker {
            service,
            source_arn: FUNCTION,
            source_account: account,
            request: RequestId::random(&Zeroes),
            now: Timestamp::from_millis(1_795_000_000_000),
        };
        trusts(&policy, ROLE, account, &taker).unwrap()
    }

    #[test]
    fn a_role_is_taken_by_the_service_that_it_trusts_and_by_no_other() {
        let trust = r#"{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}"#;
        assert!(is_trusted(trust, "lambda.amazonaws.com"));
        assert!(!is_trusted(trust, "ec2.amazonaws.com"));
    }

    #[test]
    fn a_role_that_trusts_its_account_is_no_services() {
        for principal in [r#""arn:aws:iam::111122223333:root""#, r#""111122223333""#] {
            let trust = format!(r#"{{"Effect":"Allow","Principal":{{"AWS":{principal}}},"Action":"sts:AssumeRole"}}"#);
            assert!(!is_trusted(&trust, "lambda.amazonaws.com"), "{principal}");
        }
    }

    #[test]
    fn a_trust_policy_may_ask_whom_the_service_serves() {
        let of = |source: &str| {
            format!(
                r#"{{"Effect":"Allow","Principal":{{"Service":"lambda.amazonaws.com"}},"Action":"sts:AssumeRole",
                "Condition":{{"ArnLike":{{"aws:SourceArn":"{source}"}},"StringEquals":{{"aws:SourceAccount":"111122223333"}}}}}}"#
            )
        };
        assert!(is_trusted(&of("arn:aws:lambda:*:111122223333:function:read*"), "lambda.amazonaws.com"));
        assert!(!is_trusted(&of("arn:aws:lambda:*:111122223333:function:write*"), "lambda.amazonaws.com"));
    }

    #[test]
    fn a_deny_counts() {
        let trust = r#"{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"},
            {"Effect":"Deny","Principal":"*","Action":"sts:*","Condition":{"Bool":{"aws:PrincipalIsAWSService":"true"}}}"#;
        assert!(!is_trusted(trust, "lambda.amazonaws.com"));
    }

    #[test]
    fn a_roles_name_follows_its_path() {
        let account = AccountId::parse("111122223333").unwrap();
        assert_eq!(role_of_arn(ROLE), Some((account, "reader")));
        for other in ["reader", "arn:aws:iam::1:role/reader", "arn:aws:iam::111122223333:user/reader"] {
            assert_eq!(role_of_arn(other), None, "{other}");
        }
    }
}
