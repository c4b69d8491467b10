//! Secrets that keepwell itself owns: a database's user, rotated without a function of anybody's.

use std::sync::Arc;

use contract::{
    Answer, AttemptCause, AttemptKind, Change, Commit, DecisionSubject, Guard, Pick, RotationRecord, RotationRules,
    SecretChange, SecretRecord, Value,
};
use facades::{AdoptedSecret, ManagedSecret, ManagedSecrets, RotationErrand, SecretsDoorError, Visitor};
use gate::{Caller, RequestContext, RequestTags};
use seal::ValueKind;
use service::Parameters;
use terms::{SecretId, SecretName, Uid};
use trail::{LinkedCalls, Recorded, Subject};

use crate::{
    door::{Door, released, visit},
    error::Error,
    operations::{
        Operation,
        cancel_rotate_secret::cancelled,
        create_secret::{TAG_RESOURCE, draft, with_first_version},
        put_secret_value::response_elements,
        tag_resource::asked_tags,
    },
    room::{Call, NewValue, Room},
    rotation::{check_job, rotation_job, rules_of_managed, run, run::Next},
    shapes::{CancelRotateSecretRequest, CreateSecretRequest, RotateSecretRequest, RotationRulesType, Tag},
    tags, versions,
};

/// The owner, as DescribeSecret shows it. Names of its secrets begin with it.
const OWNER: &str = "keepwell";

impl Door {
    async fn adopt_now(
        &self,
        context: &RequestContext,
        caller: &Caller,
        adopted: &AdoptedSecret<'_>,
    ) -> Result<ManagedSecret, SecretsDoorError> {
        let room = self.room()?;
        let linked = LinkedCalls::new();
        let create = creation(&room, adopted);
        let parameters = Parameters(&create);
        let visitor = Visitor { context, caller };
        let call = visit(&room, visitor, Operation::CreateSecret, &create, &parameters, &linked);
        let tell = || {
            call.linked.clear();
            adopt(&call, &create, adopted)
        };
        released(&call, call.in_turn(&create.name, tell).await).await
    }

    async fn release_now(
        &self,
        context: &RequestContext,
        caller: &Caller,
        secret_id: &str,
    ) -> Result<ManagedSecret, SecretsDoorError> {
        let room = self.room()?;
        let linked = LinkedCalls::new();
        let ask = CancelRotateSecretRequest { secret_id: secret_id.to_owned() };
        let parameters = Parameters(&ask);
        let visitor = Visitor { context, caller };
        let call = visit(&room, visitor, Operation::CancelRotateSecret, &ask, &parameters, &linked);
        let tell = || {
            call.linked.clear();
            release(&call, &ask)
        };
        released(&call, call.in_turn(&ask.secret_id, tell).await).await
    }
}

impl ManagedSecrets for Door {
    fn adopt<'a>(
        &'a self,
        context: &'a RequestContext,
        caller: &'a Caller,
        adopted: &'a AdoptedSecret<'a>,
    ) -> Answer<'a, Result<ManagedSecret, SecretsDoorError>> {
        Box::pin(self.adopt_now(context, caller, adopted))
    }

    fn release<'a>(
        &'a self,
        context: &'a RequestContext,
        caller: &'a Caller,
        secret_id: &'a str,
    ) -> Answer<'a, Result<ManagedSecret, SecretsDoorError>> {
        Box::pin(self.release_now(context, caller, secret_id))
    }
}

/// What the trail says was asked for, without the value.
fn creation(room: &Room, adopted: &AdoptedSecret<'_>) -> CreateSecretRequest {
    let tag = |(key, value): &(String, String)| Tag { key: Some(key.clone()), value: Some(value.clone()) };
    CreateSecretRequest {
        name: format!("{OWNER}!{}", adopted.name),
        client_request_token: Some(Uid::random(&*room.entropy).to_string()),
        description: adopted.description.map(str::to_owned),
        kms_key_id: adopted.kms_key_id.map(str::to_owned),
        secret_string: Some(adopted.value.clone()),
        tags: (!adopted.tags.is_empty()).then(|| adopted.tags.iter().map(tag).collect()),
        ..CreateSecretRequest::default()
    }
}

/// The call that policies see beside the creation.
fn rotation_request(adopted: &AdoptedSecret<'_>, rules: &RotationRules) -> RotateSecretRequest {
    let RotationRules { automatically_after_days, schedule_expression, duration } = rules.clone();
    RotateSecretRequest {
        secret_id: format!("{OWNER}!{}", adopted.name),
        rotation_rules: Some(RotationRulesType { automatically_after_days, duration, schedule_expression }),
        rotate_immediately: Some(adopted.rotate_immediately),
        ..RotateSecretRequest::default()
    }
}

