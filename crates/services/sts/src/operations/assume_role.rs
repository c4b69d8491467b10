//! AssumeRole: a session of a role that trusts the caller.

use std::sync::Arc;

use contract::{Identities, RoleRecord};
use gate::{RequestTags, ResourcePolicy, Restrictions, SessionClaims, SessionHolder, Target};
use policy::Permit;
use trail::Recorded;

use crate::{
    chain::{Chain, SessionTags},
    durations,
    error::Error,
    packed::SessionPolicies,
    role_arn::RoleArn,
    room::{Call, SET_SOURCE_IDENTITY, TAG_SESSION, resource},
    shapes::{AssumeRoleRequest, AssumeRoleResponse, AssumedRoleUser},
    trust_keys::TrustKeys,
};

pub(super) async fn assume_role(
    call: &Call<'_>,
    request: &AssumeRoleRequest,
) -> Result<Recorded<AssumeRoleResponse>, Error> {
    call.refuse_unserved("MinimumSessionTokenSize", request.minimum_session_token_size.is_some())?;
    call.refuse_unserved("ProvidedContexts", request.provided_contexts.is_some())?;
    let arn = RoleArn::parse(&request.role_arn)?;
    if call.is_root() {
        return Err(Error::Forbidden("Roles may not be assumed by root accounts.".to_owned()));
    }
    let chain = Chain::of(call.caller.session());
    let tags = chain.with_tags(request.tags.as_deref(), request.transitive_tag_keys.as_deref())?;
    let policies = SessionPolicies::asked(request.policy.as_deref(), request.policy_arns.as_deref())?;
    let percent = policies.packed_percent(&tags.all)?;
    let code = call.check_code(request.serial_number.as_deref(), request.token_code.as_deref()).await?;

    let role = Role::find(call, &arn).await?;
    let wish = Wish { call, request, chain: &chain, tags: &tags, has_code: code.is_some() };
    let (Role { identities, record }, permit) = wish.authorize(&arn, role).await?;
    let seconds = durations::of_role_session(wish.asked_seconds(), record.max_session_seconds, chain.is_chained)?;
    policies.require_existing(&identities)?;

    let has_packed = !(policies.is_empty() && tags.asked.is_empty());
    let source_identity = wish.source_identity().map(str::to_owned);
    let mfa_at = if code.is_some() { Some(call.now()) } else { chain.mfa_at };
    let session_name = &request.role_session_name;
    let claims = SessionClaims {
        account: identities.account.to_string(),
        holder: SessionHolder::Role { id: record.id.clone(), session_name: session_name.clone() },
        issued_at: call.now(),
        expires_at: durations::end(call.now(), seconds),
        restrictions: Restrictions {
            policy: policies.policy,
            policy_arns: policies.policy_arns,
            tags: tags.all,
            transitive_tag_keys: tags.transitive_keys,
        },
        source_identity: source_identity.clone(),
        mfa_at,
        is_chained: chain.is_chained,
    };
    let answer = AssumeRoleResponse {
        credentials: Some(call.begin_session(&claims)?),
        assumed_role_user: Some(AssumedRoleUser {
            assumed_role_id: format!("{}:{session_name}", record.id),
            arn: format!("arn:aws:sts::{}:assumed-role/{}/{session_name}", identities.account, record.name),
        }),
        packed_policy_size: has_packed.then_some(percent),
        source_identity,
        ..AssumeRoleResponse::default()
    };
    call.release(permit, code, answer).await
}

/// A role with its account.
struct Role {
    identities: Arc<Identities>,
    record: Arc<RoleRecord>,
}

impl Role {
    async fn find(call: &Call<'_>, arn: &RoleArn<'_>) -> Result<Option<Self>, Error> {
        let Some((account, name)) = arn.role else { return Ok(None) };
        let Some(identities) = call.room.store.identities(account).await? else { return Ok(None) };
        let record = identities.role(name).filter(|role| role.arn == arn.text).map(Arc::clone);
        Ok(record.map(|record| Self { identities, record }))
    }
}

/// What the caller wants of the role.
struct Wish<'a> {
    call: &'a Call<'a>,
    request: &'a AssumeRoleRequest,
    chain: &'a Chain,
    tags: &'a SessionTags,
    has_code: bool,
}

impl Wish<'_> {
    /// Who is not allowed learns neither whether the role is there nor who refuses.
    async fn authorize(&self, arn: &RoleArn<'_>, role: Option<Role>) -> Result<(Role, Permit), Error> {
        let record = role.as_ref().map(|role| &role.record);
        let owner = arn.role.map_or_else(|| self.call.caller.account(), |(account, _)| account);
        let resource = resource(arn.text, owner);
        let role_tags = record.map_or(&[][..], |record| &record.tags);
        let keys = TrustKeys {
            seconds: self.asked_seconds().unwrap_or(3600),
            session_name: Some(&self.request.role_session_name),
            external_id: self.request.external_id.as_deref(),
            source_identity: self.source_identity(),
            transitive_tag_keys: self.request.transitive_tag_keys.as_deref(),
            role_tags,
            has_code: self.has_code,
        };
        let trust = record.map_or(ResourcePolicy::NoTrust, |record| ResourcePolicy::Trust(&record.trust_policy));
        let target = Target::new(&resource)
            .with_policy(Some(trust))
            .with_tags(role_tags)
            .with_request_tags(RequestTags::of(&self.tags.asked))
            .with_keys(&keys)
            .without_cause();
        let permit = self.call.authorize(&target).await?;
        if !self.tags.all.is_empty() {
            self.call.authorize_action(TAG_SESSION, &target).await?;
        }
        if self.source_identity().is_some() {
            self.call.authorize_action(SET_SOURCE_IDENTITY, &target).await?;
            self.require_same_source_identity(arn)?;
        }
        // Without a trust policy nobody comes so far.
        let role = role.ok_or_else(|| Error::Internal("a role that is not there was assumed".to_owned()))?;
        Ok((role, permit))
    }

    fn require_same_source_identity(&self, arn: &RoleArn<'_>) -> Result<(), Error> {
        if self.request.source_identity.as_deref().is_none_or(|asked| self.source_identity() == Some(asked)) {
            return Ok(());
        }
        let (principal, role) = (self.call.caller.principal(), arn.text);
        let text = format!("User: {principal} is not authorized to perform: {SET_SOURCE_IDENTITY} on resource: {role}");
        Err(Error::Forbidden(text))
    }

    fn asked_seconds(&self) -> Option<i64> {
        self.request.duration_seconds.map(i64::from)
    }

    /// Once set it stays through the chain.
    fn source_identity(&self) -> Option<&str> {
        self.chain.source_identity.as_deref().or(self.request.source_identity.as_deref())
    }
}
