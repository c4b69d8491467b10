use std::sync::Arc;

use contract::{AccountStatus, DecisionSubject, Pick, SecretRecord};
use gate::{Prospect, ResourcePolicy, SecretSubjectKeys, Target};
use policy::{Action, Permit, PolicyKind, Possible, PossibleMatch, Resource, SourceKind};
use terms::{Scope, SecretId};
use trail::{Recorded, Subject};

use crate::{
    error::Error,
    principals::{Candidate, Household, named_elsewhere},
    room::Call,
    shapes::{AccessType, PrincipalEntry, PrincipalKindType, Statement, WhoCanRequest, WhoCanResponse},
    statements::{conditions, shown},
};

const GET_SECRET_VALUE: &str = "secretsmanager:GetSecretValue";
const DESCRIBE_SECRET: Action = Action::new("secretsmanager:DescribeSecret");

/// What happens to one secret that is there.
const ACTIONS: &[&str] = &[
    "secretsmanager:CancelRotateSecret",
    "secretsmanager:DeleteResourcePolicy",
    "secretsmanager:DeleteSecret",
    "secretsmanager:DescribeSecret",
    "secretsmanager:GetResourcePolicy",
    GET_SECRET_VALUE,
    "secretsmanager:ListResourcePolicies",
    "secretsmanager:ListSecretVersionIds",
    "secretsmanager:PutResourcePolicy",
    "secretsmanager:PutSecretValue",
    "secretsmanager:RemoveRegionsFromReplication",
    "secretsmanager:ReplicateSecretToRegions",
    "secretsmanager:RestoreSecret",
    "secretsmanager:RotateSecret",
    "secretsmanager:StopReplicationToReplica",
    "secretsmanager:TagResource",
    "secretsmanager:UntagResource",
    "secretsmanager:UpdateSecret",
    "secretsmanager:UpdateSecretVersionStage",
    "secretsmanager:ValidateResourcePolicy",
];

/// Others have their turn after so many principals.
const JUDGED_AT_ONCE: usize = 64;

/// Lists everybody on this server who can do something to a secret, and everybody else whom its policy names.
pub(crate) async fn who_can(call: &Call<'_>, ask: &WhoCanRequest) -> Result<Recorded<WhoCanResponse>, Error> {
    let action = known_action(ask.action.as_deref().unwrap_or(GET_SECRET_VALUE))?;
    let secret = open(call, &ask.secret_id).await?;
    let subject = DecisionSubject::of(&secret);

    let mut households = Vec::new();
    for account in call.accounts().await?.into_iter().filter(|account| account.status == AccountStatus::Active) {
        // One that is closed meanwhile has nobody.
        let identities = call.room.store.identities(account.id).await?;
        households.extend(identities.map(|identities| Household { name: account.name, identities }));
    }
    let named = match subject.resource_policy {
        Some(document) => named_elsewhere(&*document.compiled(PolicyKind::Resource)?, &households)?,
        None => Vec::new(),
    };
    let mut principals = Vec::new();
    let mut candidates = households.iter().flat_map(Household::members).chain(named.into_iter().map(Ok));
    loop {
        let some: Vec<_> = candidates.by_ref().take(JUDGED_AT_ONCE).collect::<Result<_, _>>()?;
        if some.is_empty() {
            break;
        }
        for candidate in some {
            principals.extend(judged(candidate, subject, action)?);
        }
        tokio::task::yield_now().await;
    }
    let answer = WhoCanResponse {
        arn: Some(secret.arn.to_string()),
        name: Some(secret.name.to_string()),
        action: Some(action.to_owned()),
        principals: Some(principals),
    };
    call.tell(Some(Subject::seen(&secret)), answer).await
}

fn known_action(asked: &str) -> Result<&'static str, Error> {
    let found = ACTIONS.iter().find(|action| action.eq_ignore_ascii_case(asked));
    found.copied().ok_or_else(|| {
        Error::InvalidParameter(format!("{asked} is not an action on a secret. Valid are {}.", ACTIONS.join(", ")))
    })
}

