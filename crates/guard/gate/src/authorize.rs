//! From a caller's wish to a permit.

use std::sync::{Arc, LazyLock};

use contract::{JobRecord, ServiceSubject, StoreError, UnreadablePolicy, account_arn, deployment_arn};
use policy::{
    Action, Decision, Denied, Documents, Explanation, Inquiry, MapContext, Permit, PermitIssuer, PolicyKind, PolicySet,
    Principal, Question, Resource, ResourceRole, SourceKind, decide, decide_noting, explain, explain_to_strangers,
};
use terms::{AccountId, RequestId};

use crate::{
    Caller, RequestContext,
    condition_keys::RequestKeys,
    decisions::{Basis, Decisions, Told},
    service_caller::{ServiceCaller, ServiceKeys},
    target::{ResourcePolicy, Target, WithoutResource},
};

/// Holds the server's only permit issuer, and remembers what it decided lately.
#[derive(Debug)]
pub struct Gate {
    issuer: PermitIssuer,
    decisions: Decisions,
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
        Self { issuer, decisions: Decisions::default() }
    }

    /// May the caller do this to that?
    pub async fn authorize(
        &self,
        context: &RequestContext,
        caller: &Caller,
        action: Action,
        target: &Target<'_>,
    ) -> Result<Permit, AuthorizationError> {
        let decision = self.decide(context, caller, action, target)?;
        let told = |denied: Denied| if target.is_cause_told { denied } else { denied.without_cause() };
        Ok(self.issuer.grant(decision).map_err(told)?)
    }

    /// Decides, and mints nothing: for lists that show only what the caller may see one by one.
    pub fn may(
        &self,
        context: &RequestContext,
        caller: &Caller,
        action: Action,
        target: &Target<'_>,
    ) -> Result<bool, AuthorizationError> {
        let keys = RequestKeys { context, caller, target };
        let documents = documents(caller, target)?;
        Ok(decide(question(context, caller, action, target), &documents, &keys).is_allowed())
    }

    fn decide(
        &self,
        context: &RequestContext,
        caller: &Caller,
        action: Action,
        target: &Target<'_>,
    ) -> Result<Decision, AuthorizationError> {
        let keys = RequestKeys { context, caller, target };
        let documents = documents(caller, target)?;
        let (decision, deciders) = decide_noting(question(context, caller, action, target), &documents, &keys);
        let basis = match decision.cause() {
            Some(cause) => {
                let explanation = explanation(context, caller, action, target)?;
                Basis::refusal(caller, Some(cause).filter(|_| target.is_cause_told), explanation)
            }
            None => Basis::statements(caller, deciders, target),
        };
        self.decisions.tell(context, caller, action, target.resource, basis);
        Ok(decision)
    }

    /// What was decided for this request or event, the latest last.
    pub fn told_of(&self, account: AccountId, id: &str) -> Vec<Told> {
        self.decisions.find(account, id)
    }

    /// May the service do this to that? The resource's policy alone decides.
    pub fn authorize_aws_service(
        &self,
        caller: &ServiceCaller<'_>,
        action: Action,
        target: &Target<'_>,
    ) -> Result<Permit, AuthorizationError> {
        let resource_account = match target.resource {
            Resource::One { account, .. } => Some(*account),
            Resource::Every => None,
        };
        let (resource, resource_role) = match target.policy {
            None => (None, ResourceRole::Optional),
            Some(policy) => policy.read()?,
        };
        let question = Question {
            principal: caller.principal(),
            action,
            resource: target.resource.clone(),
            request: caller.request,
        };
        let documents = Documents { resource, resource_role, ..Documents::default() };
        Ok(self.issuer.grant(decide(question, &documents, &ServiceKeys { caller, resource_account }))?)
    }

    /// A background job's authority: the service, for this job's subject, for this action and nothing else.
    pub fn authorize_job(
        &self,
        job: &JobRecord,
        action: Action,
        subject: &impl ServiceSubject,
        request: RequestId,
    ) -> Result<Permit, AuthorizationError> {
        self.authorize_service(job.scope.account, action, subject, request)
    }

    /// The authority of a service to do what follows by itself from a job or from what a caller was allowed: for this
    /// thing of this account, for this action and nothing else. Actions of services are none that callers can ask for.
    pub fn authorize_service(
        &self,
        account: AccountId,
        action: Action,
        subject: &impl ServiceSubject,
        request: RequestId,
    ) -> Result<Permit, AuthorizationError> {
        let (arn, scope) = subject.arn_and_scope();
        let resource = Resource::One { asked: Arc::clone(arn), arn: Arc::clone(arn), account: scope.account };
        self.as_service(account, action, resource, request)
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
        self.as_service(account, action, resource, request)
    }

    /// The authority by which the first start makes the deployment's own key.
    pub fn authorize_deployment(
        &self,
        account: AccountId,
        action: Action,
        request: RequestId,
    ) -> Result<Permit, AuthorizationError> {
        let arn = deployment_arn();
        let resource = Resource::One { asked: Arc::clone(&arn), arn, account };
        self.as_service(account, action, resource, request)
    }

    fn as_service(
        &self,
        account: AccountId,
        job: Action,
        resource: Resource,
        request: RequestId,
    ) -> Result<Permit, AuthorizationError> {
        let question = Question { principal: Principal::Service { account, job }, action: job, resource, request };
        Ok(self.issuer.grant(decide(question, &Documents::default(), &MapContext::default()))?)
    }
}