/// Makes the secret with its value, its owner and its rotation, in one commit.
async fn adopt(
    call: &Call<'_>,
    create: &CreateSecretRequest,
    adopted: &AdoptedSecret<'_>,
) -> Result<Recorded<ManagedSecret>, Error> {
    let name = SecretName::parse(&create.name)?;
    let token = create.client_request_token.as_deref().ok_or_else(Error::token_missing)?;
    let tags = asked_tags(create.tags.as_deref().unwrap_or_default())?;
    tags::check(&tags)?;
    let tags = tags::merge(&[], &tags, &call.room.quotas)?;
    let rules = rules_of_managed(&call.room.rotation.settings, &tags, adopted.rules)?;
    let rotate = rotation_request(adopted, &rules);
    let call = &call.with_request_tags(RequestTags::of(&tags));

    let found = call.find(&SecretId::Name(name.clone()), &create.name, Pick::Labelled).await?;
    let drafted = draft(call, create, name, &tags);
    let rotation = rotation(call, &drafted, adopted.rotator, rules);
    let drafted =
        SecretRecord { owning_service: Some(OWNER.into()), rotation: Some(Arc::new(rotation.clone())), ..drafted };
    let subject = DecisionSubject::of(&drafted);
    let permit = call.authorize(call.action, &subject, found.asked()).await?;
    let rotates =
        call.with_members(&rotate).authorize(Operation::RotateSecret.action(), &subject, found.asked()).await?;
    if found.exists() {
        return Err(Error::ResourceExists(format!(
            "The operation failed because the secret {} already exists.",
            create.name
        )));
    }
    require_rotator(call, &drafted, &rotation).await?;
    let drafted = call.with_its_key(&permit, drafted).await?;
    let value = NewValue { kind: ValueKind::String, bytes: adopted.value };
    let made = with_first_version(call, &permit, drafted, token, &value).await?;
    let after = Arc::new(if adopted.rotate_immediately { rotating(call, made, &rotation)? } else { made });

    let mut commit = Commit::under(permit).and_under(rotates);
    if after.tags.is_some() {
        commit = commit.and_under(call.authorize(TAG_RESOURCE, &DecisionSubject::of(&after), found.asked()).await?);
    }
    let now = call.now();
    let next = match after.rotation.as_deref() {
        Some(rotation) if rotation.run.is_some() => Next::At(now),
        Some(rotation) => rotation.next.map_or(Next::Never, Next::Within),
        None => Next::Never,
    };
    let commit = commit
        .change(Change::Secret(SecretChange::Create { after: Arc::clone(&after) }))?
        .guard(Guard::SecretsBelow { scope: after.scope, limit: call.room.quotas.secrets_per_region })
        .jobs([rotation_job(call.room, &after, next, now)])
        .jobs(check_job(call.room, &after, now));
    let elements = response_elements(&after.arn, Some(token));
    let answer = answer(&after, Some(token));
    Ok(call.commit(commit, Subject::changed(&after), Some(&elements), answer).await?)
}

fn rotation(call: &Call<'_>, secret: &SecretRecord, rotator: &str, rules: RotationRules) -> RotationRecord {
    let scope = secret.scope;
    let (partition, region, account) = (scope.region.partition(), scope.region, scope.account);
    let rotation = RotationRecord {
        is_enabled: true,
        function_arn: format!("arn:{partition}:lambda:{region}:{account}:function:{rotator}").into(),
        is_managed: true,
        rules: Some(rules),
        last_rotated_at: None,
        counted_from: call.now(),
        next: None,
        run: None,
    };
    RotationRecord { next: run::next_window(&rotation, call.now()), ..rotation }
}

/// With its first rotation begun. A secret about to be made has its first revision, whatever was done to it.
fn rotating(call: &Call<'_>, made: SecretRecord, rotation: &RotationRecord) -> Result<SecretRecord, Error> {
    let token = Uid::random(&*call.room.entropy).to_string();
    let pending = versions::add_pending(&made, &token, Value::Absent, call.now(), &call.room.quotas)?;
    let run = run::begun(AttemptKind::Rotation, AttemptCause::Request, &token, call.now());
    let rotation = RotationRecord { run: Some(run), ..rotation.clone() };
    Ok(SecretRecord { revision: made.revision, rotation: Some(Arc::new(rotation)), ..pending })
}

/// The rotator must be one that lets itself be called for the secret.
async fn require_rotator(call: &Call<'_>, secret: &SecretRecord, rotation: &RotationRecord) -> Result<(), Error> {
    let errand = RotationErrand {
        function_arn: &rotation.function_arn,
        secret_arn: &secret.arn,
        secret: secret.scope,
        is_managed: rotation.is_managed,
        request: call.context.request_id,
    };
    Ok(call.room.rotation.functions.admits(&errand).await?)
}

/// Makes an owned secret an ordinary one, whose rotation is off.
async fn release(call: &Call<'_>, ask: &CancelRotateSecretRequest) -> Result<Recorded<ManagedSecret>, Error> {
    let secret_id = SecretId::parse(&ask.secret_id)?;
    let (permit, before) = call.open_to_change(&secret_id, &ask.secret_id, Pick::Labelled).await?;
    if before.owning_service.as_deref() != Some(OWNER) {
        return Err(Error::InvalidRequest("This secret isn't owned by keepwell.".to_owned()));
    }
    let (after, jobs) = cancelled(call, &before);
    // It can be turned on again, by whoever may have the rotator called.
    let own = |rotation: &Arc<RotationRecord>| Arc::new(RotationRecord { is_managed: false, ..(**rotation).clone() });
    let rotation = after.rotation.as_ref().map(own);
    let after = Arc::new(SecretRecord { owning_service: None, rotation, ..after });
    let commit = Commit::under(permit)
        .change(Change::Secret(SecretChange::Update { before, after: Arc::clone(&after) }))?
        .jobs(jobs);
    let elements = response_elements(&after.arn, None);
    Ok(call.commit(commit, Subject::changed(&after), Some(&elements), answer(&after, None)).await?)
}

fn answer(secret: &SecretRecord, version_id: Option<&str>) -> ManagedSecret {
    ManagedSecret {
        arn: secret.arn.to_string(),
        name: secret.name.to_string(),
        version_id: version_id.map(str::to_owned),
    }
}