/// A secret of the caller's account that it may describe, and may ask this about.
async fn open(call: &Call<'_>, secret_id: &str) -> Result<Arc<SecretRecord>, Error> {
    let own = call.caller.scope();
    let parsed = SecretId::parse(secret_id).map_err(|invalid| Error::Validation(invalid.to_string()))?;
    let (scope, name, suffix) = match &parsed {
        SecretId::Name(name) => (own, Some(name), None),
        SecretId::Arn { scope, name, suffix } => (*scope, Some(name), Some(*suffix)),
        SecretId::PartialArn { scope, name } => (*scope, Some(name), None),
        SecretId::Nothing => (own, None, None),
    };
    if scope.account != own.account {
        return Err(Error::InvalidParameter("Ask in the account that the secret belongs to.".to_owned()));
    }
    let found = match name.filter(|_| scope == own) {
        Some(name) => call.room.store.secret(scope, name.as_str(), Pick::Labelled).await?,
        None => None,
    };
    let found = found.filter(|secret| suffix.is_none_or(|suffix| secret.has_suffix(suffix)));
    let Some(secret) = found else {
        let arn = match name {
            Some(name) if suffix.is_none() => any_arn(scope, name.as_str()),
            _ => secret_id.into(),
        };
        let resource = Resource::One { arn, account: own.account, asked: secret_id.into() };
        authorize(call, &Target::new(&resource)).await?;
        return Err(Error::ResourceNotFound("Secrets Manager can't find the specified secret.".to_owned()));
    };
    let subject = secret.subject();
    let resource = Resource::One { arn: Arc::clone(subject.arn), account: own.account, asked: secret_id.into() };
    let keys = SecretSubjectKeys(subject);
    let target = Target::new(&resource)
        .with_policy(subject.resource_policy.map(ResourcePolicy::Secret))
        .with_tags(subject.tags)
        .with_keys(&keys);
    let permit = authorize(call, &target).await?;
    Ok(secret.open(&permit)?)
}

/// To ask, and to learn what the answer tells of the secret.
async fn authorize(call: &Call<'_>, target: &Target<'_>) -> Result<Permit, Error> {
    call.authorize(call.action, target).await?;
    call.authorize(DESCRIBE_SECRET, target).await
}

fn any_arn(Scope { account, region }: Scope, name: &str) -> Arc<str> {
    format!("arn:{}:secretsmanager:{region}:{account}:secret:{name}-??????", region.partition()).into()
}

/// None for somebody whom every request is refused.
fn judged(
    candidate: Candidate<'_>,
    secret: DecisionSubject<'_>,
    action: &str,
) -> Result<Option<PrincipalEntry>, Error> {
    let Candidate { standing, arn, kind, account_name, is_on_server } = candidate;
    let prospect = Prospect { standing: &standing, secret, action, is_stranger: !is_on_server };
    let judged = prospect.judge()?;
    let access = match judged.possible {
        Possible::Never => return Ok(None),
        // What a stranger's own account allows it is not known here.
        Possible::Always if is_on_server || !has_policies(kind) => AccessType::Always,
        Possible::Always | Possible::Sometimes => AccessType::Conditional,
    };
    let mut statements = judged.statements;
    statements.retain(|found| found.statement.source.kind != SourceKind::Input);
    // Where something holds always, what holds sometimes adds nothing.
    let is_certain = |found: &PossibleMatch| found.open.is_empty();
    if access == AccessType::Always && statements.iter().any(is_certain) {
        statements.retain(is_certain);
    }
    let statement = |found: &PossibleMatch| Statement {
        conditions: conditions(&found.open),
        ..shown(&found.statement, secret.arn)
    };
    Ok(Some(PrincipalEntry {
        account: standing.principal.account().map(|account| account.to_string()),
        account_name: account_name.map(str::to_owned),
        arn: Some(arn),
        kind: Some(kind),
        access: Some(access),
        is_on_server: Some(is_on_server),
        statements: Some(statements.iter().map(statement).collect()),
    }))
}

/// Do identity policies govern it?
fn has_policies(kind: PrincipalKindType) -> bool {
    !matches!(kind, PrincipalKindType::Root | PrincipalKindType::Service)
}