fn question(context: &RequestContext, caller: &Caller, action: Action, target: &Target<'_>) -> Question {
    let principal = caller.principal().clone();
    Question { principal, action, resource: target.resource.clone(), request: context.request_id }
}

/// Why the caller is refused, as far as its account may know.
fn explanation(
    context: &RequestContext,
    caller: &Caller,
    action: Action,
    target: &Target<'_>,
) -> Result<Explanation, UnreadablePolicy> {
    let (resource, resource_account) = match target.resource {
        Resource::One { arn, account, .. } => (&**arn, Some(*account)),
        Resource::Every => ("*", None),
    };
    let inquiry = Inquiry { principal: caller.principal(), action: action.as_str(), resource, resource_account };
    let is_foreign = target.is_foreign_to(caller.account());
    if is_foreign && !target.is_cause_told {
        // Explained as if there was no such thing: else their own policies' conditions would tell that there is.
        let request_keys = WithoutResource(target.keys);
        let target = &Target { policy: Some(ResourcePolicy::NoTrust), tags: &[], keys: &request_keys, ..*target };
        let keys = RequestKeys { context, caller, target };
        return Ok(explain_to_strangers(&inquiry, &documents(caller, target)?, &keys));
    }
    let keys = RequestKeys { context, caller, target };
    let explain = if is_foreign { explain_to_strangers } else { explain };
    Ok(explain(&inquiry, &documents(caller, target)?, &keys))
}

fn documents<'a>(caller: &'a Caller, target: &Target<'a>) -> Result<Documents<'a>, UnreadablePolicy> {
    let standing = caller.standing();
    let (resource, resource_role) = match target.policy {
        None => (None, ResourceRole::Optional),
        Some(policy) => policy.read()?,
    };
    Ok(Documents {
        identity: &standing.identity,
        boundary: standing.boundary.as_ref(),
        session: standing.session.as_ref(),
        resource,
        resource_role,
        granted: target.granted,
        ..Documents::default()
    })
}

impl<'a> ResourcePolicy<'a> {
    pub(crate) fn read(self) -> Result<(Option<&'a PolicySet>, ResourceRole), UnreadablePolicy> {
        Ok(match self {
            Self::Secret(document) | Self::Function(document) => {
                (Some(document.as_set(PolicyKind::Resource, SourceKind::Resource)?), ResourceRole::Optional)
            }
            Self::Trust(document) => {
                (Some(document.as_set(PolicyKind::Trust, SourceKind::Trust)?), ResourceRole::Trust)
            }
            // As a trust policy that trusts nobody, so that nobody sees from the decision which of the two it was.
            Self::NoTrust => (Some(&NOTHING), ResourceRole::Trust),
            Self::Key(document) => (Some(document.as_set(PolicyKind::Key, SourceKind::Resource)?), ResourceRole::Key),
            Self::NoKey => (Some(&NOTHING), ResourceRole::Key),
        })
    }
}

static NOTHING: LazyLock<PolicySet> = LazyLock::new(PolicySet::default);

impl From<UnreadablePolicy> for AuthorizationError {
    fn from(error: UnreadablePolicy) -> Self {
        Self::Store(error.into())
    }
}
