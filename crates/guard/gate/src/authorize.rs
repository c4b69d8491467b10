//! From a caller's wish to a permit.

use std::sync::Arc;

use contract::{Guarded, JobRecord, SecretRecord, StoreError, account_arn};
use policy::{Action, Denied, Permit, PermitIssuer, Principal, Question, Resource, decide};
use terms::{AccountId, RequestId};

use crate::{Caller, RequestContext};

/// Holds the server's only permit issuer.
#[derive(Debug)]
pub struct Gate {
    issuer: PermitIssuer,
}

#[derive(Debug, Clone, thiserror::Error)]
pub enum AuthorizationError {
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Gate {
    pub fn new(issuer: PermitIssuer) -> Self {
        Self { issuer }
    }

    /// May the caller do this to that?
    ///
    /// Async because the documents that will answer it may have to be fetched; today root needs none.
    pub async fn authorize(
        &self,
        context: &RequestContext,
        caller: &Caller,
        action: Action,
        resource: Resource,
    ) -> Result<Permit, AuthorizationError> {
        let principal = caller.principal().clone();
        self.ask(Question { principal, action, resource, request: context.request_id })
    }

    /// A background job's authority: the service, for this job's subject, for this action and nothing else.
    pub fn authorize_job(
        &self,
        job: &JobRecord,
        action: Action,
        subject: &Guarded<Arc<SecretRecord>>,
        request: RequestId,
    ) -> Result<Permit, AuthorizationError> {
        let arn = Arc::clone(subject.arn());
        let resource = Resource::One { asked: Arc::clone(&arn), arn, account: subject.account() };
        self.ask(Question { principal: service(job.scope.account, action), action, resource, request })
    }

    /// The authority by which the first start makes an account and its keys.
    pub fn authorize_account(
        &self,
        account: AccountId,
        action: Action,
        request: RequestId,
    ) -> Result<Permit, AuthorizationError> {
        let arn = account_arn(account);
        let resource = Resource::One { asked: Arc::clone(&arn), arn, account };
        self.ask(Question { principal: service(account, action), action, resource, request })
    }

    fn ask(&self, question: Question) -> Result<Permit, AuthorizationError> {
        Ok(self.issuer.grant(decide(question))?)
    }
}

fn service(account: AccountId, job: Action) -> Principal {
    Principal::Service { account, job }
}
